"""A city that is full and at work takes every later step of its schema."""

import re
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from citywide.app import EVERYTHING
from citywide.hub.database.cluster import Cluster
from citywide.hub.database.migrate import Migration, hub_migrations, migrate, system_migrations
from citywide.kit.commands import NotPossibleError

FIRST = {"hub": 6}  # what the first cities were made with; of a system its schema alone
COLUMNS = """
select table_schema, table_name, column_name, data_type from information_schema.columns join pg_class c
    on c.oid = format('%I.%I', table_schema, table_name)::regclass and c.relkind in ('r', 'p') and not c.relispartition
where table_schema !~ '^(pg_|information_schema|public)' and is_nullable = 'NO' and is_generated = 'NEVER'
    and (column_default is null or data_type = 'uuid')
order by 1, 2, ordinal_position
"""
TABLES = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^(pg_|information_schema|public)' order by 1, 2
"""
ONE_OF_EACH = {
    "integer": 1, "bigint": 1, "smallint": 1, "double precision": 1.5, "numeric": 1, "real": 1.5, "text": "one/1",
    "boolean": True, "jsonb": "{}", "bytea": b"\1", "date": "2026-03-02", "timestamp with time zone": "2026-03-02Z",
    "uuid": "00000000-0000-0000-0000-000000000001", "ARRAY": "{}", "interval": "1 hour",
}  # fmt: skip
OF_A_LIST = {("cases", "state"): "closed", ("picture", "kind"): "region"}  # words that a table holds to a list


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[Connection]:
    cluster.make_database("stepping")
    with psycopg.connect(cluster.url("stepping"), autocommit=True) as connection:
        yield connection
    with psycopg.connect(cluster.masters_url(), autocommit=True) as master:
        master.execute("drop database stepping with (force)")


def steps() -> list[Migration]:
    of_systems = [step for system in EVERYTHING for step in system_migrations(system.name, system.folder)]
    return [*hub_migrations(), *of_systems]


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    found = {}
    for table in connection.execute(TABLES).fetchall():
        (found[table],) = connection.execute(
            sql.SQL("select count(*) from {}").format(sql.Identifier(*table))
        ).fetchone()
    return found


def fill(connection: Connection) -> None:
    """A row in every table; those that others refer to come first."""
    connection.execute("create table hub.reading_then partition of hub.reading default")
    columns: dict[tuple[str, str], dict[str, object]] = {table: {} for table in connection.execute(TABLES).fetchall()}
    for schema, table, column, kind in connection.execute(COLUMNS).fetchall():
        columns[schema, table][column] = OF_A_LIST.get((table, column), ONE_OF_EACH[kind])
    waiting = list(columns)
    while waiting:
        left = [table for table in waiting if not put(connection, table, columns[table])]
        assert left != waiting, f"nothing fits into {left}"
        waiting = left


def put(connection: Connection, table: tuple[str, str], row: dict[str, object]) -> bool:
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    values = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    text = (
        sql.SQL("insert into {} ({}) overriding system value values ({})")
        if row
        else sql.SQL("insert into {} default values")
    )
    try:
        connection.execute(text.format(sql.Identifier(*table), names, values), list(row.values()))
    except ForeignKeyViolation:
        return False
    except UniqueViolation:
        return True  # the step that made the table has put its only row there
    return True


def test_a_full_city_takes_every_later_step_and_loses_no_row(empty: Connection) -> None:
    first = [step for step in steps() if step.number <= FIRST.get(step.owner, 1)]
    migrate(empty, first)
    fill(empty)
    before = counts(empty)
    assert min(before.values()) == 1
    assert len(migrate(empty, steps())) == len(steps()) - len(first) > 0
    after = counts(empty)
    assert {table: after.get(table) for table in before} == before
    assert migrate(empty, steps()) == []


def test_no_query_asks_for_whatever_columns_a_table_has() -> None:
    """A worker of the version before has it prepared: a step that adds a column would end it, and its answers."""
    asked = re.compile(
        r"select (?:\w+\.)?\* from (?:\w+ )?(?:hub|people|evidence|hotline|traffic|epidemic|genomics|waterlogging)\."
    )
    room = Path(str(files("citywide")))
    found = [(file, asked.findall(file.read_text())) for file in [*room.rglob("*.sql"), *room.rglob("*.py")]
             if "migrations" not in file.parts and file.name != "schema.sql"]  # fmt: skip
    assert [each for each in found if each[1]] == []


def test_a_step_waits_for_a_busy_table_and_keeps_nobody_from_it_for_long(empty: Connection, cluster: Cluster) -> None:
    migrate(empty, steps()[:1])
    reading, done = threading.Event(), threading.Event()

    def read_for_long() -> None:
        with psycopg.connect(cluster.url("stepping")) as reader:
            reader.execute("select from hub.entity")
            reading.set()
            done.wait(2.5)

    thread = threading.Thread(target=read_for_long)
    thread.start()
    reading.wait(10)
    step = Migration("hub", 9999, "more", "alter table hub.entity add column more text")
    assert migrate(empty, [step]) == [step]
    thread.join()


def test_a_step_takes_as_long_as_it_takes_where_the_server_lets_statements_run_for_a_moment_only(
    empty: Connection,
) -> None:
    empty.execute("set statement_timeout = '50ms'")
    step = Migration("hub", 9999, "long", "select pg_sleep(0.1)")
    assert migrate(empty, [step]) == [step]


def test_a_second_hub_of_a_server_is_told_what_its_role_lacks_and_shares_the_staffs(
    cluster: Cluster,
) -> None:
    upto_staff = [step for step in hub_migrations() if step.number <= 5]
    with psycopg.connect(cluster.masters_url(), autocommit=True) as master:
        master.execute("create role second login")
        master.execute("create database second owner second")
        try:
            with psycopg.connect(cluster.url("second", "second")) as connection:
                with pytest.raises(NotPossibleError, match="grant citywide_staff to second"):
                    migrate(connection, upto_staff)
                master.execute("grant citywide_staff to second with inherit false")
                assert migrate(connection, upto_staff) == upto_staff[4:]
                connection.execute("set role citywide_staff")
        finally:
            master.execute("drop database second with (force)")
            master.execute("drop role second")
