"""Past storms told again: what the general model would have said at each of their steps."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine import outlook
from citywide.systems.waterlogging.engine.ahead import look_ahead
from citywide.systems.waterlogging.engine.features import observe
from citywide.systems.waterlogging.engine.memory import fresh, paused
from citywide.systems.waterlogging.engine.model import Model, shipped
from citywide.systems.waterlogging.engine.refit import Lesson, inputs_of

Array = NDArray[np.float64]
DRY_BETWEEN, HOUR, LONGEST = 36, 12, 288
LEAST_MM, LEAST_KNOWN = 3.0, 0.8


def lessons(storms: Iterable[tuple[Array, Array]], model: Model | None = None) -> Iterator[Lesson]:
    """One gauge's storms, rain and depth of each (step), in their order: every step is told before it is learned."""
    known = model or shipped()
    memory = fresh(1, known.prior)
    for rain, depth in storms:
        memory = paused(memory)
        steps = [observe(memory, depth[at : at + 1], rain[at : at + 1]) for at in range(len(depth))]
        features = np.concatenate(steps)
        sky = outlook.sky(known.outlook, _storm(rain))
        general = look_ahead(known, features, sky)
        yield Lesson(inputs_of(features, sky, general.depth, general.chance), depth)


def _storm(rain: Array) -> Array:
    """What the storm looked like at each of its steps."""
    skies, rows = outlook.clear(1), list[Array]()
    for fell in rain:
        skies = outlook.followed(skies, fell[None])
        rows.append(outlook.described(skies))
    return np.concatenate(rows)


def storms_in(rain: Array, depth: Array) -> list[slice]:
    """The storms of one gauge's record that are over: from the first rain until three dry hours have passed.

    What is too small, too full of gaps or longer than a day is passed over, and what may have begun before the
    record. The hour before the rain belongs to a storm, and the dry hours after it.
    """
    wet = np.flatnonzero(rain > 0)
    breaks = np.flatnonzero(np.diff(wet) > DRY_BETWEEN)
    first, last = np.concatenate(([0], breaks + 1)), np.concatenate((breaks, [len(wet) - 1]))
    spans = [(int(wet[a]), int(wet[b])) for a, b in zip(first, last, strict=True)] if len(wet) else []
    whole = [(start, end) for start, end in spans if start >= DRY_BETWEEN and end + DRY_BETWEEN < len(rain)]
    found = [slice(start - HOUR, end + DRY_BETWEEN + 1) for start, end in whole]
    return [storm for storm in found if _teaches(rain[storm], depth[storm])]


def _teaches(rain: Array, depth: Array) -> bool:
    return bool(rain.sum() >= LEAST_MM and len(rain) <= LONGEST and np.isfinite(depth).mean() >= LEAST_KNOWN)
