"""A signal controller that speaks NTCIP 1202: its lights and times read, its calls, holds and pattern set."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from citywide.systems.traffic.interfaces.ntcip import profiles as at
from citywide.systems.traffic.interfaces.ntcip.ber import BadMessage, Message, Missing, Oid, Value, Verb, decode, encode
from citywide.systems.traffic.interfaces.ntcip.lights import (
    GROUP,
    ControllerError,
    Lights,
    PhaseTimes,
    dotted,
    number_in,
    phases_in,
)
from citywide.systems.traffic.interfaces.ntcip.profiles import Profile
from citywide.systems.traffic.interfaces.ntcip.wire import Wire

ERRORS = ("no error", "too big", "no such name", "bad value", "read only", "general error")
Item = TypeVar("Item")


@dataclass
class Controller:
    """One controller behind a wire; every call is a few datagrams, with two retries."""

    wire: Wire
    profile: Profile = field(default_factory=lambda: at.PROFILES["standard"])
    timeout_s: float = 0.5
    retries: int = 2
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1), repr=False)

    def lights(self, phases: int = 16) -> Lights:
        """Which phases are green, yellow, red, walking, clearing and called."""
        columns = (at.GREENS, at.YELLOWS, at.REDS, at.WALKS, at.CLEARING, at.CALLS)
        groups = range(1, (phases + GROUP - 1) // GROUP + 1)
        asked = [(*at.STATUS, column, group) for column in columns for group in groups]
        found = self.get(asked)
        return Lights(*(phases_in(found, column, groups, phases) for column in columns))

    def times(self, phase: int) -> PhaseTimes:
        """The programmed times of one phase; clearances are kept in tenths."""
        asked = [(*at.TIMES, column, phase) for column in (2, 3, 4, 6, 8, 9)]
        walk, clear, least, most, yellow, red = (number_in(oid, value) for oid, value in self.get(asked).items())
        return PhaseTimes(phase, walk, clear, least, most, yellow / 10, red / 10)

    def pattern(self) -> int:
        """The pattern in force; 254 is free, 255 flash."""
        found = self.get([at.PATTERN_IN_FORCE])
        return number_in(at.PATTERN_IN_FORCE, found[at.PATTERN_IN_FORCE])

    def run_pattern(self, pattern: int) -> None:
        """Asks for a pattern; 0 gives the choice back to the controller's own timetable."""
        if not 0 <= pattern <= 255:
            raise ControllerError(f"pattern {pattern}; accepted: 0 to 255")
        self.set([(at.PATTERN_WANTED, pattern)])

    def hold(self, phases: Iterable[int]) -> None:
        """Holds these phases in green, and no others; the controller keeps its clearances."""
        self._set_phases(at.HOLD, phases)

    def force_off(self, phases: Iterable[int]) -> None:
        """Ends the green of these phases as soon as their minimum has run."""
        self._set_phases(at.FORCE_OFF, phases)

    def call(self, phases: Iterable[int], *, pedestrians: bool = False) -> None:
        """Calls these phases as if a vehicle (or a pedestrian) stood there."""
        self._set_phases(at.PED_CALL if pedestrians else at.CALL, phases)

    def let_go(self) -> None:
        """Takes back every hold, force-off and call of ours."""
        for column in (at.HOLD, at.FORCE_OFF, at.CALL, at.PED_CALL):
            self._set_phases(column, ())

    def send_spat(self, *, on: bool = True) -> None:
        """Switches the controller's own SPaT broadcast, where the vendor has an object for it."""
        if self.profile.spat_switch is None:
            raise ControllerError(f"{self.profile.name} has no object that switches SPaT; use its panel")
        self.set([(self.profile.spat_switch, self.profile.spat_on if on else self.profile.spat_off)])

    def get(self, objects: Sequence[Oid]) -> dict[Oid, Value]:
        """Values of objects; one that is missing is an error that names it."""
        found = dict[Oid, Value]()
        for some in _batches(objects, self.profile.bindings_at_once):
            for oid, value in self._ask(Verb.GET, [(oid, None) for oid in some]).bindings:
                if isinstance(value, Missing):
                    raise ControllerError(f"{dotted(oid)}: the controller has no such object")
                found[oid] = value
        absent = [oid for oid in objects if oid not in found]
        if absent:
            raise ControllerError(f"{dotted(absent[0])}: left out of the answer")
        return {oid: found[oid] for oid in objects}

    def set(self, bindings: Sequence[tuple[Oid, Value]]) -> None:
        """Sets objects; the answer must say yes."""
        for some in _batches(bindings, self.profile.bindings_at_once):
            self._ask(Verb.SET, some)

    def _set_phases(self, column: int, phases: Iterable[int]) -> None:
        wanted = set(phases)
        if any(not 1 <= phase <= 16 for phase in wanted):
            raise ControllerError(f"phases {sorted(wanted)}; accepted: 1 to 16")
        masks = [sum(1 << (p - 1) % GROUP for p in wanted if (p - 1) // GROUP == g) for g in (0, 1)]
        self.set([((*at.CONTROL, column, group + 1), mask) for group, mask in enumerate(masks)])

    def _ask(self, verb: Verb, bindings: Sequence[tuple[Oid, Value]]) -> Message:
        number = next(self._numbers)
        profile = self.profile
        asked = encode(Message(verb, number, tuple(bindings), profile.community, profile.version))
        trouble = f"no answer in {self.timeout_s:g} s"
        for _ in range(self.retries + 1):
            data = self.wire.exchange(asked, self.timeout_s)
            if data is None:
                continue
            try:
                answer = decode(data)
            except BadMessage as bad:
                trouble = f"an answer that is no SNMP ({bad})"
                continue
            if answer.request == number and answer.verb is Verb.RESPONSE:
                return _agreed(answer)
            trouble = "an answer to another question"
        raise ControllerError(f"{dotted(bindings[0][0])}: {trouble}, asked {self.retries + 1} times")


def _agreed(answer: Message) -> Message:
    if answer.error == 0:
        return answer
    reason = ERRORS[answer.error] if 0 < answer.error < len(ERRORS) else f"error {answer.error}"
    place = answer.error_at - 1
    name = dotted(answer.bindings[place][0]) if 0 <= place < len(answer.bindings) else "the request"
    raise ControllerError(f"{name}: {reason}")


def _batches(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[k : k + size] for k in range(0, len(items), size)]
