"""Every five minutes the forecaster takes in what the gauges said, and its forecasts become readings.

Five minutes are taken in once their last readings have had a minute to arrive, rain gauges speaking at the very end of
them; and learned from when those of slow links have come too. Until then every forecast reads them anew.
What was learned stands in the database: a restart goes on from there, and what was said in the meantime is
taken in slot by slot, as if nobody had been away. Gauges with storms of their own bring their refits along. The chances
are of the line at which the city has its alarm of deep water. It is done a block of gauges at a time: what is known of
one takes some 14 kB, and a city may have a hundred thousand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.hub import Reading
from citywide.hub.running import Hub
from citywide.systems.waterlogging.duties.arrays import from_bytes, to_bytes
from citywide.systems.waterlogging.duties.keeping import Kept, keep, kept_as
from citywide.systems.waterlogging.duties.plans import plans_known
from citywide.systems.waterlogging.duties.refits import refits_of
from citywide.systems.waterlogging.duties.slots import SLOT, SQL, Block, Record, Slots, blocks_of, slot_of
from citywide.systems.waterlogging.duties.stations import heard, judging, leave, line_of
from citywide.systems.waterlogging.engine.ahead import Forecast
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.other_line import chances, further
from citywide.systems.waterlogging.engine.refit import LINE_CM

ON_THE_WAY, UNSETTLED = timedelta(minutes=1), timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(hours=12)
WORTH_CATCHING_UP = timedelta(days=2)
LARGEST_CM = 600.0
Flags = NDArray[np.bool_]


def forecast(hub: Hub) -> None:
    """Once for every five minutes that were heard: learn from those that are settled, submit the forecast of now."""
    until, records = slot_of(hub.clock.now() - ON_THE_WAY), dict[datetime, Record]()
    for block in blocks_of(hub.database):
        since = _since(hub, block, until - UNSETTLED)
        if since < until - UNSETTLED:
            if since not in records:
                records[since] = Record(hub.database, since, until)
            _forecast(hub, block, records[since])


def _forecast(hub: Hub, block: Block, record: Record) -> None:
    slots, until = record.of(block.gauges), record.until
    forecaster, found = _learned_and_said(hub, block, slots, until - UNSETTLED)
    line = line_of(hub)
    moment = leave(hub.database, forecaster, further(found, line)[:, -1], block, until)
    judged_now = judging(hub.database, slots.gauges, moment, until, line)
    stations = Stations(heard(hub.database, slots.gauges, until), judged_now)
    found = found._replace(chance=chances(forecaster, found, line))
    hub.submit(list(readings(slots, found, stations, until, line)))


def _since(hub: Hub, block: Block, settled: datetime) -> datetime:
    """From when on the record of these gauges is to be read."""
    found = hub.database.rows(SQL["learned_until"], {"name": f"depth{block.suffix}"})
    learned = slot_of(found[0]["at"]) if found else settled - FIRST_LOOK_BACK
    return settled - FIRST_LOOK_BACK if settled - learned > WORTH_CATCHING_UP else learned


def _learned_and_said(hub: Hub, block: Block, slots: Slots, settled: datetime) -> tuple[Forecaster, Forecast]:
    """Learn from the slots that are settled and keep that; what the newest add to it is forecast and forgotten."""
    name, steps = f"depth{block.suffix}", list(zip(slots.depth.T, slots.rain.T, strict=True))
    kept = kept_as(hub.database, name)
    forecaster = unpacked(kept.state, kept.gauges, slots.gauges) if kept else Forecaster.of(len(slots.gauges))
    forecaster.refits = refits_of(hub.database, slots.gauges)
    forecaster.plans = plans_known(hub.database, slots.gauges)
    if kept and settled - slot_of(kept.at) > WORTH_CATCHING_UP:
        forecaster.pause()
    newest = UNSETTLED // SLOT
    for depth, rain in steps[:-newest]:
        forecaster.step(depth, rain)
    keep(hub.database, name, Kept(settled, slots.gauges, packed(forecaster)))
    return forecaster, [forecaster.step(depth, rain) for depth, rain in steps[-newest:]][-1]


class Stations(NamedTuple):
    """Whose pumping station was heard of late, and whose judges its road (see `stations`)."""

    heard: Flags
    judging: Flags


def readings(
    slots: Slots, found: Forecast, stations: Stations, at: datetime, line_cm: float = LINE_CM
) -> Iterator[Reading]:
    """A forecast as readings, for the gauges that spoke within the last half hour.

    Of water that stands over the line already nobody is warned: that it will is no chance. Nor is of what a station
    judges better; a chance that one said is withdrawn once it judges no more.
    """
    heard = np.isfinite(slots.depth[:, -6:]).any(axis=1)
    stands = (slots.depth[:, -6:] >= line_cm).any(axis=1)
    to_come = np.where((stands | stations.judging)[:, None], np.nan, 100 * found.chance)
    names = {"water_depth_in_30_min": found.depth[:, 0], "water_depth_in_60_min": found.depth[:, 1],
             "water_depth_in_30_min_low": found.low[:, 0], "water_depth_in_30_min_high": found.high[:, 0],
             "water_depth_in_60_min_low": found.low[:, 1], "water_depth_in_60_min_high": found.high[:, 1],
             "flood_chance_in_30_min": to_come[:, 0], "flood_chance_in_60_min": to_come[:, 1],
             "first_flood_chance": np.where(stations.heard & ~stations.judging, 0.0, np.nan)}  # fmt: skip
    for name, values in names.items():
        for number in np.flatnonzero(heard & np.isfinite(values)).tolist():
            value = min(float(values[number]), LARGEST_CM)
            yield Reading(slots.gauges[number], name, at, round(value, 2))


def packed(forecaster: Forecaster) -> bytes:
    """Everything learned, as bytes."""
    return to_bytes(forecaster.state())


def unpacked(state: bytes, known: Sequence[str], wanted: Sequence[str]) -> Forecaster:
    """A forecaster for the wanted gauges; those that were known go on with what was learned of them.

    What an earlier program kept in another form is begun anew.
    """
    forecaster = Forecaster.of(len(wanted))
    new = forecaster.state()
    row_of = {gauge: row for row, gauge in enumerate(known)}
    pairs = [(row, row_of[gauge]) for row, gauge in enumerate(wanted) if gauge in row_of]
    here, there = np.array(pairs, np.int64).reshape(-1, 2).T
    old = from_bytes(state)
    for name, array in new.items():
        if name in old and old[name].shape[1:] == array.shape[1:]:
            array[here] = old[name][there]
    forecaster.restore(new)
    return forecaster
