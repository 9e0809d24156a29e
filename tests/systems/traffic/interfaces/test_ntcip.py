from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.traffic.interfaces.ntcip import (
    PROFILES,
    Agent,
    AgentServer,
    Controller,
    ControllerError,
    UdpWire,
    profile_of,
)
from citywide.systems.traffic.interfaces.ntcip import profiles as at
from citywide.systems.traffic.interfaces.ntcip.ber import (
    MISSING,
    BadMessage,
    Message,
    Verb,
    decode,
    encode,
    oid_of,
)

oids = st.lists(st.integers(0, 2**31), min_size=1, max_size=12).map(lambda tail: (1, 3, *tail))
values = st.none() | st.integers(-(2**31), 2**31 - 1) | st.binary(max_size=200) | oids | st.just(MISSING)
messages = st.builds(
    Message,
    st.sampled_from(Verb),
    st.integers(0, 2**31 - 1),
    st.lists(st.tuples(oids, values), max_size=5).map(tuple),
    st.binary(max_size=20),
    st.sampled_from([0, 1]),
    st.integers(0, 18),
    st.integers(0, 5),
)


@given(messages)
def test_every_message_reads_back(message):
    assert decode(encode(message)) == message


@given(st.binary(max_size=120))
def test_no_bytes_break_the_reader(data):
    with suppress(BadMessage):
        decode(data)


@given(messages, st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_read_but_never_breaks(message, place, byte):
    data = bytearray(encode(message))
    data[place % len(data)] = byte
    with suppress(BadMessage):
        decode(bytes(data))


def test_the_bytes_are_those_of_the_standard():
    asked = Message(Verb.GET, 1, ((oid_of("1.3.6.1.2.1.1.1.0"), None),), version=0)
    assert encode(asked).hex() == "302602010004067075626c6963a019020101020100020100300e300c06082b060102010101000500"


@pytest.mark.parametrize("vendor", sorted(PROFILES))
def test_every_vendor_shows_its_lights_and_takes_its_calls_over_a_real_socket(vendor):
    profile = profile_of(vendor)
    agent = Agent.with_phases(switch=profile.spat_switch)
    agent.show_green(2, 6, 12)
    with AgentServer(agent) as server:
        controller = Controller(UdpWire("127.0.0.1", server.port), profile, timeout_s=2)
        lights = controller.lights()
        assert lights.green == {2, 6, 12}
        assert lights.doubt() is None
        controller.call([4, 9])
        controller.hold([2])
    assert agent.objects[(*at.CONTROL, at.CALL, 1)] == 0b1000
    assert agent.objects[(*at.CONTROL, at.CALL, 2)] == 0b1
    assert agent.objects[(*at.CONTROL, at.HOLD, 1)] == 0b10


def test_letting_go_takes_back_every_call_and_hold():
    agent = Agent.with_phases()
    controller = Controller(agent)
    controller.hold([2])
    controller.call([4], pedestrians=True)
    controller.let_go()
    assert not any(agent.objects[(*at.CONTROL, column, group)] for column in range(2, 8) for group in (1, 2))


def test_times_come_in_seconds():
    times = Controller(Agent.with_phases()).times(3)
    assert (times.min_green, times.yellow, times.red_clear) == (6, 3.5, 2.0)


def test_green_and_red_at_once_is_not_believed():
    agent = Agent.with_phases()
    agent.show_green(2)
    agent.objects[(*at.STATUS, at.REDS, 1)] = 255
    assert Controller(agent).lights().doubt() == "phase 2 is green and red at once"


def test_spat_is_switched_on_where_the_vendor_has_an_object_and_else_said_to_be_at_the_panel():
    econolite = profile_of("econolite")
    agent = Agent.with_phases(switch=econolite.spat_switch)
    Controller(agent, econolite).send_spat()
    assert agent.objects[econolite.spat_switch] == 6
    with pytest.raises(ControllerError, match="mccain has no object that switches SPaT"):
        Controller(agent, profile_of("mccain")).send_spat()


class Silent:
    def exchange(self, request, timeout_s):
        return None


class Babbling:
    def exchange(self, request, timeout_s):
        return b"\x30\x03abc"


class Confused:
    def exchange(self, request, timeout_s):
        return encode(Message(Verb.RESPONSE, 10**6, ()))


@dataclass
class Spoilt:
    """Answers of a good controller with bytes that were changed or lost on the way."""

    agent: Agent
    changes: list[tuple[int, int]]
    cut: int

    def exchange(self, request, timeout_s):
        data = bytearray(self.agent.exchange(request, timeout_s))
        for place, byte in self.changes:
            data[place % len(data)] = byte
        return bytes(data[: len(data) - self.cut])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=3), st.integers(0, 3))
def test_a_spoilt_answer_is_lights_or_an_error_in_words(changes, cut):
    agent = Agent.with_phases()
    agent.show_green(2, 6)
    with suppress(ControllerError):
        lights = Controller(Spoilt(agent, changes, cut), timeout_s=0.01, retries=0).lights()
        assert lights.green <= set(range(1, 17))
        Controller(Spoilt(agent, changes, cut), timeout_s=0.01, retries=0).times(2)


@pytest.mark.parametrize(
    ("wire", "why"),
    [(Silent(), "no answer"), (Babbling(), "no SNMP"), (Confused(), "another question")],
)
def test_a_controller_that_does_not_answer_well_is_an_error_that_says_why(wire, why):
    with pytest.raises(ControllerError, match=why):
        Controller(wire, timeout_s=0.01).pattern()


def test_refusals_of_the_controller_name_the_object():
    agent = Agent.with_phases()
    agent.writable.clear()
    with pytest.raises(ControllerError, match=r"1206\.4\.2\.1\.4\.14\.0: read only"):
        Controller(agent).run_pattern(3)
    del agent.objects[at.PATTERN_IN_FORCE]
    for vendor in ("standard", "mccain"):
        with pytest.raises(ControllerError, match=r"4\.10\.0: (no such name|the controller has no such object)"):
            Controller(agent, profile_of(vendor)).pattern()


def test_what_cannot_be_is_not_sent():
    controller = Controller(Silent())
    with pytest.raises(ControllerError, match="phases \\[17\\]; accepted: 1 to 16"):
        controller.call([17])
    with pytest.raises(ValueError, match="vendor 'acme'; accepted: econolite"):
        profile_of("acme")
