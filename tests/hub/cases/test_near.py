"""The same matter is one case: near in place and time and of one category, or about the very same thing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.hub import Entity, OpenCase, Point, Text
from citywide.hub.cases.opening import nearby
from citywide.hub.entities.registry import register
from citywide.hub.testing import MORNING

HOME, METRE = Point(106.5, 29.5), 1 / 111_195.0
GAUGES = [Entity(f"gauge/{name}", "gauge", name, HOME, "drainage") for name in ("elm", "oak")]
KNOWN = st.tuples(
    st.sampled_from(["pothole", "rubbish"]),
    st.sampled_from([None, 0, 12, 25, 41, 63, 80]),  # metres to the north
    st.integers(0, 30),  # hours ago
    st.sampled_from([None, None, 0, 1]),  # about which gauge
    st.sampled_from(["waiting", "working", "paused", "checking", "closed"]),
)


def put(connection, known) -> int:
    category, north, hours, about, state = known
    place = (HOME.lon, HOME.lat + north * METRE) if north is not None else (None, None)
    return connection.execute("""insert into hub.cases
        (title, category, department, first_department, state, closed, opened, lon, lat, about)
        values ('{}', %s, 'x', 'x', %s, %s, %s, %s, %s, (select number from hub.entity where id = %s)) returning id""",
        (category, state, MORNING if state == "closed" else None, MORNING - timedelta(hours=hours), *place,
         GAUGES[about].id if about is not None else None)
    ).fetchone()[0]  # fmt: skip


@settings(max_examples=60)
@given(known=st.lists(KNOWN, max_size=6), asked=KNOWN)
def test_a_report_joins_the_oldest_open_case_of_the_same_matter_and_no_other(lasting_city, known, asked) -> None:
    category, north, _, about, _ = asked
    within = lasting_city.hub.desk.categories[category]
    place = Point(HOME.lon, HOME.lat + north * METRE) if north is not None else None
    order = OpenCase(Text("x", "x"), category, GAUGES[about] if about is not None else None, place)
    with lasting_city.hub.database.transaction() as connection:
        register(connection, GAUGES)
        numbers = [put(connection, each) for each in known]
        found = nearby(connection, within, order, MORNING)
        connection.rollback()

    def same(theirs) -> bool:
        its_category, its_north, hours, its_about, state = theirs
        if its_category != category or state == "closed":
            return False
        if about is not None:
            return its_about == about
        at_hand = None not in {north, its_north} and abs(north - its_north) <= within.merge_within_m
        return at_hand and timedelta(hours=hours) <= within.merge_within

    assert found == next((number for number, each in zip(numbers, known, strict=True) if same(each)), None)
