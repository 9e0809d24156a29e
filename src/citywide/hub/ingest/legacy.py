"""What the last keepers of some parts have left: read for all of them at once, taken up part by part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, starmap
from typing import NamedTuple

import numpy as np
import structlog
from msgspec import ValidationError
from numpy.typing import NDArray
from psycopg import Connection

from citywide.hub.database.great import at_once
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import PARTS
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.binary import unpacked
from citywide.hub.ingest.state import Met, State

log = structlog.get_logger()
NOTHING_WRITTEN = 0
Ints = NDArray[np.int64]


class Received(NamedTuple):
    """Readings in the order in which they were committed, each with its part and its commit."""

    rows: Rows
    part: Ints
    commit: Ints

    def of(self, parts: Sequence[int]) -> "Received":
        """Those of some parts."""
        here = np.isin(self.part, parts)
        return Received(self.rows.pick(here), self.part[here], self.commit[here])


class Legacy(NamedTuple):
    """Of some parts: their series, up to which commit each one's memory is written down, and what came since."""

    met: Sequence[Met]
    since: Mapping[int, int]
    received: Received

    def of(self, parts: Sequence[int]) -> "Legacy":
        """What was left of some of the parts."""
        return Legacy([met.of(parts) for met in self.met], {p: self.since[p] for p in parts}, self.received.of(parts))


def left_of(connection: Connection, parts: Sequence[int]) -> Legacy:
    """What the last keepers of these parts have left beside their memory as it is written down."""
    met = list(starmap(Met, connection.execute(sql("series_of_parts"), {"parts": list(parts)}, binary=True)))
    since = dict.fromkeys(parts, NOTHING_WRITTEN)
    since |= dict(connection.execute(sql("snapshots_of_parts"), {"parts": list(parts)}).fetchall())
    return Legacy(met, since, _received(connection, met, since) if parts else _nothing())


def take_up(connection: Connection, state: State, legacy: Legacy) -> None:
    """Bring the memory of the legacy's parts to where their last commit left it."""
    state.add(legacy.met)
    parts, foreign = list(legacy.since), list[int]()
    for part, dumped in _written(connection, parts):
        try:
            state.load(dumped)
        except ValidationError:  # another version wrote it
            foreign.append(part)
    if foreign:
        log.warning("memory_of_another_version", parts=len(foreign))
        state.remember(_latest(connection, foreign))
    _fold(state, legacy.received)
    state.received = max([state.received, *legacy.since.values(), *legacy.received.commit[-1:].tolist()])
    standing = connection.execute(sql("standing_alarms"), {"parts": parts}).fetchall()
    state.evaluator.agree(state.of_parts(parts), standing)  # silence is raised without any reading


def _written(connection: Connection, parts: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """What was written down, a part at a time: that of all would fill the memory a second time."""
    for part in parts:
        for (dumped,) in at_once(connection, sql("snapshot"), [part]):
            yield part, dumped


def _latest(connection: Connection, parts: Sequence[int]) -> Rows:
    found = connection.execute(sql("latest_of_parts"), {"parts": list(parts)}).fetchall()
    series, time, value = zip(*found, strict=True) if found else ((), (), ())
    return Rows(np.array(series, np.int64), np.array(time, np.int64), np.array(value, float))


def _received(connection: Connection, met: Sequence[Met], since: Mapping[int, int]) -> Received:
    """What each part has received since it was written down."""
    told = {"oldest": min(since.values()), "parts": list(since), "since": list(since.values())}
    packed = connection.execute(sql("received_since"), told, binary=True).fetchall()
    rows, commit = unpacked(b"".join(each for (each,) in packed))
    return Received(rows, _parts_of(rows, met), commit)


def _parts_of(rows: Rows, met: Sequence[Met]) -> Ints:
    part = np.full(rows.series.max(initial=0) + 1, -1)
    for each in met:
        series, entities = each.numbers
        known = series < part.size
        part[series[known]] = entities[known] % PARTS
    return part[rows.series]


def _nothing() -> Received:
    none = np.zeros(0, np.int64)
    return Received(Rows(none, none, np.zeros(0)), none, none)


def _fold(state: State, received: Received) -> None:
    """Fold these readings as they were folded before, commit by commit."""
    rows, _, commit = received
    bounds = [0, *(np.flatnonzero(np.diff(commit)) + 1).tolist(), len(rows)]
    for begin, end in pairwise(bounds):
        state.replay(rows.pick(np.arange(begin, end)))
