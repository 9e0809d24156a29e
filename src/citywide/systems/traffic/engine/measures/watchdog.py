"""What a technician should look at after a night or a day of events: every case, not only the new ones."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from citywide.systems.traffic.engine.measures.columns import Longs, Table
from citywide.systems.traffic.engine.measures.detectors import Detectors
from citywide.systems.traffic.engine.measures.events import DETECTOR_ON, Events
from citywide.systems.traffic.engine.measures.terminations import TERMINATIONS

PUSHED = 90


class Thresholds(NamedTuple):
    """From where on something is worth a look; the defaults are those of Utah's watchdog."""

    records: int = 500  # of a controller
    hits: int = 50  # of a detector
    pushes: int = 200  # of a pedestrian's button: more is a stuck one
    share: float = 0.9  # of a phase's ends that are max-outs or force-offs
    ends: int = 50  # that a phase needs to be judged by its ends


def watchdog(events: Events, detectors: Detectors, thresholds: Thresholds = Thresholds()) -> Table:  # noqa: B008 - frozen
    """What is odd in these events: `what`, the device, its part (a detector or phase, 0 for all of it), the figure."""
    rows = [
        *_silent(events, detectors, thresholds),
        *_rarely_hit(events, detectors, thresholds),
        *_stuck_buttons(events, thresholds),
        *_ends(events, thresholds),
    ]
    what, device, part, value = zip(*rows, strict=True) if rows else ((), (), (), ())
    return {
        "what": np.array(what, "U16"),
        "device": np.array(device, np.result_type(events.names, detectors.device) if rows else events.names.dtype),
        "part": np.array(part, np.int64),
        "value": np.array(value, float),
    }


Row = tuple[str, object, int, float]


def _silent(events: Events, detectors: Detectors, thresholds: Thresholds) -> Iterator[Row]:
    """Controllers with few records; one that said nothing at all is known by its detectors."""
    said = dict(
        zip(events.names.tolist(), np.bincount(events.device, minlength=len(events.names)).tolist(), strict=True)
    )
    for device in sorted({*said, *detectors.device.tolist()}, key=str):
        if said.get(device, 0) < thresholds.records:
            yield "few_records", device, 0, said.get(device, 0)


def _rarely_hit(events: Events, detectors: Detectors, thresholds: Thresholds) -> Iterator[Row]:
    hits = _counts(events, DETECTOR_ON)
    place = {name: at for at, name in enumerate(events.names.tolist())}
    seen = dict.fromkeys(zip(detectors.device.tolist(), detectors.detector.tolist(), strict=True))
    for device, detector in seen:
        count = hits.get(place[device] << 15 | detector, 0) if device in place else 0
        if count < thresholds.hits:
            yield "low_hits", device, detector, count


def _stuck_buttons(events: Events, thresholds: Thresholds) -> Iterator[Row]:
    for group, count in _counts(events, PUSHED).items():
        if count > thresholds.pushes:
            yield "stuck_button", events.names[group >> 15].item(), group & 32767, count


def _ends(events: Events, thresholds: Thresholds) -> Iterator[Row]:
    ends = _counts(events, *TERMINATIONS)
    for code, what in ((5, "max_outs"), (6, "force_offs")):
        for group, count in _counts(events, code).items():
            if ends[group] >= thresholds.ends and count / ends[group] >= thresholds.share:
                yield what, events.names[group >> 15].item(), group & 32767, count / ends[group]


def _counts(events: Events, *codes: int) -> dict[int, int]:
    """How often each device and parameter has such an event."""
    groups: Longs = events.only(*codes).group
    found, count = np.unique(groups, return_counts=True)
    return dict(zip(found.tolist(), count.tolist(), strict=True))
