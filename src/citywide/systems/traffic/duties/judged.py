"""What is judged of a crossing from its controller's events: a table of measures, each kept by phase and time.

`key` is what a row is about besides its crossing, kept in the place of the phase: a detector, a pre-emption.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from citywide.hub import Text
from citywide.systems.traffic.engine.measures import (
    Detectors,
    Events,
    Table,
    approach_delay,
    approach_volume,
    arrivals_on_green,
    consecutive_max_outs,
    has_data,
    pedestrian_delay,
    pedestrian_volumes,
    phase_cycles,
    phase_wait,
    platoon_ratio,
    preempt_counts,
    preemptions,
    priority_services,
    priority_summary,
    red_running,
    split_failures,
    split_monitor,
    stuck_detectors,
    terminations,
)

Judge = Callable[[Events, Detectors], Table]


@dataclass(frozen=True)
class Judged:
    """A measure: its title, how it is judged, which column is its value, and whether a crossing's are summed."""

    title: Text
    judge: Judge
    value: str
    unit: str = ""
    scale: float = 1.0
    key: str = "phase"
    summed: bool = False


def _events(judge: Callable[[Events], Table]) -> Judge:
    """A measure that needs no detector."""
    return lambda events, _: judge(events)


def _complete(judge: Callable[[Events, Table], Table]) -> Judge:
    """A measure of those bins only whose data are whole."""
    return lambda events, _: judge(events, has_data(events))


def _ended(reason: str, events: Events, _: Detectors) -> Table:
    table = terminations(events)
    kept = table["reason"] == reason
    return {name: column[kept] for name, column in table.items()}


MEASURES: Mapping[str, Judged] = {
    "arrivals_on_green": Judged(
        Text("Arrivals on green", "绿灯到达率"), partial(arrivals_on_green, zeros=True), "on_green", "%", 100.0
    ),
    "platoon_ratio": Judged(Text("Platoon ratio", "车队比"), platoon_ratio, "platoon_ratio"),
    "approach_delay": Judged(Text("Approach delay", "进口道延误"), approach_delay, "delay_s", "s"),
    "approach_volume": Judged(Text("Approach volume", "进口道流量"), approach_volume, "per_hour", "/h", summed=True),
    "split_failures": Judged(
        Text("Split failures", "绿灯溢出周期"), split_failures, "split_failures", summed=True
    ),
    "split_monitor": Judged(Text("Green achieved", "实际绿灯时长"), _events(split_monitor), "median_s", "s"),
    "gap_outs": Judged(Text("Phases ended by gap", "间隔截止次数"), partial(_ended, "GapOut"), "total", summed=True),
    "max_outs": Judged(
        Text("Phases ended at their maximum", "最大绿截止次数"), partial(_ended, "MaxOut"), "total", summed=True
    ),
    "force_offs": Judged(Text("Phases forced off", "强制截止次数"), partial(_ended, "ForceOff"), "total", summed=True),
    "max_outs_in_a_row": Judged(
        Text("Maximum reached again and again", "连续最大绿"), _events(consecutive_max_outs), "in_a_row"
    ),
    "over_red": Judged(Text("Vehicles over the line on red", "红灯越线车辆"), red_running, "count", summed=True),
    "phase_wait": Judged(Text("Wait for green", "相位等待"), _complete(phase_wait), "wait_s", "s"),
    "pedestrian_delay": Judged(Text("Wait of pedestrians", "行人等待"), _complete(pedestrian_delay), "delay_s", "s"),
    "pedestrians": Judged(
        Text("Pedestrians", "行人数"), _events(pedestrian_volumes), "unique_actuations", summed=True
    ),
    "preemptions": Judged(
        Text("Pre-emptions, how long", "优先抢占时长"), _events(preemptions), "length_s", "s", key="preempt"
    ),
    "priority_services": Judged(
        Text("Bus priority, how long", "公交优先时长"), _events(priority_services), "length_s", "s", key="number"
    ),
    "preempt_requests": Judged(
        Text("Pre-emptions asked for", "优先抢占请求次数"), _events(preempt_counts), "requests", key="preempt",
        summed=True,
    ),
    "priority_helped": Judged(
        Text("Buses given an early or longer green", "公交获得绿灯早启或延长次数"), _events(priority_summary), "helped",
        key="number", summed=True,
    ),
    "cycles": Judged(Text("Cycles", "信号周期数"), _events(phase_cycles), "cycles", summed=True),
    "stuck_detectors": Judged(
        Text("Detectors that stayed on", "常亮检测器"), _events(stuck_detectors), "on_s", "s", key="detector"
    ),
}  # fmt: skip
