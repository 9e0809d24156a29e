"""What roadside units say becomes readings; what cannot be is refused with its place."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.traffic.events_feed import read_events
from citywide.systems.traffic.feeds import read_counts, read_incident, read_lights, read_requests, read_tracks
from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat, write_spat
from citywide.systems.traffic.interfaces.srm import SignalRequest, SignalRequests, read_srm, write_srm
from citywide.systems.traffic.interfaces.uper import pack_srm
from citywide.systems.traffic.packing import Ask, Spot, ask_of, packed_ask, packed_track, track_of

T = 1_772_409_600


def said(read, topic, **body):
    return {r.quantity: (r.entity, r.value) for r in read(topic, json.dumps(body).encode())}


def test_tracks_become_queue_speed_and_places():
    tracks = [
        {"id": 7, "distance_m": 3, "speed_mps": 0},
        {"id": 8, "distance_m": 14, "speed_mps": 0.4},
        {"id": 9, "distance_m": 95, "speed_mps": 12},
    ]
    body = json.dumps({"time": T, "tracks": tracks}).encode()
    places = [track_of(r.value) for r in read_tracks("detector/c01-2/tracks", body) if r.quantity == "track"]
    assert places == [Spot(7, 3.0, True), Spot(8, 14.0, True), Spot(9, 95.0, False)]
    found = said(read_tracks, "detector/c01-2/tracks", time=T, tracks=tracks)
    assert found["queue"] == ("detector/c01-2", 2)
    assert found["traffic_speed"][1] == pytest.approx(3.6 * 12.4 / 3, abs=0.05)


def test_a_radar_with_signs_ghosts_and_a_number_told_twice_gives_the_queue_of_who_stands(capsys):
    tracks = [
        {"id": 7, "distance_m": 3, "speed_mps": -0.2},
        {"id": 8, "distance_m": 60, "speed_mps": -12},  # approaching, as some radars count it
        {"id": 2**31, "distance_m": 14, "speed_mps": 0.4},
        {"id": 8, "distance_m": 59, "speed_mps": -12},
        {"id": 9, "distance_m": 900, "speed_mps": 3},  # beyond its reach
        {"id": "x", "distance_m": 9, "speed_mps": 3},
    ]
    found = said(read_tracks, "detector/c01-2/tracks", time=T, tracks=tracks)
    assert found["queue"] == ("detector/c01-2", 2)
    assert found["traffic_speed"][1] == pytest.approx(3.6 * 12.6 / 3, abs=0.05)
    told = capsys.readouterr().out
    assert "tracks[4].distance_m: 900; accepted: a number from -30 to 750" in told
    assert "tracks[5].id: 'x'; accepted: a whole number" in told
    with pytest.raises(Malformed, match="distance_m"):
        said(read_tracks, "detector/c01-2/tracks", time=T, tracks=tracks[4:5])


def test_counts_become_an_hourly_volume():
    found = said(read_counts, "detector/c01-2/counts", time=T, seconds=60, left=1, through=9, right=2, occupancy=0.25)
    assert found["volume"][1] == 720
    assert found["occupancy"][1] == 25


def test_lights_go_to_the_lane_of_their_signal_group():
    movements = (
        Movement(2, Event.PROTECTED_GREEN),
        Movement(3, Event.PROTECTED_CLEARANCE),
        Movement(4, Event.STOP_AND_REMAIN),
    )
    readings = list(read_lights("crossing/c01/spat", write_spat((Spat(7, 1, 88_000, 30_500, movements),)).encode()))
    assert {r.entity: r.value for r in readings} == {"detector/c01-2": 2, "detector/c01-3": 3, "detector/c01-4": 0}
    assert (readings[0].time.month, readings[0].time.second) == (3, 30)


def test_one_unreadable_group_does_not_darken_the_others():
    message = json.loads(write_spat((Spat(7, 1, None, None, (Movement(2, Event.PROTECTED_GREEN),)),)))
    message["value"]["SPAT"]["intersections"][0]["states"].append({"signalGroup": 900})
    assert [r.value for r in read_lights("crossing/c01/spat", json.dumps(message).encode())] == [2]


@pytest.mark.parametrize(
    ("read", "topic", "body", "why"),
    [
        (read_tracks, "detector/a/tracks", {"time": T, "tracks": [{"distance_m": -50}]}, "tracks[0].distance_m"),
        (read_tracks, "detector/a/tracks", {"time": "noon", "tracks": []}, "tracks.time"),
        (read_requests, "priority_vehicle/a/srm", {"requestor": {"id": {"stationID": 1}, "type": {"role": "vip"}}},
         "ambulance"),
        (read_counts, "detector/a/counts", {"time": T, "seconds": 0, "left": 0, "through": 0, "right": 0}, "seconds"),
        (read_incident, "crossing/a/incidents", {"time": T, "kind": "ufo", "lane": 1}, "stopped_vehicle, blocked"),
        (read_lights, "crossing/a/spat", {"intersections": [{"id": {}, "states": []}]}, "id"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(read, topic, body, why):
    with pytest.raises(Malformed) as refused:
        list(read(topic, json.dumps(body).encode()))
    assert why in str(refused.value)
    assert "accepted" in str(refused.value)


def events(payload):
    return [(round(r.time.timestamp() // 0.1), *divmod(int(r.value), 32768)) for r in
            read_events("crossing/c01/events", payload)]  # fmt: skip


def test_signal_events_come_as_json_or_csv_and_are_the_same_when_told_twice():
    rows = [{"time": T + 0.3, "code": 1, "parameter": 2}, {"time": T + 0.3, "code": 82, "parameter": 12}]
    told = json.dumps({"events": rows}).encode()
    assert events(told) == [(T * 10 + 3, 1, 2), (T * 10 + 3, 82, 12)]
    assert events(f"{T}.3,1,2\n{T}.3,82,12\n".encode()) == events(told)
    assert events(b"Code,Time,Parameter\n1,2026-03-02T08:00:00.3+08:00,2\n82,2026-03-02T00:00:00.3Z,12") == events(told)
    times = [[r.time for r in read_events("crossing/c01/events", told)] for _ in range(2)]
    assert times[0] == times[1]
    assert len(set(times[0])) == 2


def test_one_bad_event_row_is_refused_by_its_place_and_the_others_are_kept(capsys):
    rows = f"{T},1,2\n{T},40000,2\n2026-03-02T08:00:00,8,2\nnoon,8,2\n{T},8\n{T},10,2".encode()
    assert [code for _, code, _ in events(rows)] == [1, 10]
    said = capsys.readouterr().out
    for place in ("events[1].code: 40000", "events[2].time: '2026-03-02T08:00:00'", "events[3].time: 'noon'",
                  "events[4].parameter: 'nothing'"):  # fmt: skip
        assert place in said


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_being_refused(payload):
    for read, topic in ((read_tracks, "detector/a/tracks"), (read_lights, "crossing/a/spat"),
                        (read_counts, "detector/a/counts"), (read_incident, "crossing/a/incidents"),
                        (read_events, "crossing/a/events")):  # fmt: skip
        with pytest.raises(Malformed):
            list(read(topic, payload))


@given(st.integers(0, 65_535), st.integers(1, 255), st.none() | st.integers(0, 4000))
def test_a_request_survives_its_packing(crossing, lane, eta_s):
    assert ask_of(float(packed_ask(Ask(crossing, lane, eta_s)))) == Ask(crossing, lane, eta_s)


@given(st.integers(0, 2**24 - 1), st.floats(-30, 750), st.booleans())
def test_a_track_survives_its_packing_to_the_decimetre(number, away_m, stands):
    spot = track_of(float(packed_track(Spot(number, away_m, stands))))
    assert (spot.track, spot.stands) == (number, stands)
    assert spot.away_m == pytest.approx(away_m, abs=0.051)


def test_a_bus_asks_three_crossings_and_takes_one_request_back():
    asks = [SignalRequest(at, 4, 88_000 + at, 30_000) for at in (2, 3)]
    said = SignalRequests(12, "publicTransport", (SignalRequest(1, 4, cancels=True), *asks), 88_001, 30_000)
    assert read_srm(write_srm(said)) == (said, ())
    readings = list(read_requests("priority_vehicle/bus-12/srm", write_srm(said).encode()))
    assert [ask_of(r.value) for r in readings] == [Ask(1, 4, None), Ask(2, 4, 60), Ask(3, 4, 120)]
    assert {r.entity for r in readings} == {"priority_vehicle/bus-12"}
    assert list(read_requests("priority_vehicle/bus-12/srm", pack_srm(said))) == readings


def test_one_request_that_cannot_be_leaves_the_others():
    message = json.loads(write_srm(SignalRequests(12, "ambulance", (SignalRequest(2, 4, 88_000, 0),) * 2, 88_000, 0)))
    message["value"]["SignalRequestMessage"]["requests"][0]["request"]["requestType"] = "please"
    found, refused = read_srm(json.dumps(message))
    assert len(found.requests) == 1
    assert "requests[0].request.requestType: 'please'; accepted: priorityRequest" in str(refused[0])


FIRST = ("2026-03-02T08:00:00.1+08:00", 1, 2)


@pytest.mark.parametrize(
    "table",
    [
        b"TimeStamp,EventId,Parameter\n2026-03-02T08:00:00.1+08:00,1,2\n",
        b"DeviceId,Timestamp,Event_Code,Event Param\n7,2026-03-02T08:00:00.1+08:00,1,2\n",
        b"parameter;code;time\n2;1;2026-03-02T08:00:00.1+08:00\n",
        "\ufefftime\tcode\tparameter\n1772409600.1\t1.0\t2.0\n".encode(),
        b' [{"time": 1772409600.1, "code": 1, "parameter": 2}]',
        b'\n{"events": [{"time": 1772409600.1, "code": 1, "parameter": 2}]}',
    ],
)
def test_tables_of_events_are_read_by_the_headings_that_makers_give_them(table):
    (one,) = read_events("crossing/c01/events", table)
    assert divmod(int(one.value), 32768) == FIRST[1:]
    assert abs(one.time - datetime.fromisoformat(FIRST[0])) < timedelta(milliseconds=100)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (b"wann,wert,was\n1772409600,2,1\n", "a heading with time, code, parameter, or none"),
        (b"device,time,code,parameter\n7,1772409600,1,2\n8,1772409600,1,2\n", "each at its own crossing"),
        (b"time,code,parameter\n1772409600100,1,2\n", "seconds since 1970"),
        (b"time,code,parameter\n-5,1,2\n", "seconds since 1970"),
    ],
)
def test_a_table_that_could_be_taken_for_another_is_refused(table, why):
    with pytest.raises(Malformed, match=why):
        list(read_events("crossing/c01/events", table))


def test_lights_of_two_crossings_at_one_topic_are_refused():
    spats = [Spat(number, 0, None, None, (Movement(1, Event.STOP_AND_REMAIN),)) for number in (7, 8)]
    with pytest.raises(Malformed, match=r"2 crossings.*one, each at its own topic"):
        list(read_lights("crossing/c01/spat", write_spat(spats).encode()))
    bare = json.dumps(json.loads(write_spat(spats[:1]))["value"]).encode()
    assert [one.value for one in read_lights("crossing/c01/spat", bare)] == [0]
