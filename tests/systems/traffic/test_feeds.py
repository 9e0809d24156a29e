"""What roadside units say becomes readings; what cannot be is refused with its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.traffic.feeds import occupied, read_counts, read_incident, read_lights, read_tracks
from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat, write_spat

T = 1_772_409_600


def said(read, topic, **body):
    return {r.quantity: (r.entity, r.value) for r in read(topic, json.dumps(body).encode())}


def test_tracks_become_queue_speed_and_cells():
    tracks = [
        {"distance_m": 3, "speed_mps": 0},
        {"distance_m": 14, "speed_mps": 0.4},
        {"distance_m": 95, "speed_mps": 12},
    ]
    found = said(read_tracks, "detector/c01-2/tracks", time=T, tracks=tracks)
    assert found["queue"] == ("detector/c01-2", 2)
    assert found["cells"][1] == 0b1000000011
    assert found["traffic_speed"][1] == pytest.approx(3.6 * 12.4 / 3, abs=0.05)


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
        (read_tracks, "detector/a/tracks", {"time": T, "tracks": [{"distance_m": -5}]}, "tracks[0].distance_m"),
        (read_tracks, "detector/a/tracks", {"time": "noon", "tracks": []}, "tracks.time"),
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


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_being_refused(payload):
    for read, topic in ((read_tracks, "detector/a/tracks"), (read_lights, "crossing/a/spat"),
                        (read_counts, "detector/a/counts"), (read_incident, "crossing/a/incidents")):  # fmt: skip
        with pytest.raises(Malformed):
            list(read(topic, payload))


@given(st.lists(st.floats(-50, 500)))
def test_cells_name_exactly_the_places_in_sight(places):
    bits = occupied(places)
    assert {cell for cell in range(40) if bits >> cell & 1} == {int(p // 10) for p in places if 0 <= p < 320}
