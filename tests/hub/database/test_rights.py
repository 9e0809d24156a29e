"""Whatever staff may read of the database is kept apart by department: no table was forgotten."""

from datetime import timedelta

import psycopg

from citywide.hub.database.pool import Database
from citywide.hub.testing import TrialCity

OPEN = """
select n.nspname || '.' || c.relname as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname !~ '^(pg_|information_schema)' and has_table_privilege('citywide_staff', c.oid, 'select')
    and case when c.relkind in ('r', 'p') then not c.relispartition and not (c.relrowsecurity
                and exists (select from pg_policy where polrelid = c.oid))
        when c.relkind = 'v' then pg_get_viewdef(c.oid) !~ 'may_see'
                and not coalesce('security_invoker=true' = any(c.reloptions), false)
        else c.relkind in ('m', 'f') end
order by 1
"""
# how far the hub has come: days and how many readings each has, files of archived days, the log's public checkpoints
KNOWN_TO_ALL = {"hub.day", "hub.summarised", "hub.archive", "evidence.checkpoint", "epidemic.taken"}


def test_every_table_that_staff_may_read_has_a_policy_for_rows(city: TrialCity) -> None:
    with psycopg.connect(city.hub.settings.database_url) as connection:
        assert {name for (name,) in connection.execute(OPEN)} == KNOWN_TO_ALL


def test_moments_come_in_utc_whatever_the_server_s_zone_or_summer_time_would_eat_an_hour(city: TrialCity) -> None:
    with psycopg.connect(city.hub.settings.database_url, autocommit=True) as connection:
        connection.execute("alter role current_user set timezone = 'Europe/Berlin'")
    try:
        database = Database(city.hub.settings.database_url)
        with database.transaction() as connection, database.dedicated() as alone:
            for one in (connection, alone):
                (eve,) = one.execute("select timestamptz '2026-03-28 12:00+00'").fetchone() or (None,)
                assert (eve + timedelta(hours=24)).isoformat() == "2026-03-29T12:00:00+00:00"
        database.close()
    finally:
        with psycopg.connect(city.hub.settings.database_url, autocommit=True) as connection:
            connection.execute("alter role current_user reset timezone")
