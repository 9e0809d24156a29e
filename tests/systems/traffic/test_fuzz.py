"""Good messages spoilt at random: every door answers with where, what and what is accepted, or reads what is left."""

import json
from collections.abc import Iterator
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.hub import Reading
from citywide.systems.traffic.events_feed import read_events
from citywide.systems.traffic.feeds import read_counts, read_incident, read_lights, read_requests, read_tracks
from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.map import read_map, write_map
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat, write_spat
from citywide.systems.traffic.interfaces.srm import SignalRequest, SignalRequests, read_srm, write_srm
from citywide.systems.traffic.model import MEASURED, SEEN
from tests.systems.traffic.interfaces.messages import A_MAP

T = 1_772_409_600.5
LIGHTS = (Movement(1, Event.PROTECTED_GREEN, 500, 600), Movement(9, Event.STOP_AND_REMAIN, 900))
REQUESTS = (SignalRequest(3, 4, 88_000, 5_000), SignalRequest(4, 4, cancels=True))
GOOD = {
    "tracks": {
        "time": T,
        "tracks": [{"id": 7, "distance_m": 3, "speed_mps": 0.2}, {"id": 8, "distance_m": 90, "speed_mps": 12}],
    },
    "counts": {"time": T, "seconds": 60, "left": 1, "through": 9, "right": 2, "occupancy": 0.25},
    "incidents": {"time": T, "kind": "wrong_way", "lane": 3, "lasts_s": 4.5},
    "events": {
        "events": [
            {"time": T, "code": 1, "parameter": 2},
            {"time": "2026-03-02T08:00:00.3+08:00", "code": 82, "parameter": 12},
        ]
    },
    "spat": json.loads(write_spat((Spat(7, 1, 88_000, 30_500, LIGHTS),))),
    "srm": json.loads(write_srm(SignalRequests(12, "ambulance", REQUESTS, 88_000, 0))),
    "map": json.loads(write_map((A_MAP,))),
}
FEEDS = {
    "tracks": (read_tracks, "detector/c01-2/tracks"),
    "counts": (read_counts, "detector/c01-2/counts"),
    "incidents": (read_incident, "crossing/c01/incidents"),
    "events": (read_events, "crossing/c01/events"),
    "spat": (read_lights, "crossing/c01/spat"),
    "srm": (read_requests, "priority_vehicle/bus-12/srm"),
}
BOUNDS = {one.name: (one.low, one.high) for one in (*MEASURED, *SEEN)}
NONSENSE = [
    None,
    True,
    -1,
    0,
    0.5,
    65_536,
    10**400,
    1e300,
    float("nan"),
    float("inf"),
    "",
    "NaN",
    "é" * 300,
    [],
    [[]],
    {},
    {"x": 1},
]
ODD = st.one_of(st.sampled_from(NONSENSE), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=8))


def places(message: object, path: tuple = ()) -> list[tuple]:
    """Every place in a message."""
    inside = message.items() if isinstance(message, dict) else enumerate(message) if isinstance(message, list) else ()
    return [path, *(place for key, value in inside for place in places(value, (*path, key)))]


@st.composite
def spoilt(draw: st.DrawFn, good: object) -> bytes:
    """One to three parts replaced, taken out, doubled or renamed; now and then a few bytes as well."""
    message = deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(message)[1:] or [()]))
        if not path:
            return json.dumps(draw(ODD)).encode()
        holder = message
        for key in path[:-1]:
            holder = holder[key]
        what = draw(st.sampled_from(["replace", "replace", "remove", "double", "rename"]))
        if what == "replace":
            holder[path[-1]] = deepcopy(draw(ODD))
        elif what == "double" and isinstance(holder, list):
            holder.append(deepcopy(holder[path[-1]]))
        elif what == "rename" and isinstance(holder, dict):
            holder[draw(st.text(max_size=5))] = holder.pop(path[-1])
        else:
            holder.pop(path[-1])
    data = bytearray(json.dumps(message).encode())
    for at, byte in (
        draw(st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), max_size=2))
        if draw(st.booleans())
        else []
    ):
        data[at] = byte
    return bytes(data)


def tells(error: Malformed) -> None:
    where, _, accepted = str(error).partition("; accepted: ")
    assert where
    assert accepted
    assert len(where) < 400


def is_taken_or_refused(name: str, payload: bytes) -> None:
    """Refused in words, or read into values that the hub takes."""
    read, topic = FEEDS[name]
    try:
        readings = list(read(topic, payload))
    except Malformed as error:
        tells(error)
        return
    for one in readings:
        assert isinstance(one, Reading)
        assert one.time.tzinfo is not None
        low, high = BOUNDS[one.quantity]
        assert (low if low is not None else 0) <= one.value <= (high if high is not None else 2**40), one


def each_spoilt_once(good: object) -> Iterator[bytes]:
    """Every place taken out, and filled with each kind of nonsense."""
    for path in places(good)[1:]:
        for what in [*NONSENSE, "taken out"]:
            message = deepcopy(good)
            holder = message
            for key in path[:-1]:
                holder = holder[key]
            if what == "taken out":
                holder.pop(path[-1])
            else:
                holder[path[-1]] = what
            yield json.dumps(message).encode()


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_nonsense_in_any_place_is_refused_in_words_or_left_out(name):
    for payload in each_spoilt_once(GOOD[name]):
        is_taken_or_refused(name, payload)


@pytest.mark.parametrize(("name", "read"), [("map", read_map), ("srm", read_srm)])
def test_nonsense_in_any_place_of_a_map_is_refused_in_words_or_left_out(name, read):
    for payload in each_spoilt_once(GOOD[name]):
        is_named(read, payload)


@pytest.mark.parametrize("name", sorted(FEEDS))
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_spoilt_message_is_refused_in_words_or_read_as_far_as_it_goes(name, data):
    is_taken_or_refused(name, data.draw(spoilt(GOOD[name])))


def is_named(read, payload: bytes) -> None:
    """What could not be read is named."""
    try:
        _, refused = read(payload)
    except Malformed as error:
        refused = (error,)
    for one in refused:
        tells(one)


@pytest.mark.parametrize(("name", "read"), [("map", read_map), ("srm", read_srm)])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_spoilt_map_or_request_names_what_it_left_out(name, read, data):
    is_named(read, data.draw(spoilt(GOOD[name])))


@pytest.mark.parametrize("name", sorted(FEEDS))
@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"time": 1e999}',
        b'{"time": ' + b"9" * 5000 + b"}",
        b"\xff\xfe{}",
        b"\x00" * 50,
    ],
)
def test_what_no_reader_of_json_can_take_is_refused_in_words(name, payload):
    read, topic = FEEDS[name]
    with pytest.raises(Malformed) as refused:
        list(read(topic, payload))
    tells(refused.value)
