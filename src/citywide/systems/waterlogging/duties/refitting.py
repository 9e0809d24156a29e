"""Every night each gauge's new storms are kept, and gauges with enough of them are refitted.

A storm is read from the hub's own record once it is over. The refits are made aside, one gauge after another, so
that no forecast waits for them; the next forecast uses what there is.
"""

from datetime import datetime, timedelta

import numpy as np

from citywide.hub.database.pool import Database
from citywide.hub.running import Hub
from citywide.systems.waterlogging.duties.refits import packed
from citywide.systems.waterlogging.duties.slots import SLOT, SQL, Block, Record, blocks_of, slot_of
from citywide.systems.waterlogging.engine.lessons import DRY_BETWEEN, LONGEST, lessons, storms_in
from citywide.systems.waterlogging.engine.refit import MOST_STORMS, Refit, due, refit_of

FIRST_LOOK_BACK, AT_ONCE = timedelta(days=30), timedelta(days=1)
BEFORE = (LONGEST + 2 * DRY_BETWEEN) * SLOT
"""A storm that is over by now has begun, and the dry hours before it, within this."""


def remember(hub: Hub) -> None:
    """Keep the storms that are over; then refit, aside."""
    keep_storms(hub.database, slot_of(hub.clock.now()))
    hub.aside(lambda: refit_gauges(hub.database, hub.clock.now()))


def keep_storms(database: Database, until: datetime) -> None:
    """Look through the record from where we were, a day at a time."""
    found = database.rows(SQL["storms_kept_until"])
    since: datetime = found[0]["until"] if found else until - FIRST_LOOK_BACK
    while since < until:
        since = min(until, since + AT_ONCE)
        _keep_until(database, since)


def _keep_until(database: Database, until: datetime) -> None:
    record = Record(database, until - AT_ONCE - BEFORE, until)
    for block in blocks_of(database):
        _keep_of(record, block)
    with database.transaction() as connection:
        connection.execute(SQL["keep_storms_until"], {"until": until})


def _keep_of(record: Record, block: Block) -> None:
    """The storms of a block; one that is kept already is known by its gauge and when it began."""
    first, slots = record.since, record.of(block.gauges)
    with record.database.transaction() as connection:
        for gauge, rain, depth in zip(slots.gauges, slots.rain, slots.depth, strict=True):
            for storm in storms_in(rain, depth):
                span = {"began": first + storm.start * SLOT, "ended": first + storm.stop * SLOT}
                values = {"gauge": gauge, "rain": rain[storm].tolist(), "depth": depth[storm].tolist()}
                connection.execute(SQL["keep_storm"], span | values)


def refit_gauges(database: Database, now: datetime) -> None:
    """Refit every gauge that has enough new storms."""
    for gauge in database.rows(SQL["storms_of_gauges"]):
        if due(gauge["storms"], gauge["last"]):
            refit = _refit(database, gauge["gauge"], gauge["storms"])
            kept = {"gauge": gauge["gauge"], "at": now, "storms": refit.storms, "trust": refit.trust.ravel().tolist()}
            with database.transaction() as connection:
                connection.execute(SQL["keep_refit"], kept | {"state": packed(refit)})


def _refit(database: Database, gauge: str, seen: int) -> Refit:
    kept = database.rows(SQL["storms_of"], {"gauge": gauge, "most": MOST_STORMS})
    storms = [(np.array(row["rain"], float), np.array(row["depth"], float)) for row in kept]
    return refit_of(list(lessons(storms)), seen)
