import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.map import read_map, write_map
from citywide.systems.traffic.interfaces.spat import Event, Movement, read_spat, write_spat
from tests.systems.traffic.interfaces.messages import A_MAP, maps, spats


@given(st.lists(spats, max_size=3).map(tuple))
def test_what_is_written_reads_back(written):
    assert read_spat(write_spat(written)) == (written, ())


@given(st.lists(maps, max_size=3).map(tuple))
def test_every_map_that_is_written_reads_back(written):
    assert read_map(write_map(written)) == (written, ())


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


@pytest.mark.parametrize("unknown", [36_001, 36_111])
def test_a_time_that_is_not_known_has_a_number_of_its_own_in_either_edition(unknown):
    found, refused = read_spat(
        json.dumps({"intersections": [{"id": {"id": 9}, "states": [a_state(1, minEndTime=unknown)]}]})
    )
    assert refused == ()
    assert found[0].movements[0].min_end is None


def test_seconds_left_pass_the_turn_of_the_hour():
    assert Movement(1, Event.PROTECTED_GREEN, min_end=50).seconds_left(35_950) == 10.0


def test_a_map_reads_back_to_the_centimetre():
    found, refused = read_map(write_map((A_MAP,)))
    assert refused == ()
    assert found == (A_MAP,)
    assert found[0].groups() == {2, 9}
    assert found[0].lanes[0].length_m == pytest.approx(138.0, abs=0.1)


def test_a_lane_without_nodes_is_refused_and_the_others_stay():
    message = json.loads(write_map((A_MAP,)))
    message["value"]["MapData"]["intersections"][0]["laneSet"][0]["nodeList"]["nodes"] = []
    found, refused = read_map(json.dumps(message))
    assert [lane.number for lane in found[0].lanes] == [5, 6]
    assert "laneSet[0].nodeList.nodes: '0 nodes'; accepted: two nodes or more" in str(refused[0])
