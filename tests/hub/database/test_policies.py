"""Whether a row may be seen is looked up for that row: what goes through a whole table first grows with the city."""

from citywide.hub import Entity
from citywide.hub.people.who import Who
from citywide.hub.testing import TrialCity

GONE_THROUGH = """
select schemaname || '.' || tablename as name from pg_policies where qual ~* 'in \\(\\s*select' order by 1
"""
BY_POLICY = """
select id from hub.entity join hub.series on entity = entity.number join hub.latest on series = series.number
"""
BY_VIEW = "select id from hub.latest_value"
READERS = {
    "drainage": Who("a", ("officer",), ("drainage",)),
    "both": Who("b", ("officer",), ("drainage", "parks")),
    "none": Who("c", ("officer",)),
    "all": Who("d", ("officer",), (), everywhere=True),
}
FEW_ROWS = ["genomics.hit", "genomics.picture", "genomics.trait", "traffic.comparison"]  # studies and milestones


def test_no_policy_goes_through_all_things_or_cases_of_the_city(city: TrialCity) -> None:
    assert [row["name"] for row in city.hub.database.rows(GONE_THROUGH)] == FEW_ROWS


def test_the_latest_values_show_a_reader_what_the_tables_own_policies_show(city: TrialCity) -> None:
    departments = "drainage", "parks", ""
    city.add(*(Entity(f"gauge/{number}", "gauge", "Gauge", None, departments[number % 3]) for number in range(9)))
    with city.hub.database.transaction() as connection:
        connection.execute("insert into hub.series (entity, quantity) select number, 'water_depth' from hub.entity")
        connection.execute("insert into hub.latest (series, time, value) select number, now(), number from hub.series")
    seen = {}
    for name, who in READERS.items():
        with city.hub.database.reading_as(who) as connection:
            seen[name], by_policy = ({id_ for (id_,) in connection.execute(query)} for query in (BY_VIEW, BY_POLICY))
        assert seen[name] == by_policy
    assert {name: len(ids) for name, ids in seen.items()} == {"drainage": 6, "both": 9, "none": 3, "all": 9}
