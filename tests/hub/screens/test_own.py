"""What many see together is asked without a name; what hangs on the reader's name says so."""

import re

from citywide.hub import Who
from citywide.hub.screens import wall
from citywide.hub.screens.data import pages_for, queries_of_widget, reader_of, text_of
from citywide.hub.testing import TrialCity

ROLES = ("officer", "manager", "scientist", "engineer", "auditor", "crew")
BY_NAME = r"""
with recursive by_name as (
    select schemaname || '.' || tablename as name from pg_policies where qual ~ 'citywide\.name|genomics\.may_see'
    union select policy.schemaname || '.' || policy.tablename from pg_policies policy
    join by_name on policy.qual ~ ('FROM ' || replace(by_name.name, '.', '\.') || '\M')
)
select name from by_name order by name
"""


def test_what_is_not_the_readers_own_reads_nothing_that_hangs_on_a_name(city: TrialCity) -> None:
    by_name = [row["name"] for row in city.hub.database.rows(BY_NAME)]
    assert {"hub.message_seen", "people.delegation", "genomics.study", "genomics.hit"} <= set(by_name)
    systems = {**city.hub.words.systems, "hub": wall.SYSTEM}
    asked = {
        f"{system.name}: {query.name}": text_of(system, query)
        for system, page in pages_for(Who("all", ROLES), systems)
        for widget in range(len(page.widgets))
        for query in queries_of_widget(page, widget)
        if not query.own
    }
    assert len(asked) > 50
    found = [name for name, text in asked.items() for table in by_name if re.search(rf"\b{re.escape(table)}\b", text)]
    assert found == []


def test_all_of_an_office_ask_as_one_and_each_for_their_own_as_themselves() -> None:
    (told,) = (
        widget.query for widget in wall.WALL.widgets if getattr(getattr(widget, "query", None), "name", "") == "for_you"
    )
    (league, _) = (widget.query for widget in wall.LEAGUE.widgets)
    wen, lin = (Who(name, ("manager",), ("parks",)) for name in ("wen", "lin"))
    assert reader_of(league, wen) == reader_of(league, lin)
    assert (reader_of(told, wen), reader_of(told, lin)) == (wen, lin)
