"""The unit that goes is the one that a dispatcher with all the time in the world would have picked."""

from datetime import timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.hub import Entity, Point
from citywide.hub.dispatch.choose import SILENT_AFTER, choose_unit
from citywide.hub.entities.registry import register
from citywide.hub.testing import MORNING, TrialCity

THERE, KIND = Point(106.5, 29.5), "drainage_crew"


class Known(NamedTuple):
    """What is known of a unit: how far east it stands, its orders, and whether it is on shift and heard."""

    east: int
    load: int
    on_shift: bool
    pump: int
    skills: tuple[str, ...]
    capacity: int
    quiet_min: int | None

    @property
    def place(self) -> Point:
        return Point(THERE.lon + self.east / 100, THERE.lat)

    def can(self, pump: int, skill: str) -> bool:
        heard = self.quiet_min is None or timedelta(minutes=self.quiet_min) <= SILENT_AFTER
        return heard and self.on_shift and self.load < self.capacity and self.pump >= pump and skill in self.skills


UNITS = st.lists(
    st.builds(
        Known, st.integers(-4, 4), st.integers(0, 2), st.sampled_from([True, True, True, False]), st.integers(1, 3),
        st.sampled_from([("pump",), ("pump", "diver")]), st.integers(1, 3), st.sampled_from([None, 0, 14, 16, 90]),
    ),
    max_size=6,
)  # fmt: skip


def put(connection, units: list[Known]) -> None:
    facts = [{"on_shift": u.on_shift, "pump": u.pump, "skills": list(u.skills), "capacity": u.capacity} for u in units]
    names = [f"{KIND}/{at}" for at in range(len(units))]
    register(connection, [
        Entity(name, KIND, name, unit.place, "drainage", said)
        for name, unit, said in zip(names, units, facts, strict=True)
    ])  # fmt: skip
    for name, unit in zip(names, units, strict=True):
        number = connection.execute("select number from hub.entity where id = %s", (name,)).fetchone()[0]
        for _ in range(unit.load):
            connection.execute("""insert into hub.cases
                (title, category, department, first_department, state, opened, assigned_to)
                values ('{}', 'x', 'drainage', 'drainage', 'working', %s, %s)""", (MORNING, number))  # fmt: skip
        if unit.quiet_min is not None:
            connection.execute("""with series as (insert into hub.series (entity, quantity) values (%s, 'position_lon')
                returning number) insert into hub.latest (series, time, value) select number, %s, 0 from series""",
                (number, MORNING - timedelta(minutes=unit.quiet_min)))  # fmt: skip


@settings(max_examples=60)
@given(units=UNITS, pump=st.integers(0, 3), skill=st.sampled_from(["pump", "diver"]))
def test_the_nearest_goes_that_is_free_heard_of_and_able_and_the_less_loaded_of_two(
    lasting_city: TrialCity, units: list[Known], pump: int, skill: str
) -> None:
    travel, needs = lasting_city.hub.desk.travel, {"pump": pump, "skills": skill}
    with lasting_city.hub.database.transaction() as connection:
        put(connection, units)
        chosen = choose_unit(connection, travel, KIND, THERE, needs, MORNING)
        without_place = choose_unit(connection, travel, KIND, None, needs, MORNING)
        connection.rollback()
    able = [(round(float(travel.seconds_to(THERE, [unit.place])[0])), unit.load, at)
            for at, unit in enumerate(units) if unit.can(pump, skill)]  # fmt: skip
    assert (chosen.entity if chosen else None) == (f"{KIND}/{min(able)[2]}" if able else None)
    assert (without_place is None) == (not able)
    if chosen:
        assert f"nearest of {len(able)} free ({len(units)} known)" in chosen.because.en
