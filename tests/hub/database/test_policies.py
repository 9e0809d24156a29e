"""Whether a row may be seen is looked up for that row: what goes through a whole table first grows with the city."""

from citywide.hub.testing import TrialCity

GONE_THROUGH = """
select schemaname || '.' || tablename as name from pg_policies where qual ~* 'in \\(\\s*select' order by 1
"""
FEW_ROWS = ["genomics.hit", "genomics.picture", "genomics.trait", "traffic.comparison"]  # studies and milestones


def test_no_policy_goes_through_all_things_or_cases_of_the_city(city: TrialCity) -> None:
    assert [row["name"] for row in city.hub.database.rows(GONE_THROUGH)] == FEW_ROWS
