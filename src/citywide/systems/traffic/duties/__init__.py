"""Work of traffic that comes round."""

from citywide.systems.traffic.duties.approaches import ask_for_buses
from citywide.systems.traffic.duties.comparisons import compare_days
from citywide.systems.traffic.duties.coordination import advise
from citywide.systems.traffic.duties.devices import look_after_devices
from citywide.systems.traffic.duties.feedback import learn
from citywide.systems.traffic.duties.measures import measure
from citywide.systems.traffic.duties.plans import choose_plans, derive_plans
from citywide.systems.traffic.duties.priority import pass_on

__all__ = [
    "advise",
    "ask_for_buses",
    "choose_plans",
    "compare_days",
    "derive_plans",
    "learn",
    "look_after_devices",
    "measure",
    "pass_on",
]
