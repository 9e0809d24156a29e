"""Nobody has to say so: what stands stays open, what comes back is taken up, whoever is lost is replaced."""

from datetime import timedelta

import pytest

from citywide.hub import Entity, OpenCase, Point, Text
from citywide.hub.cases.by_itself import close_because
from citywide.hub.cases.moves import CaseError
from citywide.hub.testing import MORNING, TrialCity

KIND, PLACE, MINUTE = "drainage_crew", Point(106.5, 29.5), timedelta(minutes=1)
DRY = Text("dry again", "已退")


class Water:
    """A gauge of its own, the alarms that are raised about it, and the case that they call for."""

    def __init__(self, city: TrialCity, name: str, *, reported: bool = False) -> None:
        self.hub, self.about = city.hub, Entity(f"gauge/{name}", "gauge", name, PLACE, "drainage")
        city.add(self.about)
        self.case = self.rings("deep_water")[1]
        if reported:
            self.do("update hub.cases set reporters = 1 where id = %s")

    def rings(self, rule: str) -> tuple[int, int]:
        with self.hub.database.transaction() as connection:
            (alarm,) = connection.execute(
                """insert into hub.alarm (rule, severity, entity, raised, value, says, answered_raise)
                select %s, 'warning', number, %s, 1, '{}', true from hub.entity where id = %s returning id""",
                (rule, MORNING, self.about.id)).fetchone() or (0,)  # fmt: skip
            order = OpenCase(Text("Pump", "抽排"), "flooded_road", self.about, wants=KIND, because=alarm)
            return alarm, self.hub.desk.open(connection, order, MORNING)

    def clears(self, alarm: int) -> None:
        with self.hub.database.transaction() as connection:
            connection.execute(
                "update hub.alarm set cleared = %s, answered_clear = true where id = %s", (MORNING, alarm)
            )
            close_because(self.hub.desk, connection, alarm, DRY, MORNING)

    def do(self, statement) -> None:
        with self.hub.database.transaction() as connection:
            connection.execute(statement, (self.case,))

    def desk(self, act: str, *more: object) -> None:
        with self.hub.database.transaction() as connection:
            getattr(self.hub.desk, act)(connection, self.case, *more)

    @property
    def first(self) -> int:
        return self.hub.database.rows("select alarm from hub.cases where id = %s", (self.case,))[0]["alarm"]

    @property
    def state(self) -> tuple[str, str | None]:
        asked = "select state, unit.id as unit from hub.cases left join hub.entity unit on number = assigned_to"
        row = self.hub.database.rows(f"{asked} where cases.id = %s", (self.case,))[0]
        return row["state"], row["unit"]


def crew(city: TrialCity, name: str, east: float = 0, **facts: object) -> str:
    city.add(Entity(f"{KIND}/{name}", KIND, name, Point(PLACE.lon + east, PLACE.lat), "drainage", facts))
    return f"{KIND}/{name}"


def send_home(city: TrialCity) -> None:
    with city.hub.database.transaction() as connection:
        connection.execute("update hub.cases set state = 'closed' where state <> 'closed'")
        connection.execute("delete from hub.entity where kind = %s and not exists (select from hub.cases "
                           "where assigned_to = entity.number)", (KIND,))  # fmt: skip
        connection.execute("update hub.entity set facts = '{\"on_shift\": false}' where kind = %s", (KIND,))


def test_a_case_stays_open_as_long_as_any_alarm_stands_that_opened_or_joined_it(lasting_city: TrialCity) -> None:
    for first_to_clear in (0, 1):
        water = Water(lasting_city, f"two{first_to_clear}")
        alarms = [water.first, water.rings("stuck")[0]]
        water.clears(alarms.pop(first_to_clear))
        assert water.state[0] == "waiting"
        water.clears(alarms[0])
        assert water.state[0] == "closed"
    send_home(lasting_city)


def test_water_that_comes_back_while_residents_are_asked_is_pumped_again(lasting_city: TrialCity) -> None:
    north = crew(lasting_city, "back")
    water = Water(lasting_city, "back", reported=True)
    assert water.state == ("assigned", north)
    water.clears(water.first)
    assert water.state[0] == "checking"
    again, same = water.rings("deep_water")
    assert same == water.case
    assert water.state == ("assigned", north)
    water.clears(again)
    assert water.state[0] == "checking"
    send_home(lasting_city)


def test_a_case_that_had_to_wait_ends_with_its_alarm(lasting_city: TrialCity) -> None:
    for reported, ended in ((False, "closed"), (True, "checking")):
        water = Water(lasting_city, f"paused{reported}", reported=reported)
        water.desk("pause", MORNING, "wen", "no pump")
        water.clears(water.first)
        assert water.state[0] == ended
        lasting_city.hub.ladder.climb(MORNING + MINUTE)
    send_home(lasting_city)


def test_whoever_comes_on_shift_takes_what_waits_and_a_case_that_goes_on_finds_who_is_free(
    lasting_city: TrialCity,
) -> None:
    city, look = lasting_city, lasting_city.hub.dispatch.look
    waits = Water(city, "waits")
    off = crew(city, "shift", on_shift=False)
    look(MORNING)
    assert waits.state == ("waiting", None)
    crew(city, "shift", on_shift=True)
    look(MORNING)
    assert waits.state == ("assigned", off)
    waits.desk("pause", MORNING, "wen", "no pump")
    other = Water(city, "other")
    assert other.state == ("assigned", off)
    waits.desk("resume", MORNING, "wen")
    assert waits.state == ("waiting", None)  # its crew was sent elsewhere meanwhile
    other.desk("close", MORNING, "wen")
    assert waits.state == ("assigned", off)
    send_home(city)


def test_a_case_that_is_passed_on_is_not_given_to_the_crews_it_was_passed_from(lasting_city: TrialCity) -> None:
    city = lasting_city
    crew(city, "passed")
    water = Water(city, "passed")
    with pytest.raises(CaseError, match="with drainage already"):
        water.desk("reroute", "drainage", MORNING, "wen", "ours")
    water.desk("reroute", "roads", MORNING, "wen", "a broken pipe under the road")
    city.hub.dispatch.look(MORNING)
    assert water.state == ("waiting", None)
    send_home(city)


def test_a_unit_that_is_lost_on_the_way_is_replaced_once_and_only_by_somebody(lasting_city: TrialCity) -> None:
    city, later = lasting_city, MORNING + 40 * MINUTE
    near = crew(city, "near")
    water = Water(city, "lost")
    city.hub.dispatch.look(MORNING)
    with city.hub.database.transaction() as connection:
        connection.execute("""with series as (insert into hub.series (entity, quantity)
            select number, 'position_lon' from hub.entity where id = %s returning number)
            insert into hub.latest (series, time, value) select number, %s, 106.5 from series""",
            (near, MORNING))  # fmt: skip
    city.hub.dispatch.look(later)
    assert water.state == ("assigned", near)  # a silent crew is better than none
    far = crew(city, "far", east=0.1)
    for _ in range(2):
        city.hub.dispatch.look(later)
        assert water.state == ("assigned", far)
    said = city.hub.database.rows(
        "select says ->> 'en' as en from hub.case_step where cases = %s order by id", (water.case,)
    )
    assert "near is not heard of any more or off shift; nearest of 1 free" in said[-1]["en"]
    water.desk("start", later, "far")
    crew(city, "far", east=0.1, on_shift=False)
    crew(city, "third", east=0.2)
    city.hub.dispatch.look(later)
    assert water.state == ("working", far)  # whoever is there and works has arrived
    send_home(city)


def test_a_crew_whose_facts_make_no_sense_keeps_no_other_at_home(lasting_city: TrialCity) -> None:
    city = lasting_city
    for at, capacity in enumerate(("two", None, [], {}, True)):
        crew(city, f"odd{at}", east=0.1, capacity=capacity)
    near = crew(city, "sound")
    assert Water(city, "odd").state == ("assigned", near)
    send_home(city)
