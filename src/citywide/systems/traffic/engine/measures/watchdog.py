"""What a technician should look at after a night or a day of events: every case, not only the new ones."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Table
from citywide.systems.traffic.engine.measures.detectors import Detectors
from citywide.systems.traffic.engine.measures.events import DETECTOR_ON, Events
from citywide.systems.traffic.engine.measures.terminations import TERMINATIONS

PUSHED, QUARTER_MIN = 90, BIN_MS // 60_000


class Thresholds(NamedTuple):
    """From where on something is worth a look; the defaults are those of Utah's watchdog, silence apart."""

    records: float = 500  # of a controller
    hits: float = 50  # of a detector
    pushes: float = 200  # of a pedestrian's button: more is a stuck one
    share: float = 0.9  # of a phase's ends that are max-outs or force-offs
    ends: float = 50  # that a phase needs to be judged by its ends
    quarters: float = 2  # of an hour without a word from a controller that otherwise speaks


class Record(NamedTuple):
    """A record counted: how often each device had each event (code, parameter), and in how many quarters it spoke."""

    times: Mapping[tuple[Any, int, int], int]
    quarters: Mapping[Any, int]
    most_quarters: int

    @classmethod
    def of(cls, events: Events) -> Self:
        """The events counted."""
        columns = np.stack([events.device, events.code, events.parameter])
        found, times = np.unique(columns, axis=1, return_counts=True)
        names = events.names.tolist()
        keys = [(names[device], code, parameter) for device, code, parameter in found.T.tolist()]
        _, spoken = events.per_bin(BIN_MS)
        heard = (spoken > 0).sum(1).tolist()
        most = spoken.shape[1] if len(events) else 0
        return cls(dict(zip(keys, times.tolist(), strict=True)), dict(zip(names, heard, strict=True)), most)

    def of_code(self, *codes: int) -> Counter[tuple[Any, int]]:
        """How often each device and parameter had one of these events."""
        counted = Counter[tuple[Any, int]]()
        for (device, code, parameter), times in self.times.items():
            if code in codes:
                counted[device, parameter] += times
        return counted


Found = tuple[str, Any, int, float]


def watchdog(events: Events, detectors: Detectors, thresholds: Thresholds = Thresholds()) -> Table:  # noqa: B008 - frozen
    """What is odd in these events: `what`, the device, its part (a detector or phase, 0 for all of it), the figure."""
    rows = list(odd(Record.of(events), detectors, thresholds))
    what, device, part, value = zip(*rows, strict=True) if rows else ((), (), (), ())
    return {
        "what": np.array(what, "U16"),
        "device": np.array(device, np.result_type(events.names, detectors.device) if rows else events.names.dtype),
        "part": np.array(part, np.int64),
        "value": np.array(value, float),
    }


def odd(record: Record, detectors: Detectors, thresholds: Thresholds) -> Iterator[Found]:
    """What is worth a look in a record: what it is, the device, its part, the figure."""
    yield from _silent(record, detectors, thresholds)
    yield from _rarely_hit(record, detectors, thresholds)
    for (device, part), pushes in sorted(record.of_code(PUSHED).items(), key=str):
        if pushes > thresholds.pushes:
            yield "stuck_button", device, part, pushes
    yield from _ends(record, thresholds)


def _silent(record: Record, detectors: Detectors, thresholds: Thresholds) -> Iterator[Found]:
    """Controllers with few records or lost for a while; one that said nothing at all is known by its detectors."""
    said = Counter[Any]()
    for (device, _, _), times in record.times.items():
        said[device] += times
    for device in sorted({*said, *record.quarters, *detectors.device.tolist()}, key=str):
        lost = record.most_quarters - record.quarters.get(device, 0)
        if said[device] < thresholds.records:
            yield "few_records", device, 0, said[device]
        elif lost >= thresholds.quarters:
            yield "no_contact", device, 0, lost * QUARTER_MIN


def _rarely_hit(record: Record, detectors: Detectors, thresholds: Thresholds) -> Iterator[Found]:
    hits = record.of_code(DETECTOR_ON)
    for device, detector in dict.fromkeys(zip(detectors.device.tolist(), detectors.detector.tolist(), strict=True)):
        if hits[device, detector] < thresholds.hits:
            yield "low_hits", device, detector, hits[device, detector]


def _ends(record: Record, thresholds: Thresholds) -> Iterator[Found]:
    ends = record.of_code(*TERMINATIONS)
    for code, what in ((5, "max_outs"), (6, "force_offs")):
        for (device, phase), times in sorted(record.of_code(code).items(), key=str):
            share = times / ends[device, phase]
            if ends[device, phase] >= thresholds.ends and share >= thresholds.share:
                yield what, device, phase, share
