"""Nobody free: the case waits openly, and goes to the first that frees up, the most urgent first."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.hub import Entity, OpenCase, Point, Text
from citywide.hub.entities.registry import register
from citywide.hub.testing import MORNING, TrialCity

KIND, PLACE = "traffic_officer", Point(106.5, 29.5)


@settings(max_examples=30)
@given(
    crews=st.integers(1, 3),
    cases=st.lists(st.sampled_from(["pothole", "traffic_light", "gas_smell", "lift"]), min_size=1, max_size=6),
    done=st.data(),
)
def test_every_case_is_served_in_the_order_of_its_deadline(lasting_city: TrialCity, crews, cases, done) -> None:
    desk, now = lasting_city.hub.desk, MORNING
    with lasting_city.hub.database.transaction() as connection:
        units = [Entity(f"{KIND}/{at}", KIND, f"Officer {at}", PLACE, "traffic_police") for at in range(crews)]
        register(connection, units)
        numbers = [desk.open(connection, OpenCase(Text("x", "x"), name, wants=KIND), now) for name in cases]
        busy = numbers[:crews]
        assert states(connection, numbers) == ["assigned"] * len(busy) + ["waiting"] * len(numbers[crews:])
        said = connection.execute("select cases from hub.case_step where what = 'waits' order by id").fetchall()
        assert [case for (case,) in said] == numbers[crews:]
        due = connection.execute("select id from hub.cases where state = 'waiting' order by due, id").fetchall()
        for (urgent,) in due:
            ready = done.draw(st.sampled_from(busy))
            getattr(desk, done.draw(st.sampled_from(["check", "close"])))(connection, ready, now, "wen")
            assert states(connection, [urgent]) == ["assigned"]
            busy = [*(case for case in busy if case != ready), urgent]
            now += timedelta(minutes=1)
        assert "waiting" not in states(connection, numbers)
        connection.rollback()


def states(connection, cases: list[int]) -> list[str]:
    found = dict(connection.execute("select id, state from hub.cases where id = any(%s)", (cases,)).fetchall())
    return [found[case] for case in cases]
