"""Measures of how a crossing serves, from its controller's high-resolution events."""

from citywide.systems.traffic.engine.measures.arrivals import approach_delay, arrivals_on_green, platoon_ratio
from citywide.systems.traffic.engine.measures.columns import Table
from citywide.systems.traffic.engine.measures.coordination import coordination, coordination_state
from citywide.systems.traffic.engine.measures.corridor import Link, link_of, link_pivot, on_green, time_space
from citywide.systems.traffic.engine.measures.counts import actuations, communications, has_data, splits
from citywide.systems.traffic.engine.measures.cycles import phase_cycles
from citywide.systems.traffic.engine.measures.detectors import Detectors
from citywide.systems.traffic.engine.measures.diagram import coordination_diagram, yellow_red
from citywide.systems.traffic.engine.measures.events import Events
from citywide.systems.traffic.engine.measures.failures import split_cycles, split_failures
from citywide.systems.traffic.engine.measures.faults import blind_phases, detector_anomalies, stuck_detectors
from citywide.systems.traffic.engine.measures.greens import gap_versus_demand, green_use, left_turn_gaps
from citywide.systems.traffic.engine.measures.pedestrians import (
    pedestrian_delay,
    pedestrian_volumes,
    pedestrians,
    unique_pedestrians,
)
from citywide.systems.traffic.engine.measures.priority import (
    preempt_counts,
    preemptions,
    priority_services,
    priority_summary,
)
from citywide.systems.traffic.engine.measures.running import red_running
from citywide.systems.traffic.engine.measures.speeds import approach_speed, split_monitor
from citywide.systems.traffic.engine.measures.tables import restrict
from citywide.systems.traffic.engine.measures.terminations import consecutive_max_outs, terminations
from citywide.systems.traffic.engine.measures.volumes import approach_volume, turning_counts
from citywide.systems.traffic.engine.measures.waits import phase_wait
from citywide.systems.traffic.engine.measures.watchdog import Record, Thresholds, odd, watchdog

__all__ = [
    "Detectors",
    "Events",
    "Link",
    "Record",
    "Table",
    "Thresholds",
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
    "gap_versus_demand",
    "green_use",
    "has_data",
    "left_turn_gaps",
    "link_of",
    "link_pivot",
    "odd",
    "on_green",
    "pedestrian_delay",
    "pedestrian_volumes",
    "pedestrians",
    "phase_cycles",
    "phase_wait",
    "platoon_ratio",
    "preempt_counts",
    "preemptions",
    "priority_services",
    "priority_summary",
    "red_running",
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
    "watchdog",
    "yellow_red",
]
