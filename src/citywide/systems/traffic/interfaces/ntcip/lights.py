"""What a controller's status and times mean: lights by phase, programmed times."""

from collections.abc import Iterable
from dataclasses import dataclass

from citywide.systems.traffic.interfaces.ntcip import profiles as at
from citywide.systems.traffic.interfaces.ntcip.ber import Oid, Value

GROUP = 8  # phases in one octet of the standard's status objects


class ControllerError(RuntimeError):
    """The controller did not answer, or answered no: which object and why."""


@dataclass(frozen=True)
class Lights:
    """What the controller shows, by phase number."""

    green: frozenset[int]
    yellow: frozenset[int]
    red: frozenset[int]
    walk: frozenset[int]
    clearing: frozenset[int]
    called: frozenset[int]

    def doubt(self) -> str | None:
        """Why this picture cannot be believed, or None; the controller's own monitor guards the street."""
        for phase in sorted(self.green | self.yellow | self.red):
            shown = [name for name in ("green", "yellow", "red") if phase in getattr(self, name)]
            if len(shown) > 1:
                return f"phase {phase} is {' and '.join(shown)} at once"
        return None if self.green | self.yellow | self.red else "no phase shows a light"


@dataclass(frozen=True)
class PhaseTimes:
    """The programmed times of a phase, in seconds."""

    phase: int
    walk: float
    ped_clear: float
    min_green: float
    max_green: float
    yellow: float
    red_clear: float


def phases_in(found: dict[Oid, Value], column: int, groups: Iterable[int], most: int) -> frozenset[int]:
    """The phases whose bit is set in a column's masks."""
    phases = set[int]()
    for group in groups:
        oid = (*at.STATUS, column, group)
        mask = number_in(oid, found[oid])
        phases |= {GROUP * (group - 1) + bit + 1 for bit in range(GROUP) if mask >> bit & 1}
    return frozenset(phase for phase in phases if phase <= most)


def number_in(oid: Oid, value: Value) -> int:
    """A whole number out of an answer; anything else is an error that names its object."""
    if isinstance(value, bytes) and len(value) == 1:  # some firmware answers a mask as one octet
        return value[0]
    if not isinstance(value, int) or not 0 <= value <= 65_535:
        raise ControllerError(f"{dotted(oid)}: {value!r}; accepted: a number from 0 to 65535")
    return value


def dotted(oid: Oid) -> str:
    """An object's name as people write it."""
    return ".".join(map(str, oid))
