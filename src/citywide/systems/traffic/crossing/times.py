"""How long lights must last at a crossing, as its facts say, and what of a plan would cut them short."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from citywide.systems.traffic.crossing.facts import Facts, whole
from citywide.systems.traffic.crossing.shapes import Shape, Walk

MOST_RED_S = 90  # the safety layer lets nobody wait longer


class Times(NamedTuple):
    """Seconds: the least green, then yellow and all-red of vehicles; walk, then clearance of walkers."""

    min_green_s: int = 5
    yellow_s: int = 3
    all_red_s: int = 1
    walk_s: int = 7
    walk_clears_s: int = 6

    @property
    def clears_s(self) -> int:
        """From the end of a green to the next one."""
        return self.yellow_s + self.all_red_s


def times_of(name: str, facts: Facts) -> Times:
    """A crossing's times; where its facts are silent, the ordinary ones."""
    return Times(*(whole(name, facts, field, usual) for field, usual in Times()._asdict().items()))


def too_short(shape: Shape, walks: Sequence[Walk], times: Times, splits_s: Sequence[int]) -> Iterator[str]:
    """Why a plan of these splits cannot be shown in full, phase by phase, in words that say what would do."""
    least = times.min_green_s + times.clears_s
    for phase, split in enumerate(splits_s):
        if split < least:
            yield (
                f"phase {phase + 1}: a split of {split} s; accepted: at least {least} s "
                f"({times.min_green_s} s green, {times.yellow_s} s yellow, {times.all_red_s} s all red)"
            )
        red = sum(splits_s) - (split - times.clears_s)
        if split >= least and red > MOST_RED_S:
            yield f"phase {phase + 1}: red for {red} s of each cycle; accepted: at most {MOST_RED_S} s"
    yield from _walkers(shape, walks, times, splits_s)


def _walkers(shape: Shape, walks: Sequence[Walk], times: Times, splits_s: Sequence[int]) -> Iterator[str]:
    """Each walk needs one phase beside which it can be walked and cleared."""
    needs = times.walk_s + times.walk_clears_s
    for walk in walks:
        beside = [phase for phase in range(len(splits_s)) if _goes_beside(shape, walk, phase)]
        if beside and max(splits_s[phase] for phase in beside) < needs:
            which = " or ".join(str(phase + 1) for phase in beside)
            yield (
                f"phase {which}: too short for the walkers of group {walk.group}; accepted: at least {needs} s "
                f"({times.walk_s} s walk, {times.walk_clears_s} s clearance)"
            )


def _goes_beside(shape: Shape, walk: Walk, phase: int) -> bool:
    """Nobody comes out of an arm that is walked across, and nobody turns left into it."""
    lanes = [shape.lanes[at] for at in shape.phases[phase]]
    return not any(lane.only_left or lane.heading in walk.crosses for lane in lanes)
