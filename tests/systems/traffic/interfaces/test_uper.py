"""SPAT, MapData and SRM bit by bit, against messages from the air and bits that were laid by hand."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.map import Connection
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat
from citywide.systems.traffic.interfaces.srm import SignalRequest, SignalRequests, read_srm, write_srm
from citywide.systems.traffic.interfaces.uper import pack_map, pack_spat, pack_srm, unpack_map, unpack_spat, unpack_srm
from tests.systems.traffic.interfaces.messages import A_MAP, maps, spats

# As they went over the air at crossings in the United States; the values are those of their decoder (jpo-ode's tests).
SPAT_ON_AIR = bytes.fromhex(
    "001338000817a780000089680500204642b342b34802021a15a955a940181190acd0acd2"
    "0100868555c555c00104342aae2aae002821a155715570"
)
MAP_ON_AIR = bytes.fromhex(Path(__file__).with_name("map_on_air.hex").read_text())
SRM_PACKED = pack_srm(SignalRequests(1, "fire", (SignalRequest(7, 4, 88_001, 5_000), SignalRequest(8, 4)), 88_000, 0))
NUMBERS = {unpack_map: b"\x00\x12", unpack_spat: b"\x00\x13", unpack_srm: b"\x00\x1d"}


def test_a_message_from_the_air_is_read_as_its_sender_meant_it_and_written_bit_for_bit():
    (spat,), refused = unpack_spat(SPAT_ON_AIR)
    assert refused == ()
    assert (spat.crossing, spat.ms, spat.minute) == (12_111, 35_176, None)
    found = [(one.group, one.event.name, one.min_end, one.max_end) for one in spat.movements]
    assert found[:2] == [(2, "PROTECTED_GREEN", 22_120, 22_121), (4, "STOP_AND_REMAIN", 22_181, 22_181)]
    assert [group for group, *_ in found] == [2, 4, 6, 8, 1, 5]
    assert pack_spat((spat,)) == SPAT_ON_AIR


def test_a_map_from_the_air_with_heights_turns_and_layers_gives_its_lanes():
    (found,), refused = unpack_map(MAP_ON_AIR)
    assert refused == ()
    assert (found.crossing, found.revision, found.latitude, found.longitude) == (12_107, 2, 39.60971, -105.0913592)
    assert len(found.lanes) == 31
    assert sum(lane.enters for lane in found.lanes) == 18
    assert found.groups() == {1, 2, 4, 5, 6, 8}
    five = next(lane for lane in found.lanes if lane.number == 5)
    assert five.nodes_m == ((1.6, -19.07), (1.25, -100.57), (2.57, -126.27))
    assert five.connects == (Connection(16, 5),)


def bits(value: int, width: int) -> str:
    return format(value, f"0{width}b")


def a_node(which: int, width: int, x: int, y: int) -> str:
    half = 1 << (width - 1)
    return "00" + bits(which, 3) + bits(x + half, width) + bits(y + half, width)


def a_way(to_lane: int, group: int) -> str:
    return bits(0, 4) + "0100" + "0" + bits(to_lane, 8) + bits(group, 8)


# A_MAP as the standard's text lays it, part by part: what is there, then its values.
BY_HAND = [
    "0", "00010000", bits(3, 7), bits(0, 5),  # MapData with intersections only
    "0", "00000", "0", bits(7, 16), bits(3, 7),  # a crossing without name, width, speeds
    "000", bits(312_304_000 + 900_000_000, 31), bits(1_214_737_000 + 1_800_000_000, 32), bits(3 - 1, 8),
    "0", "0100100", bits(1, 8), bits(1, 4), "0", "10", "0000000000", "0000", "000000000",  # lane 1, ingress
    "00", bits(3 - 2, 6), a_node(2, 12, 200, -1200), a_node(4, 14, 50, -4800), a_node(5, 16, 50, -9000), a_way(5, 2),
    "0", "0010000", bits(5, 8), bits(1, 4), "0", "01", "0000000000", "0000", "000000000",  # lane 5, egress
    "00", bits(2 - 2, 6), a_node(2, 12, 200, 1400), a_node(5, 16, 0, 12_600),
    "0", "0000100", bits(6, 8), "0", "11", "0000000000", "0001", "0000000000000000",  # lane 6, on foot, both ways
    "00", bits(2 - 2, 6), a_node(1, 11, 700, -900), a_node(2, 12, -1400, 0), a_way(0, 9),
]  # fmt: skip


def test_a_map_is_packed_as_bits_laid_by_hand():
    body = "".join(BY_HAND)
    body += "0" * (-len(body) % 8)
    frame = bits(18, 16) + bits(len(body) // 8, 8) + body
    assert pack_map((A_MAP,)) == int(frame, 2).to_bytes(len(frame) // 8, "big")


def test_walk_clearance_and_dont_walk_are_packed_as_bits_laid_by_hand():
    walks = (
        Movement(9, Event.PROTECTED_GREEN, min_end=70),
        Movement(10, Event.PROTECTED_CLEARANCE, min_end=60, max_end=60),
        Movement(11, Event.STOP_AND_REMAIN),
    )
    crossing = "0" + "000000" + "0" + bits(7, 16) + bits(0, 7) + bits(0, 16) + bits(3 - 1, 8)
    states = [
        "0000" + bits(9, 8) + bits(0, 4) + "0100" + bits(6, 4) + "00000" + bits(70, 16),
        "0000" + bits(10, 8) + bits(0, 4) + "0100" + bits(8, 4) + "01000" + bits(60, 16) + bits(60, 16),
        "0000" + bits(11, 8) + bits(0, 4) + "0000" + bits(3, 4),
    ]
    body = "0000" + bits(0, 5) + crossing + "".join(states)
    body += "0" * (-len(body) % 8)
    frame = bits(19, 16) + bits(len(body) // 8, 8) + body
    assert pack_spat((Spat(7, 0, None, None, walks),)) == int(frame, 2).to_bytes(len(frame) // 8, "big")


def test_an_ambulances_request_is_packed_as_bits_laid_by_hand():
    asked = SignalRequests(4711, "ambulance", (SignalRequest(7, 4, 88_001, 5_000),), 88_000, 30_000)
    request = "0" + "00" + "0" + bits(7, 16) + bits(0, 8) + "0" + bits(1, 2) + "0" + bits(0, 2) + bits(4, 8)
    package = "0" + "1100" + request + bits(88_001, 20) + bits(5_000, 16)
    requestor = "0" + "10000000" + "1" + bits(4711, 32) + "0" + "00000" + "0" + bits(14, 5)
    body = "0" + "1010" + bits(88_000, 20) + bits(30_000, 16) + bits(0, 5) + package + requestor
    body += "0" * (-len(body) % 8)
    frame = bits(29, 16) + bits(len(body) // 8, 8) + body
    packed = int(frame, 2).to_bytes(len(frame) // 8, "big")
    assert pack_srm(asked) == packed
    assert unpack_srm(packed) == (asked, ())


def test_a_vehicle_that_goes_by_four_octets_is_known_by_them():
    message = json.loads(write_srm(SignalRequests(0x0A0B0C0D, "transit", ())))
    requestor = message["value"]["SignalRequestMessage"]["requestor"]
    requestor["id"] = {"entityID": "0A0B0C0D"}
    found, refused = read_srm(json.dumps(message))
    assert (found.vehicle, refused) == (0x0A0B0C0D, ())
    requestor["id"] = {"entityID": "0A0B"}
    with pytest.raises(Malformed, match="entityID: '0A0B'; accepted: eight hexadecimal digits"):
        read_srm(json.dumps(message))


@given(st.lists(spats.filter(lambda one: one.movements), min_size=1, max_size=4).map(tuple))
def test_lights_that_are_packed_are_unpacked(written):
    assert unpack_spat(pack_spat(written)) == (written, ())


@given(st.lists(maps, min_size=1, max_size=4).map(tuple))
def test_maps_that_are_packed_are_unpacked(written):
    assert unpack_map(pack_map(written)) == (written, ())


@given(
    st.sampled_from([(SPAT_ON_AIR, unpack_spat), (MAP_ON_AIR, unpack_map), (SRM_PACKED, unpack_srm)]),
    st.lists(st.tuples(st.integers(0, 919), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 919),
)
def test_no_change_of_a_good_message_does_worse_than_being_refused(good, changes, cut):
    message, unpack = good
    spoilt = bytearray(message)
    for place, byte in changes:
        spoilt[place % len(spoilt)] = byte
    for data in (bytes(spoilt), bytes(spoilt[:cut])):
        with suppress(Malformed):
            unpack(data)


@given(st.binary(max_size=80))
def test_no_bytes_at_all_break_the_packed_readers(data):
    for unpack in (unpack_spat, unpack_map, unpack_srm):
        with pytest.raises(Malformed, match="accepted"):
            unpack(data)
        with suppress(Malformed):
            unpack(NUMBERS[unpack] + bytes([len(data)]) + data)


def test_parts_that_a_later_edition_added_are_passed_over():
    """The extension bit of a crossing's state is set, and one part of three octets follows its movements."""
    crossing = "1" + "000000" + "0" + bits(7, 16) + bits(0, 7) + bits(0, 16) + bits(0, 8)
    state = "0000" + bits(4, 8) + bits(0, 4) + "0000" + bits(6, 4)
    later = "0" + bits(0, 6) + "1" + bits(3, 8) + bits(0xABCDEF, 24)
    body = "0000" + bits(0, 5) + crossing + state + later
    body += "0" * (-len(body) % 8)
    frame = bits(19, 16) + bits(len(body) // 8, 8) + body
    found, refused = unpack_spat(int(frame, 2).to_bytes(len(frame) // 8, "big"))
    assert refused == ()
    assert found == (Spat(7, 0, None, None, (Movement(4, Event.PROTECTED_GREEN),)),)


def test_a_message_cut_short_is_refused_with_what_is_accepted():
    with pytest.raises(Malformed, match="accepted: 56 bytes"):
        unpack_spat(SPAT_ON_AIR[:-1])
    with pytest.raises(Malformed, match="33 crossings'; accepted: 1 to 32"):
        pack_map((A_MAP,) * 33)
