"""Every minute: what pumping stations say of roads that never flooded, while it rains on them.

The forecast leaves behind what it made of the last five minutes (`leave`); with what stations have said since, the
chance of a first flood within the hour becomes a reading. A road whose station says nothing is judged by the forecast
alone.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.hub import Reading
from citywide.hub.database.pool import Database
from citywide.hub.running import Hub
from citywide.systems.waterlogging.duties.arrays import from_bytes, to_bytes
from citywide.systems.waterlogging.duties.keeping import Kept, keep, kept_as
from citywide.systems.waterlogging.duties.slots import SQL, Block, filled
from citywide.systems.waterlogging.engine import station
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.model import shipped
from citywide.systems.waterlogging.engine.other_line import moved
from citywide.systems.waterlogging.engine.plan import Basins, Plans
from citywide.systems.waterlogging.engine.refit import LINE_CM
from citywide.systems.waterlogging.model import DEEP_WATER

MINUTE, OUTDATED = timedelta(minutes=1), timedelta(minutes=15)
QUANTITIES = {"sump_level": 100.0, "pumps_running": 100.0, "water_depth": 1.0}


class Moment(NamedTuple):
    """What the forecast made of the last five minutes, a row a gauge, and how much further the city's line lies."""

    inputs: NDArray[np.float64]
    unproven: NDArray[np.bool_]
    basins: Basins
    plans: Plans
    further: NDArray[np.float64]

    def of(self, rows: NDArray[np.int64]) -> "Moment":
        """The same of some of the gauges."""
        basins, plans = Basins(*(each[rows] for each in self.basins)), Plans(*(each[rows] for each in self.plans))
        return Moment(self.inputs[rows], self.unproven[rows], basins, plans, self.further[rows])


def line_of(hub: Hub) -> float:
    """The depth at which this city has its alarm of deep water."""
    return hub.words.rules[DEEP_WATER.name].above or LINE_CM


def leave(
    database: Database, forecaster: Forecaster, further: NDArray[np.float64], block: Block, at: datetime
) -> Moment:
    """Leave what the forecaster made of the last five minutes for the minutes to come."""
    moment = Moment(forecaster.inputs, forecaster.unproven, forecaster.basins, forecaster.plans, further)
    state = to_bytes({name: np.asarray(part) for name, part in moment._asdict().items()})
    keep(database, f"moment{block.suffix}", Kept(at, [row["id"] for row in block.gauges], state))
    return moment


def watch(hub: Hub) -> None:
    """The chance of a first flood at every road whose station speaks, as of this minute."""
    now = hub.clock.now().replace(second=0, microsecond=0)
    for row in hub.database.rows(SQL["moments_kept"]):
        kept = kept_as(hub.database, row["name"])
        if kept is not None and now - kept.at <= OUTDATED:
            _watch(hub, kept, now)


def _watch(hub: Hub, kept: Kept, now: datetime) -> None:
    whole = _moment(kept.state)
    rows = np.flatnonzero(whole.unproven)
    if rows.size:
        moment, gauges = whole.of(rows), [kept.gauges[row] for row in rows.tolist()]
        hub.submit(list(_readings(gauges, read_minutes(hub.database, gauges, now), moment, now, line_of(hub))))


def judging(
    database: Database, gauges: Sequence[str], moment: Moment, until: datetime, line_cm: float
) -> NDArray[np.bool_]:
    """Which gauges' roads are judged by their stations; asked of those alone that may be."""
    found, rows = np.zeros(len(gauges), bool), np.flatnonzero(moment.unproven)
    if rows.size:
        said = read_minutes(database, [gauges[row] for row in rows.tolist()], until)
        found[rows] = judged(said, moment.of(rows), line_cm)
    return found


def judged(said: station.Said, moment: Moment, line_cm: float) -> NDArray[np.bool_]:
    """Which gauges' roads are judged by their stations now: never flooded, rained on, and the station speaks."""
    under_water = np.fmax.reduce(said.depth, axis=1) >= line_cm
    return moment.unproven & station.speaks(said, moment.basins) & ~under_water


def heard(database: Database, gauges: Sequence[str], until: datetime) -> NDArray[np.bool_]:
    """Whose station has said anything of late."""
    asked = {"gauges": list(gauges), "since": until - station.MINUTES * MINUTE, "until": until}
    speaking = {row["id"] for row in database.rows(SQL["heard"], asked)}
    return np.array([gauge in speaking for gauge in gauges], bool)


def read_minutes(database: Database, gauges: Sequence[str], until: datetime) -> station.Said:
    """What each gauge and its station said in each of the last full minutes."""
    asked = {"gauges": list(gauges), "since": until - station.MINUTES * MINUTE, "until": until}
    found = database.rows(SQL["minutes"], asked)
    table = {
        name: filled(
            np.full((len(gauges), station.MINUTES), np.nan), gauges, [row for row in found if row["quantity"] == name]
        )
        for name in QUANTITIES
    }
    return station.Said(*(table[name] / whole for name, whole in QUANTITIES.items()))


def _readings(
    gauges: Sequence[str], said: station.Said, moment: Moment, at: datetime, line_cm: float
) -> Iterator[Reading]:
    rows = np.flatnonzero(judged(said, moment, line_cm))
    if not rows.size:
        return
    basins = Basins(*(each[rows] for each in moment.basins))
    plans = Plans(*(each[rows] for each in moment.plans))
    looked_at = station.rows_of(station.Said(*(each[rows] for each in said)), moment.inputs[rows], basins, plans)
    chances = moved(station.foretold(shipped().stationed, looked_at), moment.further[rows])
    for row, chance in zip(rows.tolist(), chances.tolist(), strict=True):
        yield Reading(gauges[row], "first_flood_chance", at, round(100 * chance, 2))


def _moment(state: bytes) -> Moment:
    kept = from_bytes(state)
    further = kept.get("further", np.zeros(len(kept["inputs"])))
    return Moment(kept["inputs"], kept["unproven"], Basins(*kept["basins"]), Plans(*kept["plans"]), further)
