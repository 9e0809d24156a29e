"""What is asked every second is looked up, whatever else the city has: no device is looked at that is not asked for."""

import pytest
from psycopg import sql as composed

from citywide.hub.database.queries import sql
from citywide.hub.testing import MORNING, TrialCity

OF_A_QUANTITY = "select entity from hub.series where quantity = 'priority_request'"
OF_NAMES = {"ids": ["gauge/1"], "quantities": ["water_depth"]}


@pytest.mark.parametrize(
    ("query", "values", "ways"),
    [
        (OF_A_QUANTITY, {}, ["series_quantity"]),
        (sql("latest_since"), {"since": MORNING, "most": 9}, ["latest_written", "series_pkey", "entity_pkey"]),
        (sql("series_of_names"), OF_NAMES, ["entity_id_key"]),
        (sql("clear_alarms"), {"rules": ["a"], "entities": [1], "times": [MORNING], "values": [1.0]}, ["alarm_open"]),
    ],
)
def test_what_is_asked_is_found_by_its_index(
    lasting_city: TrialCity, query: str, values: dict[str, object], ways: list[str]
) -> None:
    with lasting_city.hub.database.transaction() as connection:
        connection.execute("set local enable_seqscan = off")
        plan = connection.execute(composed.SQL("explain ") + composed.SQL(query), values).fetchall()
    told = "\n".join(line for (line,) in plan)
    assert "Seq Scan" not in told
    assert [way for way in ways if way not in told] == []
