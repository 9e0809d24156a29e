import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.map import Connection, CrossingMap, Lane, read_map, write_map
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat, read_spat, write_spat
from citywide.systems.traffic.interfaces.uper import pack_spat, unpack_spat

marks = st.none() | st.integers(0, 36_000)
movements = st.builds(
    Movement,
    st.integers(1, 255),
    st.sampled_from(Event),
    st.integers(0, 36_000),
    marks,
    marks,
)
spats = st.builds(
    Spat,
    st.integers(0, 65_535),
    st.integers(0, 127),
    st.none() | st.integers(0, 527_040),
    st.none() | st.integers(0, 60_000),
    st.lists(movements, max_size=6, unique_by=lambda one: one.group).map(tuple),
)


@given(st.lists(spats, max_size=3).map(tuple))
def test_what_is_written_reads_back(written):
    assert read_spat(write_spat(written)) == (written, ())


# As it went over the air at a crossing in the United States; the values are those of its decoder (jpo-ode's tests).
ON_AIR = bytes.fromhex(
    "001338000817a780000089680500204642b342b34802021a15a955a940181190acd0acd2"
    "0100868555c555c00104342aae2aae002821a155715570"
)


def test_a_message_from_the_air_is_read_as_its_sender_meant_it_and_written_bit_for_bit():
    (spat,) = unpack_spat(ON_AIR)
    assert (spat.crossing, spat.ms, spat.minute) == (12_111, 35_176, None)
    found = [(one.group, one.event.name, one.min_end, one.max_end) for one in spat.movements]
    assert found[:2] == [(2, "PROTECTED_GREEN", 22_120, 22_121), (4, "STOP_AND_REMAIN", 22_181, 22_181)]
    assert [group for group, *_ in found] == [2, 4, 6, 8, 1, 5]
    assert pack_spat((spat,)) == ON_AIR


@given(st.lists(spats.filter(lambda one: one.movements), min_size=1, max_size=4).map(tuple))
def test_what_is_packed_is_unpacked(written):
    assert unpack_spat(pack_spat(written)) == written


@given(st.binary(max_size=80) | st.integers(0, len(ON_AIR)).map(lambda cut: ON_AIR[:cut]))
def test_no_bytes_at_all_break_the_packed_reader(data):
    with suppress(Malformed):
        unpack_spat(data)


def test_a_message_cut_short_is_refused_with_what_is_accepted():
    with pytest.raises(Malformed, match="accepted: 56 bytes"):
        unpack_spat(ON_AIR[:-1])


def a_state(group, event="stop-And-Remain", **timing):
    return {"signalGroup": group, "state-time-speed": [{"eventState": event, "timing": timing}]}


def test_one_bad_movement_is_refused_by_its_place_and_the_rest_goes_on():
    states = [a_state(1, minEndTime=300), a_state(2, event="blue"), a_state(3, minEndTime=99_999)]
    text = json.dumps({"intersections": [{"id": {"id": 9}, "states": states}, {"id": "x", "states": []}]})
    found, refused = read_spat(text)
    assert [movement.group for movement in found[0].movements] == [1]
    said = [str(one) for one in refused]
    place = "SPAT.intersections[0].states[1].state-time-speed[0].eventState"
    assert said[0].startswith(f"{place}: 'blue'; accepted: unavailable")
    assert "states[2].state-time-speed[0].timing.minEndTime: 99999; accepted: a whole number" in said[1]
    assert "intersections[1].id" in said[2]


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"messageId": 18, "value": {}}', '{"intersections": 3}'])
def test_what_is_no_spat_is_refused_with_what_is_accepted(text):
    with pytest.raises(Malformed, match="accepted"):
        read_spat(text)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["intersections", "id", "states", "signalGroup", "state-time-speed", "eventState"]),
                x,
            )
        ),
    )
)
def test_no_json_at_all_breaks_the_reader(message):
    with suppress(Malformed):
        read_spat(json.dumps(message))


def test_seconds_left_pass_the_turn_of_the_hour():
    assert Movement(1, Event.PROTECTED_GREEN, min_end=50).seconds_left(35_950) == 10.0


A_MAP = CrossingMap(
    7,
    3,
    31.2304,
    121.4737,
    (
        Lane(1, "vehicle", True, ((2.0, -12.0), (2.5, -60.0), (3.0, -150.0)), (Connection(5, 2),)),
        Lane(5, "vehicle", False, ((2.0, 14.0), (2.0, 140.0)), ()),
    ),
)


def test_a_map_reads_back_to_the_centimetre():
    found, refused = read_map(write_map((A_MAP,)))
    assert refused == ()
    assert found == (A_MAP,)
    assert found[0].groups() == {2}
    assert found[0].lanes[0].length_m == pytest.approx(138.0, abs=0.1)


def test_a_lane_without_nodes_is_refused_and_the_others_stay():
    message = json.loads(write_map((A_MAP,)))
    message["value"]["MapData"]["intersections"][0]["laneSet"][0]["nodeList"]["nodes"] = []
    found, refused = read_map(json.dumps(message))
    assert [lane.number for lane in found[0].lanes] == [5]
    assert "laneSet[0].nodeList.nodes: '0 nodes'; accepted: two nodes or more" in str(refused[0])
