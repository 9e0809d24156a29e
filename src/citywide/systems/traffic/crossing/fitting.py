"""Whether a plan's splits can be shown in full at a crossing, and what would do where they cannot."""

from collections.abc import Iterator, Sequence

from citywide.systems.traffic.crossing.shapes import Shape, Walk

MOST_RED_S = 90  # the safety layer lets nobody wait longer


def too_short(shape: Shape, walks: Sequence[Walk], splits_s: Sequence[int]) -> Iterator[str]:
    """Why a plan of these splits cannot be shown in full, phase by phase, in words that say what would do."""
    times = shape.times
    for phase, split in enumerate(splits_s):
        if split < times.least_s:
            yield (
                f"phase {phase + 1}: a split of {split} s; accepted: at least {times.least_s} s "
                f"({times.min_green_s} s green, {times.yellow_s} s yellow, {times.all_red_s} s all red)"
            )
        red = sum(splits_s) - (split - times.clears_s)
        if split >= times.least_s and red > MOST_RED_S:
            yield f"phase {phase + 1}: red for {red} s of each cycle; accepted: at most {MOST_RED_S} s"
    yield from _walkers(shape, walks, splits_s)


def _walkers(shape: Shape, walks: Sequence[Walk], splits_s: Sequence[int]) -> Iterator[str]:
    """Each walk needs one phase beside which it can be walked and cleared."""
    times = shape.times
    for walk in walks:
        beside = [phase for phase in range(len(splits_s)) if _goes_beside(shape, walk, phase)]
        if beside and max(splits_s[phase] for phase in beside) < times.walkers_s:
            which = " or ".join(str(phase + 1) for phase in beside)
            yield (
                f"phase {which}: too short for the walkers of group {walk.group}; "
                f"accepted: at least {times.walkers_s} s ({times.walk_s} s walk, {times.walk_clears_s} s clearance)"
            )


def _goes_beside(shape: Shape, walk: Walk, phase: int) -> bool:
    """Nobody comes out of an arm that is walked across, and nobody turns left into it."""
    lanes = [shape.lanes[at] for at in shape.phases[phase]]
    return not any(lane.only_left or lane.heading in walk.crosses for lane in lanes)
