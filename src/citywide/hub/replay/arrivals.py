"""History as it came in, or as it was: readings in the order of their arrival, or in the order of time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.ingest.batch import ACCEPTED
from citywide.hub.ingest.checks import FUTURE_US
from citywide.hub.ingest.order import advance
from citywide.hub.readings.archive import EVER, archived, from_archive
from citywide.hub.readings.history import fetched, joined
from citywide.kit.clock import MICROSECOND, microseconds

STRIDE = timedelta(hours=6)
Ints = NDArray[np.int64]


class Span(Struct, frozen=True):
    """What some series said between two moments, and where to look for it."""

    database: Database
    archive: Path
    series: Sequence[int]
    begin: datetime
    end: datetime


class Heard(Struct, frozen=True):
    """Readings in the order in which they are heard, each with the moment when it is."""

    series: Ints
    time: Ints
    value: NDArray[np.float64]
    when: Ints
    until_us: int  # up to here nothing more is to be heard


Order = Callable[[Span], Iterator[Heard]]


def as_it_was(span: Span) -> Iterator[Heard]:
    """In the order of time, as if every reading had been heard at once."""
    for begin, end in _strides(span):
        last = end - MICROSECOND
        with span.database.transaction() as connection:
            hot = fetched(connection, "readings_of_series", span.series, begin, last)
            series, time, value = joined(archived(connection, span.archive, span.series, begin, last), hot)
        yield Heard(series, time, value, time, microseconds(end))


def as_it_came(span: Span) -> Iterator[Heard]:
    """In the order of arrival, without what came late: what the rules saw when it happened."""
    newest = np.full(max(span.series, default=0) + 1, np.iinfo(np.int64).min)
    since = 0
    for _, end in _strides(span):
        yield _new(_received(span, since, microseconds(end)), newest)
        since = microseconds(end)
    yield structs.replace(_new(_received(span, since, EVER[1]), newest), until_us=since)  # silence is as of the end


def _strides(span: Span) -> Iterator[tuple[datetime, datetime]]:
    begin = span.begin
    while begin < span.end:
        end = min(begin + STRIDE, span.end)
        yield begin, end
        begin = end


def _received(span: Span, since: int, until: int) -> Heard:
    """What was received in a while; a clock that goes ahead a little is of the span, too."""
    last = span.end + FUTURE_US * MICROSECOND
    values = {"series": list(span.series), "begin": span.begin, "end": last, "since": since, "until": until}
    with span.database.transaction() as connection, connection.cursor(binary=True) as cursor:
        hot = cursor.execute(sql("arrivals_of_series"), values).fetchall()
        cold = from_archive(connection, span.archive, span.series, (span.begin, last), (since, until))
    table = np.array([(row[0], row[1], row[3]) for row in hot], np.int64).reshape(-1, 3)
    series, time, received = (
        np.concatenate([cold[name], table[:, at]]) for at, name in enumerate(("series", "time", "received"))
    )
    value = np.concatenate([cold["value"], np.array([row[2] for row in hot], float)])
    return _picked(Heard(series, time, value, received, until), np.lexsort((series, time, received)))


def _new(found: Heard, newest: Ints) -> Heard:
    outcome = np.empty(found.series.size, np.int8)
    advance(found.series, found.time, newest, outcome)
    return _picked(found, outcome == ACCEPTED)


def _picked(heard: Heard, which: NDArray[Any]) -> Heard:
    return Heard(heard.series[which], heard.time[which], heard.value[which], heard.when[which], heard.until_us)
