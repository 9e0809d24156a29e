"""What the gauges' own storms have taught, on the forecaster's shelf: only what is new there is read again."""

from collections.abc import Sequence
from datetime import datetime
from weakref import WeakKeyDictionary

import numpy as np

from citywide.hub.database.pool import Database
from citywide.systems.waterlogging.duties.arrays import from_bytes, to_bytes
from citywide.systems.waterlogging.duties.slots import SQL
from citywide.systems.waterlogging.engine.refit import FORM, INPUTS, NONE, Refit, Refits, stacked
from citywide.systems.waterlogging.engine.trees import Forest

Shelf = dict[str, tuple[datetime, Refit | None]]
_SHELVES: WeakKeyDictionary[Database, Shelf] = WeakKeyDictionary()


def refits_of(database: Database, gauges: Sequence[str]) -> Refits | None:
    """What the gauges' own storms have taught, in the order of the gauges; nothing when there is none.

    One that an earlier program made of other inputs or in another form is passed over: its gauge falls back on the
    general model.
    """
    shelf = _SHELVES.setdefault(database, {})
    made = {row["gauge"]: row["at"] for row in database.rows(SQL["refits_made"])}
    new = [gauge for gauge, at in made.items() if gauge not in shelf or shelf[gauge][0] != at]
    for row in database.rows(SQL["kept_refits"], {"gauges": new}) if new else ():
        shelf[row["gauge"]] = row["at"], unpacked(row["state"], row["storms"])
    kept = [shelf[gauge][1] if gauge in made else None for gauge in gauges]
    return stacked(kept) if any(kept) else None


def packed(refit: Refit) -> bytes:
    """A refit as bytes."""
    forests = {f"{at}.{n}": a for at, forest in enumerate(refit.forests) for n, a in forest._asdict().items()}
    return to_bytes(forests | {"trust": refit.trust, "inputs": np.array(INPUTS), "form": np.array(FORM)})


def unpacked(state: bytes, storms: int) -> Refit | None:
    """A refit from its bytes, if it is of this program's form."""
    kept = from_bytes(state)
    if kept.get("inputs") != INPUTS or kept.get("form") != FORM:
        return None
    forests = (Forest(*(kept[f"{at}.{n}"] for n in Forest._fields)) for at in range(len(NONE.forests)))
    return Refit(tuple(forests), kept["trust"], storms)
