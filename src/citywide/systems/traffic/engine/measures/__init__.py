"""Measures of how a crossing serves, from its controller's high-resolution events."""

from citywide.systems.traffic.engine.measures.arrivals import (
    approach_delay,
    arrivals_on_green,
    coordination_diagram,
    platoon_ratio,
    yellow_red,
)
from citywide.systems.traffic.engine.measures.corridor import Link, link_pivot, on_green, time_space
from citywide.systems.traffic.engine.measures.counts import (
    actuations,
    communications,
    consecutive_max_outs,
    coordination,
    coordination_state,
    has_data,
    pedestrian_volumes,
    pedestrians,
    splits,
    terminations,
    unique_pedestrians,
)
from citywide.systems.traffic.engine.measures.events import Detectors, Events, Table, restrict
from citywide.systems.traffic.engine.measures.failures import (
    blind_phases,
    split_cycles,
    split_failures,
    stuck_detectors,
)
from citywide.systems.traffic.engine.measures.volumes import (
    approach_speed,
    approach_volume,
    detector_anomalies,
    green_use,
    left_turn_gaps,
    split_monitor,
    turning_counts,
)
from citywide.systems.traffic.engine.measures.waits import (
    pedestrian_delay,
    phase_wait,
    preemptions,
    priority_services,
)

__all__ = [
    "Detectors",
    "Events",
    "Link",
    "Table",
    "actuations",
    "approach_delay",
    "approach_speed",
    "approach_volume",
    "arrivals_on_green",
    "blind_phases",
    "communications",
    "consecutive_max_outs",
    "coordination",
    "coordination_diagram",
    "coordination_state",
    "detector_anomalies",
    "green_use",
    "has_data",
    "left_turn_gaps",
    "link_pivot",
    "on_green",
    "pedestrian_delay",
    "pedestrian_volumes",
    "pedestrians",
    "phase_wait",
    "platoon_ratio",
    "preemptions",
    "priority_services",
    "restrict",
    "split_cycles",
    "split_failures",
    "split_monitor",
    "splits",
    "stuck_detectors",
    "terminations",
    "time_space",
    "turning_counts",
    "unique_pedestrians",
    "yellow_red",
]
