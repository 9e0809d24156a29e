"""A morning at six crossings through the hub's real doors: plans, an officer's word, a bus, an ambulance, SPaT."""

import json
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import numpy as np
import psycopg
import pytest
from litestar.testing import TestClient
from psycopg.types.json import Jsonb

from citywide.app import build
from citywide.demo.speaking import HttpDoor
from citywide.doors.mqtt.messages import Understanding
from citywide.doors.mqtt.packets import Message
from citywide.hub import Entity, Point, Text
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.settings import Settings
from citywide.hub.simulated.twin import Instruction, Place, Plan, Weather
from citywide.hub.testing import MORNING, fresh_database
from citywide.kit.clock import Clock
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.crossing.phases import LANES, WALK_GROUPS
from citywide.systems.traffic.interfaces.map import read_map
from citywide.systems.traffic.interfaces.ntcip import Agent, AgentServer, Controller, UdpWire
from citywide.systems.traffic.interfaces.ntcip.profiles import CLEARING, PATTERN_WANTED, STATUS, WALKS
from citywide.systems.traffic.interfaces.spat import GO, read_spat
from citywide.systems.traffic.interfaces.srm import SignalRequest, SignalRequests, write_srm
from citywide.systems.traffic.interfaces.uper import unpack_map, unpack_spat
from citywide.systems.traffic.packing import Ask, packed_ask
from citywide.systems.traffic.poller import Poller
from citywide.systems.traffic.twin import TrafficTwin

PASSWORD = "correct horse battery"
SCOPES = ("readings:write", "readings:read", "entities:write", "units:act", "demo")
DRY, STEP = Weather(np.zeros(0), 20.0), timedelta(seconds=30)
TAXI = Entity("priority_vehicle/taxi-1", "priority_vehicle", "Taxi", None, "traffic", {"role": "taxi"})

REASONS = """
    select reason from traffic.plan_choice join hub.entity on number = crossing
    where entity.id = 'crossing/01' order by since
"""
TOLD_OF_PRIORITY = """
    select convert_from(body, 'utf8')::jsonb -> 'says' ->> 'en' as says
    from (select kind, body from evidence.pending union all select kind, body from evidence.entry) told
    where kind = 'priority'
"""


class ClientDoor(HttpDoor):
    """The simulated city's own voice, spoken into a hub in the same process."""

    def __init__(self, client: TestClient, token: str) -> None:
        super().__init__("here", 0, token)
        self.client = client

    def _request(self, verb, path, body):
        answer = self.client.request(verb, path, content=body, headers=self.headers)
        return answer.status_code, answer.content


class Morning:
    """Six crossings, the door they speak through, and an engineer who is signed in."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.door, self.now, self.heard = client, ClientDoor(client, token), MORNING, []
        self.twin = TrafficTwin(_plan())
        self.door.register([*self.twin.entities, TAXI])
        self.officer = {"X-CSRF": client.post("/v1/session", json={"name": "mei", "password": PASSWORD}).json()["csrf"]}

    def live(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP.total_seconds())):
            self.now += STEP
            self.door.move_clock(self.now)
            self.door.send(self.twin.step(self.now, STEP.total_seconds(), DRY))
            self.door.move_clock(self.now)
            self.heard = self.door.instructions()
            self.twin.hear(self.heard, self.now)

    def rows(self, query: str) -> list[dict]:
        return self.client.app.state.hub.database.rows(query)

    def say(self, path: str, **body: object):
        return self.client.post(path, json=body, headers=self.officer)


def _plan() -> Plan:
    at = [Point(106.5 + 0.004 * n, 29.5) for n in range(6)]
    return Plan(3, 1, [Place("crossing", Text(f"C{n}", f"{n}号路口"), where, "d") for n, where in enumerate(at)], {})


@pytest.fixture(scope="module")
def morning(cluster, tmp_path_factory) -> Iterator[Morning]:
    url = fresh_database(cluster, "traffic_doors")
    with psycopg.connect(url) as connection:
        clock = Jsonb(msgspec.to_builtins(Clock(MORNING, 0.0, 0.0)))
        connection.execute("insert into hub.setting (name, value) values ('clock', %s)", (clock,))
        add_staff(connection, Who("mei", ("officer",), ("traffic",)), PASSWORD)
        add_staff(connection, Who("wen", ("officer",), ("drainage",)), PASSWORD)
        token = new_token(connection, "roadside", SCOPES, everywhere=True)
    with pytest.MonkeyPatch.context() as calm:
        calm.setattr("citywide.systems.traffic.twin.BETWEEN_S", 1e12)
        calm.setattr("citywide.systems.traffic.simulated.vehicles.BETWEEN_S", {"bus": 1e12, "emergency": 1e12})
        with TestClient(build(Settings(data=tmp_path_factory.mktemp("traffic"), database_url=url))) as client:
            yield Morning(client, token)


def test_a_monday_morning_brings_the_peak_plan_to_every_safety_layer(morning):
    morning.live(120)
    box = morning.twin.city.box
    assert {box.book.plan_at(crossing).name for crossing in range(6)} == {"peak"}
    assert box.safety.rules.plan_s.tolist() == [31, 16, 31, 16] * 6
    told = morning.client.get("/v1/traffic/plans/01").json()
    assert told["reason"] == "weekday timetable: plan peak since 07:00"


def test_a_change_runs_at_once_and_returns_by_itself(morning):
    box = morning.twin.city.box
    asked = morning.say("/v1/traffic/plan-changes", plan="night", hours=0.05, reason="burst main", fixed=True)
    assert asked.status_code == 201
    morning.live(90)
    assert box.book.plan_at(0).name == "night"
    assert not box.trusted[0]
    assert box.safety.rules.plan_s[:4].tolist() == [18, 12, 18, 12]
    morning.live(240)
    assert box.book.plan_at(0).name == "peak"
    assert box.trusted.all()
    why = [row["reason"]["en"] for row in morning.rows(REASONS)]
    assert why[1].startswith("burst main: plan night until 02 Mar 08:0")
    assert why[2] == why[0]


def test_a_changed_crossing_returns_even_when_the_hub_is_silent(morning):
    box, until = morning.twin.city.box, morning.now + timedelta(seconds=60)
    told = {"plan": "night", "cycle_s": 60, "offset_s": 0, "splits_s": [18, 12, 18, 12], "until": until.isoformat()}
    morning.twin.hear([Instruction(1, "crossing/02", "run_plan", told)], morning.now)
    assert box.book.plan_at(1).name == "night"
    morning.now += timedelta(seconds=90)
    morning.twin.step(morning.now, 90, DRY)
    assert box.book.plan_at(1).name == "peak"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"plan": "fast", "hours": 1, "reason": "x"}, "unknown plan 'fast'; there are"),
        ({"plan": "day", "hours": 0, "reason": "x"}, "accepted: more than 0"),
        ({"plan": "day", "hours": 1, "reason": "x", "begins": "9999-12-31T23:59:00Z"}, "accepted: within a year"),
        ({"plan": "day", "hours": 1, "reason": " "}, "a change without a reason"),
        ({"plan": "day", "hours": 1, "reason": "x", "crossing": "crossing/99"}, "there is no crossing"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_what_is_accepted(morning, body, says):
    answer = morning.say("/v1/traffic/plan-changes", **body)
    assert answer.status_code == 422
    assert says in answer.text


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("plan-changes", {"plan": "day", "hours": 1, "reason": "x" * 501}, "501 letters; accepted: at most 500"),
        ("milestones", {"day": "9999-12-31", "what": "x"}, "9999-12-31; accepted: a day within 10 years"),
        ("milestones", {"day": "2026-05-01", "what": ""}, "a milestone without words"),
        ("event-days", {"day": "0001-01-01", "name": "x"}, "accepted: a day within 10 years"),
        ("event-days", {"day": "2026-05-01", "name": " "}, "an event day without a name"),
    ],
)
def test_days_and_words_that_cannot_be_are_refused_before_they_trouble_a_duty(morning, path, body, says):
    answer = morning.say(f"/v1/traffic/{path}", **body)
    assert answer.status_code == 422
    assert says in answer.text


DERIVED = """
    insert into traffic.timetable select number, 'weekday', 0, 'weekday-0000', 70, 0, '{20,15,20,15}', now()
    from hub.entity where id = 'crossing/06'
"""


def test_a_derived_plan_is_changed_to_only_where_it_is_and_stays_when_it_is_derived_anew(morning):
    hub = morning.client.app.state.hub
    with hub.database.transaction() as connection:
        connection.execute(DERIVED)
    everywhere = morning.say("/v1/traffic/plan-changes", plan="weekday-0000", hours=0.05, reason="works")
    assert everywhere.status_code == 422
    assert "crossing/01, crossing/02, crossing/03, crossing/04, crossing/05: no plan" in everywhere.text
    asked = {"plan": "weekday-0000", "hours": 0.05, "reason": "works"}
    assert morning.say("/v1/traffic/plan-changes", **asked, crossing="crossing/05").status_code == 422
    assert morning.say("/v1/traffic/plan-changes", **asked, crossing="crossing/06").status_code == 201
    with hub.database.transaction() as connection:
        connection.execute("delete from traffic.timetable")
    morning.live(90)
    told = morning.rows("select told from traffic.plan_choice where plan = 'weekday-0000'")
    assert [row["told"]["splits_s"] for row in told] == [[20, 15, 20, 15]]
    with hub.database.transaction() as connection:
        connection.execute("delete from traffic.plan_change where plan = 'weekday-0000'")


@pytest.mark.parametrize("told", [{}, {"plan": "x", "cycle_s": 90, "offset_s": 0, "splits_s": [90]},
                                  {"plan": "x", "cycle_s": 10, "offset_s": 0, "splits_s": [5, 5]},
                                  {"plan": "x", "cycle_s": "soon", "offset_s": None, "splits_s": 3}])  # fmt: skip
def test_a_plan_that_cannot_be_changes_nothing_at_the_crossing(morning, told):
    morning.twin.hear([Instruction(1, "crossing/01", "run_plan", told)], morning.now)
    morning.live(30)
    assert morning.twin.city.box.book.plan_at(0).name == "peak"


def test_an_officers_false_teaches_the_rule(morning):
    twin, lane = morning.twin, 3 * LANES + 1
    twin.plant("blocked_lane", lane, morning.now)
    morning.live(120)
    (alarm,) = morning.rows("select alarm.id, rule from hub.alarm join hub.entity on number = entity "
                            f"where entity.id = '{twin.lanes[lane].id}' and cleared is null")  # fmt: skip
    before = twin.watcher.watch.learned.patience[lane].max()
    said = morning.say(f"/v1/alarms/{alarm['id']}/acknowledge", note="false: deliveries are allowed here")
    assert said.status_code == 200
    morning.live(120)
    assert twin.watcher.watch.learned.patience[lane].max() > before
    kept = morning.rows("select kind, was_real, who from traffic.incident_feedback")
    assert kept == [{"kind": alarm["rule"], "was_real": False, "who": "mei"}]
    assert morning.rows(f"select cleared from hub.alarm where id = {alarm['id']}")[0]["cleared"] is not None
    assert morning.rows("select state from hub.cases order by id desc limit 1")[0]["state"] == "closed"
    twin._end(lane, morning.now)
    morning.live(90)


def test_an_officers_word_at_the_end_of_a_case_counts_too(morning):
    twin, lane = morning.twin, 4 * LANES + 1
    twin.plant("blocked_lane", lane, morning.now)
    morning.live(90)
    (case,) = morning.rows("select cases.id from hub.cases where state <> 'closed'")
    assert morning.say(f"/v1/cases/{case['id']}/close", note="误报：临时停车").status_code == 200
    morning.live(90)
    assert morning.rows("select was_real from traffic.incident_feedback order by at")[-1] == {"was_real": False}
    twin._end(lane, morning.now)


def test_a_bus_checks_in_at_all_crossings_ahead_and_out_of_each_that_it_has_passed(morning):
    twin, box = morning.twin, morning.twin.city.box
    bus = twin.runs.runs[0]
    twin.runs.set_out(bus, twin.city)
    twin._to_say += twin.runs._ask(bus, morning.now, [])
    morning.live(60)
    waiting = {name for name in box.priority.waiting if "bus-1" in name}
    assert {f"priority_vehicle/bus-1 {crossing}" for crossing in range(2, 6)} <= waiting
    for _ in range(20):
        morning.live(30)
    assert not [name for name in box.priority.waiting if "bus-1" in name]
    states = morning.rows("select state, count(*) from traffic.priority group by 1")
    assert states == [{"state": "passed", "count": 6}]


def test_an_ambulance_gets_its_phase_and_a_taxi_does_not(morning):
    box = morning.twin.city.box
    move = 2 * 12 + 4
    for vehicle in ("ambulance-1", "taxi-1"):
        ask = packed_ask(Ask(3, 4, 45))
        body = {"readings": [{"entity": f"priority_vehicle/{vehicle}", "quantity": "priority_request", "value": ask,
                              "time": morning.now.isoformat()}]}  # fmt: skip
        assert morning.client.post("/v1/readings", json=body, headers=morning.door.headers).status_code == 200
    morning.live(30)
    assert [one for one in morning.heard if one.order == "priority"]
    assert [name for name in box.priority.waiting if "taxi" in name] == []
    assert box.priority.urgent(morning.now.timestamp() + 15)[2] == box.priority.phase_for(move)
    morning.now += timedelta(seconds=15)
    morning.twin.step(morning.now, 15, DRY)
    assert box.light[2 * LANES + 3] == 2
    says = {row["says"] for row in morning.rows(TOLD_OF_PRIORITY)}
    place = "C2 · 2号路口"
    assert {f"Ambulance 1 · 急救车1 is let through at {place}", f"Taxi is refused priority at {place}"} <= says


def test_lights_and_lanes_are_served_as_spat_and_map(morning):
    morning.live(30)
    headers = {"authorization": morning.door.headers["Authorization"]}
    (spat,), refused = read_spat(morning.client.get("/v1/traffic/spat?crossing=crossing/01", headers=headers).text)
    assert refused == ()
    assert [movement.group for movement in spat.movements] == [*range(1, LANES + 1), *WALK_GROUPS]
    box = morning.twin.city.box
    green = [movement.event in GO for movement in spat.movements]
    assert green == [*(box.light[:LANES] == 2), *(box.walk[0] == 2)]
    assert all(movement.min_end is not None for movement in spat.movements)
    packed = morning.client.get(
        "/v1/traffic/spat?crossing=crossing/01", headers=headers | {"accept": "application/octet-stream"}
    )
    assert unpack_spat(packed.content) == ((spat,), ())
    found, refused = read_map(morning.client.get("/v1/traffic/map", headers=headers).text)
    assert refused == ()
    packed = morning.client.get("/v1/traffic/map", headers=headers | {"accept": "application/octet-stream"})
    assert unpack_map(packed.content) == (found, ())
    crosswalks = [lane for lane in found[0].lanes if lane.kind == "crosswalk"]
    assert [way.group for lane in crosswalks for way in lane.connects] == [9, 9, 10, 10]
    assert [one.crossing for one in found] == [1, 2, 3, 4, 5, 6]
    assert found[0].lanes[0].length_m == pytest.approx(186)
    assert morning.client.get("/v1/traffic/spat?crossing=crossing/77", headers=headers).status_code == 404


def test_malformed_messages_are_set_aside_with_why_and_take_no_good_one_down(morning):
    hub = morning.client.app.state.hub
    good = write_srm(SignalRequests(101, "ambulance", (SignalRequest(4, 4, cancels=True),)))
    tracks = {"time": morning.now.timestamp(), "tracks": [{"id": 1, "distance_m": 5000, "speed_mps": 1}]}
    messages = [
        Message("crossing/01/spat", b"{not json", None),
        Message("detector/01-1/tracks", json.dumps(tracks).encode(), None),
        Message("priority_vehicle/ambulance-1/srm", good.encode(), None),
    ]
    columns, aside = Understanding(SYSTEM.feeds).read(messages, hub.clock.now_us())
    assert columns.quantity == ["priority_request"]
    assert len(aside) == 2
    assert all("accepted" in one.why for one in aside)


def test_only_traffic_engineers_change_plans(morning):
    client = morning.client
    csrf = client.post("/v1/session", json={"name": "wen", "password": PASSWORD}).json()["csrf"]
    body = {"plan": "night", "hours": 1, "reason": "x"}
    assert client.post("/v1/traffic/plan-changes", json=body, headers={"X-CSRF": csrf}).status_code == 403


def test_another_departments_staff_see_nothing_that_traffic_decided(morning):
    for path, body in (("milestones", {"what": "new lights"}), ("event-days", {"name": "marathon"})):
        asked = morning.client.post("/v1/session", json={"name": "mei", "password": PASSWORD}).json()["csrf"]
        body |= {"day": "2026-05-01"}
        assert morning.client.post(f"/v1/traffic/{path}", json=body, headers={"X-CSRF": asked}).status_code == 201
    database = morning.client.app.state.hub.database
    for who, sees in ((Who("wen", ("officer",), ("drainage",)), False), (Who("mei", ("officer",), ("traffic",)), True)):
        with database.reading_as(who) as connection:
            for table in ("plan_change", "milestone", "event_day", "plan_choice"):
                assert bool(connection.execute(f"select from traffic.{table}").fetchall()) is sees, table
    assert morning.client.get("/v1/traffic/plans/01").status_code == 200
    morning.client.post("/v1/session", json={"name": "wen", "password": PASSWORD})
    assert morning.client.get("/v1/traffic/plans/01").status_code == 404
    reads = {"authorization": morning.door.headers["Authorization"]}
    assert morning.client.get("/v1/traffic/plans/01", headers=reads).status_code == 200


def test_a_controller_joins_the_hub_tells_its_lights_and_runs_the_plans_pattern(morning):
    agent = Agent.with_phases(8)
    agent.show_green(2, 6)
    agent.objects[(*STATUS, WALKS, 1)], agent.objects[(*STATUS, CLEARING, 1)] = 0b10, 0b1000

    refused = []

    def ask(verb, path, body):
        answer = morning.client.request(verb, path, json=body, headers=morning.door.headers)
        assert answer.status_code == 200
        refused.append([each["what"].strip("'").split("-")[-1] for each in answer.json().get("refused", ())])
        return answer.json()

    with AgentServer(agent) as server:
        poller = Poller(
            Controller(UdpWire("127.0.0.1", server.port)), ask, "01", {"peak": 3, "night": 1}, {2: 9, 4: 10}
        )
        poller.second(morning.now + timedelta(seconds=1))
        assert {row["id"]: row["value"] for row in morning.rows(LIGHTS)} == lights_of(0, 2, 0, 0, 0, 2, 0, 0, 2, 3)
        assert agent.objects[PATTERN_WANTED] == 3
        poller.second(morning.now + timedelta(seconds=17))
        assert refused == [["11", "12", "13", "14", "15", "16"], [], []], "a phase it does not have is told once"
        until = (morning.now + timedelta(minutes=1)).isoformat()
        poller.ask = lambda verb, path, body: {"plan": "night", "until": until}
        poller.second(morning.now + timedelta(seconds=32))
        assert agent.objects[PATTERN_WANTED] == 1
        for nonsense in (
            {"plan": "peak", "until": "soon"},
            {"until": until},
            ["peak"],
            {"plan": "peak", "until": "2026-03-02"},
        ):
            poller.ask, poller._asked_at = lambda verb, path, body, told=nonsense: told, None
            poller.second(morning.now + timedelta(seconds=33))
            assert agent.objects[PATTERN_WANTED] == 1
        poller.ask = _no_hub
        poller.second(morning.now + timedelta(seconds=61))
        assert agent.objects[PATTERN_WANTED] == 0


LIGHTS = """
    select id, value from (
        select distinct on (entity.id) entity.id, reading.value from hub.reading
        join hub.series on series.number = reading.series join hub.entity on entity.number = series.entity
        where quantity = 'light' and starts_with(id, 'detector/01-') order by entity.id, reading.time desc
    ) lights order by id
"""


def lights_of(*values):
    return {f"detector/01-{place}": value for place, value in enumerate(values, 1)}


def _no_hub(*_):
    raise ConnectionRefusedError


def test_every_table_of_traffic_shows_rows_by_department(morning):
    open_ = "select relname from pg_class where relnamespace = 'traffic'::regnamespace and relkind = 'r' "
    assert morning.rows(open_ + "and not relrowsecurity") == []
