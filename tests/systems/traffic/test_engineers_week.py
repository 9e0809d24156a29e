"""A signal engineer's week: a crossing nobody knew joins, its plan is written, its lane closed, its log brought in."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from litestar.testing import TestClient
from psycopg.types.json import Jsonb

from citywide.app import build
from citywide.hub import Text
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, fresh_database
from citywide.kit.clock import Clock
from citywide.systems.traffic import duties
from citywide.systems.traffic.crossing.facts import ShapeError
from citywide.systems.traffic.crossing.fitting import too_short
from citywide.systems.traffic.crossing.joining import join
from citywide.systems.traffic.crossing.shapes import shape_of, walk_of
from citywide.systems.traffic.interfaces.map import CrossingMap, write_map
from citywide.systems.traffic.interfaces.ntcip import Agent, AgentServer, Controller, UdpWire
from citywide.systems.traffic.interfaces.ntcip.profiles import PATTERN_WANTED
from citywide.systems.traffic.poller import Poller
from tests.systems.traffic.interfaces.messages import A_MAP

PASSWORD = "correct horse battery"
ON_AIR = (Path(__file__).parent / "interfaces" / "map_on_air.hex").read_text()
LEFT_OUT = {"en": "left out", "zh": "未接入"}
PHASES = "1 5, 2 6, 4, 8"
WITNESSED = """
    select convert_from(body, 'utf8')::jsonb -> 'says' ->> 'en' as says
    from (select kind, body from evidence.pending union all select kind, body from evidence.entry) told
    where kind in ('plan', 'crossing', 'works')
"""
TOLD = (
    "select told ->> 'plan' as plan, told -> 'splits_s' as splits from traffic.plan_choice order by since desc limit 1"
)


class Desk:
    """A hub without any crossing, an engineer who is signed in, and a device's token."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.hub, self.now = client, client.app.state.hub, MORNING
        self.device = {"authorization": f"Bearer {token}"}
        self.csrf = {"X-CSRF": client.post("/v1/session", json={"name": "mei", "password": PASSWORD}).json()["csrf"]}

    def say(self, door: str, **body: object):
        return self.client.post(f"/v1/traffic/{door}", json=body, headers=self.csrf)

    def cases(self) -> list[dict]:
        """As soon as both alarms are answered."""
        for _ in range(100):
            self.hub.round()
            self.hub.responder.answer_all()
            told = self.hub.database.rows("select answered_raise as done from hub.alarm")
            if len(told) == 2 and all(row["done"] for row in told):
                break
        return self.hub.database.rows("select title ->> 'en' as title from hub.cases")

    def go_on(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.client.post("/v1/clock", json={"now": self.now.isoformat()}, headers=self.device)


@pytest.fixture(scope="module")
def desk(cluster, tmp_path_factory) -> Iterator[Desk]:
    url = fresh_database(cluster, "traffic_week")
    with psycopg.connect(url) as connection:
        clock = Jsonb(msgspec.to_builtins(Clock(MORNING, 0.0, 0.0)))
        connection.execute("insert into hub.setting (name, value) values ('clock', %s)", (clock,))
        add_staff(connection, Who("mei", ("officer",), ("traffic",)), PASSWORD)
        token = new_token(connection, "controller", ("readings:write", "units:act", "demo"), everywhere=True)
    with TestClient(build(Settings(data=tmp_path_factory.mktemp("week"), database_url=url))) as client:
        desk = Desk(client, token)
        joined = desk.say("crossings", id="25", name="鲍尔斯路口", name_en="Bowles", map=ON_AIR, phases=PHASES)
        assert joined.status_code == 201
        yield desk


def test_a_crossing_from_the_air_joins_with_lanes_that_know_their_group_turns_and_street(desk):
    again = desk.say("crossings", id="25", name="鲍尔斯路口", name_en="Bowles", map=ON_AIR, phases=PHASES).json()
    left_out = [row[1]["en"] for row in again["rows"] if row[0] == LEFT_OUT]
    assert left_out == ["lane 39: no signal group", "lane 19: no signal group"]
    things = {row[0]: row[1:] for row in again["rows"] if row[0] != LEFT_OUT}
    name = {"en": "Bowles from the south, left, lane 5", "zh": "鲍尔斯路口南进口5号左转车道"}
    assert things["detector/25-5"] == [name, {"en": "group 5, left", "zh": "信号组5，左转"}]
    assert len(things) == 1 + 16 + 2  # the crossing, its lanes, and two lamps that are no lane's
    back = desk.client.get("/v1/traffic/map?crossing=crossing/25").json()["value"]["MapData"]["intersections"][0]
    assert back["id"]["id"] == 12_107
    leads = {lane["laneID"]: lane["connectsTo"] for lane in back["laneSet"] if "connectsTo" in lane}
    groups = {lane: {way["signalGroup"] for way in ways} for lane, ways in leads.items()}
    assert groups[5] == {5}
    assert groups[13] == {4}


def test_its_controller_over_snmp_tells_lights_by_group_and_runs_the_plan_that_the_engineer_wrote(desk):
    def ask(verb, path, body):
        answer = desk.client.request(verb, path, json=body, headers=desk.device)
        return answer.json() if answer.status_code == 200 else None

    written = desk.say("own-plans", crossing="crossing/25", plan="school", splits="20 30 24 26", offset_s=7)
    assert written.status_code == 201
    hours = "00:00 night, 07:30 school, 09:00 day"
    assert desk.say("own-hours", crossing="crossing/25", day_kind="weekday", hours=hours).status_code == 201
    desk.go_on(seconds=60)
    duties.choose_plans(desk.hub)
    (told,) = desk.hub.database.rows(TOLD)
    assert told == {"plan": "school", "splits": [20, 30, 24, 26]}
    agent = Agent.with_phases(8)
    agent.show_green(2, 6)
    with AgentServer(agent) as server:
        Poller(Controller(UdpWire("127.0.0.1", server.port)), ask, "25", {"school": 5}).second(desk.now)
    assert agent.objects[PATTERN_WANTED] == 5
    desk.hub.round()
    spat = desk.client.get("/v1/traffic/spat?crossing=crossing/25").json()
    states = spat["value"]["SPAT"]["intersections"][0]["states"]
    green = {one["signalGroup"] for one in states if "protected-Movement-Allowed" in json.dumps(one)}
    assert green == {2, 6}


@pytest.mark.parametrize(
    ("door", "body", "says"),
    [
        ("own-plans", {"plan": "tight", "splits": "8 30 24 26"},
         "phase 1: a split of 8 s; accepted: at least 9 s (5 s green, 3 s yellow, 1 s all red)"),
        ("own-plans", {"plan": "long", "splits": "20 60 24 26"},
         "phase 1: red for 114 s of each cycle; accepted: at most 90 s"),
        ("own-plans", {"plan": "three", "splits": "30 30 30"}, "3 splits; accepted: 4, one for each phase"),
        ("own-plans", {"plan": "two words", "splits": "30 30"}, "accepted: one word"),
        ("own-plans", {"plan": "x", "splits": "soon"}, "accepted: whole seconds with spaces between"),
        ("own-plans", {"plan": "x", "splits": "20 30 24 26", "offset_s": 100}, "offset 100 s; accepted"),
        ("own-hours", {"day_kind": "holiday", "hours": "07:00 peak"}, "times that rise, the first of them 00:00"),
        ("own-hours", {"day_kind": "holiday", "hours": "00:00 fair"}, "plan 'fair'; accepted: one of this"),
        ("own-hours", {"day_kind": "holiday", "hours": "at noon peak"}, "accepted: a time and a plan"),
        ("events", {"table": "[]"}, "table: no event; accepted: rows of time"),
        ("events", {"table": "soon"}, "accepted: a heading with"),
    ],
)  # fmt: skip
def test_what_cannot_be_at_a_crossing_is_refused_with_what_would_do(desk, door, body, says):
    refused = desk.say(door, crossing="crossing/25", **body)
    assert refused.status_code == 422
    assert says in refused.json()["detail"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "26"}, "number 12107 is that of crossing/25"),
        ({"id": "A crossing"}, "accepted: 1 to 24 small letters"),
        ({"map": "0012zz"}, "accepted: a J2735 MapData"),
        ({"map": "{}"}, "accepted: a J2735 MapData"),
        ({"map": write_map([A_MAP, A_MAP])}, "2 crossings; accepted: a message that tells of one crossing"),
        ({"phases": "1 5, 2 6, 4"}, "group 8 is served by none'; accepted: the groups 1 2 4 5 6 8"),
        ({"yellow_s": 0}, "yellow_s: 0; accepted: a whole number from 1"),
        ({"name": " "}, "accepted: what people call it"),
    ],
)
def test_a_crossing_that_cannot_join_is_told_why(desk, change, says):
    refused = desk.say("crossings", **{"id": "25", "name": "x", "map": ON_AIR} | change)
    assert refused.status_code == 422
    assert says in refused.json()["detail"]


def test_a_holiday_week_with_its_make_up_day_is_seen_before_it_comes(desk):
    desk.say("own-hours", crossing="crossing/25", day_kind="holiday", hours="00:00 night, 10:00 peak, 22:00 night")
    tomorrow = {
        "plan": "day",
        "hours": 2,
        "day": "2026-10-10",
        "at": "08:00",
        "crossing": "crossing/25",
        "reason": "fair",
    }
    assert desk.say("plan-changes", **tomorrow).status_code == 201

    def day(of: str) -> list[tuple]:
        rows = desk.say("day-ahead", crossing="crossing/25", day=of).json()["rows"]
        return [(row[0]["en"], row[1], row[2]["en"]) for row in rows]

    assert day("2026-10-01") == [
        ("holiday", "00:00", "night"),
        ("holiday", "10:00", "peak"),
        ("holiday", "22:00", "night"),
    ]
    saturday = day("2026-10-10")  # worked for the week before
    assert saturday == [("weekday", "00:00", "night"), ("weekday", "07:30", "school"), ("weekday", "08:00", "day"),
                        ("weekday", "10:00", "day")]  # fmt: skip
    (change,) = desk.hub.database.rows("select id from traffic.plan_change where reason = 'fair'")
    assert desk.say("plan-changes/ended", change=str(change["id"])).status_code == 201
    assert day("2026-10-10")[2] == ("weekday", "09:00", "day")
    assert "accepted: one of the page's list" in desk.say("plan-changes/ended", change="1e3").json()["detail"]
    assert desk.say("own-hours", crossing="crossing/25", day_kind="holiday").status_code == 201
    assert day("2026-10-01")[1] == ("holiday", "09:00", "day")


def test_a_foreign_controllers_log_is_judged_as_if_it_had_been_told_live(desk):
    assert desk.say("detectors", lane="detector/25-3", advance=12, presence=40).status_code == 201
    begin = (MORNING - timedelta(days=3)).timestamp()
    cycle = ((0, 1, 2), (10, 82, 12), (11, 81, 12), (30, 8, 2), (33, 10, 2), (50, 82, 12), (51, 81, 12))
    rows = [f"{begin + 60 * n + at:.1f};{code};{number}" for n in range(40) for at, code, number in cycle]
    answer = desk.say(
        "events", crossing="crossing/25", table="\n".join(["Timestamp;EventCode;EventParam", *rows, "x;1;2"])
    )
    found = {row[0]["en"]: row[1] for row in answer.json()["rows"]}
    assert (found["events"], found["refused rows"]) == (280, 1)
    assert "events[280]" in found["refused"]
    on_green = desk.hub.database.rows("select distinct value from traffic.measure where name = 'arrivals_on_green'")
    assert on_green == [{"value": 50.0}]
    assert found["measured values"] > 10


def test_nobody_is_sent_to_who_works_in_a_closed_lane(desk):
    assert desk.say("works", lane="detector/25-1", hours=3, reason="pipe").status_code == 201
    for lane in ("detector/25-1", "detector/25-2"):
        desk.go_on(seconds=1)
        reading = {"entity": lane, "quantity": "stopped_vehicle", "value": 30, "time": desk.now.isoformat()}
        desk.client.post("/v1/readings", json={"readings": [reading]}, headers=desk.device)
    assert desk.cases() == [{"title": "Clear Bowles from the south, through, lane 2"}]
    assert "accepted: a lane's id" in desk.say("works", lane="crossing/25", hours=3, reason="pipe").json()["detail"]
    assert "07:30" in desk.say("works", lane="detector/25-1", hours=3, reason="pipe", at="noon").json()["detail"]


def test_every_step_of_the_week_is_in_the_evidence(desk):
    said = {row["says"] for row in desk.hub.database.rows(WITNESSED)}
    for begins in ("Bowles has joined by its MAP", "Bowles", "280 events of crossing/25 brought in"):
        assert any(line.startswith(begins) for line in said), begins
    assert any("detectors 12, 40" in line for line in said)
    assert any("is closed for works" in line for line in said)
    assert any("has a plan school: 20 + 30 + 24 + 26 = 100 s" in line for line in said)


def test_walkers_need_a_phase_as_long_as_their_walk_and_clearance():
    shape = shape_of(
        1, "x", {}, [{"lane": 1, "heading": 90, "turns": "through"}, {"lane": 2, "heading": 0, "turns": "through"}]
    )
    walks = [walk_of("x", {"walk": 9, "crosses": [0]})]
    assert list(too_short(shape, walks, (12, 40))) == [
        "phase 1: too short for the walkers of group 9; accepted: at least 13 s (7 s walk, 6 s clearance)"
    ]
    assert list(too_short(shape, walks, (13, 40))) == []


def test_a_map_without_a_lane_that_obeys_a_light_is_no_crossing_and_a_crosswalk_crosses_its_arm():
    northward, walk = join(A_MAP, "7", Text("Elm", "榆树"), {}).entities[1:3]
    assert northward.facts["heading"] == pytest.approx(90, abs=1)
    assert walk.facts == {
        "crossing": "7",
        "walk": 9,
        "crosses": [northward.facts["heading"]],
        "name_en": "Elm walk, group 9",
    }
    with pytest.raises(ShapeError, match="a vehicle lane that enters"):
        join(CrossingMap(7, 0, 1.0, 1.0, A_MAP.lanes[1:]), "7", Text("Elm", "榆树"), {})
