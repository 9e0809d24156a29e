"""What the city knows of how each gauge's road is built: its catchment, its sump and its pumps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citywide.hub.database.pool import Database
from citywide.systems.waterlogging.duties.slots import SQL
from citywide.systems.waterlogging.engine.plan import Plans, plans_of
from citywide.systems.waterlogging.model import GAUGE


def plans_known(database: Database, gauges: Sequence[str]) -> Plans:
    """The plans of these gauges, in their order."""
    facts = {row["id"]: row["facts"] or {} for row in database.rows(SQL["gauge_facts"], {"gauges": list(gauges)})}
    return plans_of(*(_column(facts, gauges, name) for name in GAUGE.facts))


def _column(facts: dict[str, dict[str, Any]], gauges: Sequence[str], name: str) -> NDArray[np.float64]:
    told = [facts.get(gauge, {}).get(name) for gauge in gauges]
    return np.array([value if isinstance(value, int | float) else np.nan for value in told], float)
