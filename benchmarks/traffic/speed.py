"""What a second of control costs, from what sensors say to what lamps show: a city of 1,000 crossings, and one."""

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.form import Benchmark, Goal
from citywide.systems.traffic.engine.control.controller import Controller, Shown
from citywide.systems.traffic.engine.control.layout import Crossing, Lane, Layout, Link, Movement, lay_out
from citywide.systems.traffic.engine.fusion import Fusion, Lanes
from citywide.systems.traffic.engine.pointqueue.streets import Streets, Traffic
from citywide.systems.traffic.engine.safety import Guard, Safety, rules_of
from citywide.systems.traffic.engine.sight import as_seen, trusted
from citywide.systems.traffic.simulated.roadside.sensing import ADVANCE_M, LENGTH_M, Sensed, Sensors

LANES, PHASES = 12, ((0, 1, 6, 7), (2, 8), (3, 4, 9, 10), (5, 11))
SHOWN = tuple(tuple(2 * int(lane in row) for lane in range(LANES)) for row in PHASES)
CROSSING = Crossing(tuple(Lane((Movement(),)) for _ in range(LANES)), SHOWN)
GUARD = Guard(
    SHOWN,
    tuple((a, b) for a in range(LANES) for b in range(a) if not any(a in row and b in row for row in PHASES)),
    (5,) * LANES, (3,) * LANES, (1,) * LANES, tuple((phase, 20) for phase in range(4)),
)  # fmt: skip
ARRIVALS, FILLING_S = 0.05, 90  # vehicles a second and lane: 2,160 an hour at each crossing


def measure(options: Namespace) -> Mapping[str, float]:
    """CPU-seconds of a second, for the city and for one crossing."""
    city = _seconds(1000, 10 if options.quick else 120, options.seed)
    single = _seconds(1, 400 if options.quick else 3000, options.seed)
    return {
        "crossings_core_share": float(np.mean(city)),
        "decision_p99_ms": float(np.percentile(single, 99)) * 1e3,
        "slowest_second_ms": float(np.max(city)) * 1e3,
    }


def _seconds(crossings: int, seconds: int, seed: int) -> list[float]:
    """CPU-seconds of each second, once the streets have filled; streets and sensors are not counted."""
    times = _run(_laid_out(crossings), seed)
    for _ in range(FILLING_S):
        next(times)
    return [next(times) for _ in range(seconds)]


def _laid_out(crossings: int) -> Layout:
    ahead = [(at * LANES + lane, (at + 1) % crossings * LANES + lane) for at in range(crossings) for lane in (0, 1)]
    return lay_out([CROSSING] * crossings, links=[Link(a, b, 1.0, 25.0) for a, b in ahead if crossings > 1])


def _run(layout: Layout, seed: int) -> Iterator[float]:
    """Streets move under the lamps, sensors report with noise and misses, and the box is timed."""
    traffic = Traffic(np.full(layout.lanes, ARRIVALS), np.ones(layout.movements))
    streets, sensors = Streets(layout, traffic, seed), Sensors(layout, np.random.default_rng(seed))
    box, green = _Box(layout), np.zeros(layout.lanes, np.bool_)
    while True:
        sensed = sensors.sense(streets.step(green))
        begun = time.thread_time()
        green = box.second(sensed, green)
        yield time.thread_time() - begun


class _Box:
    """Fusion, controller and safety layer of all crossings."""

    def __init__(self, layout: Layout) -> None:
        whole = np.full(layout.lanes, LENGTH_M)
        lanes = Lanes.of(layout.crossing_of_lane, whole, whole + 10, whole - ADVANCE_M, layout.speed)
        self.layout, self.fusion, self.now = layout, Fusion(lanes), 0.0
        self.controller, self.safety = Controller(layout), Safety(rules_of([GUARD] * layout.crossings))

    def second(self, sensed: Sensed, green: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """One second of readings in, the greens of every lane out."""
        self.now += 1.0
        view = self.fusion.second(self.now, sensed.readings, green)
        lamps, layout = self.safety.lamps, self.layout
        shown = Shown(lamps.target, lamps.settled, lamps.green_s.astype(float))
        wish = self.controller.decide(as_seen(view, layout.speed, sensed.crossed), shown)
        sure = trusted(view, layout.crossing_of_lane, layout.crossings)
        return self.safety.step(wish, sure, view.queue > 0.5) == 1


BENCHMARK = Benchmark(
    name="traffic-speed",
    about="""CPU of one second of 1,000 crossings (12 lanes, 4 phases each) on one core: fusion of radar, video and
    loops with noise and misses, the controller's decision and the safety layer; and of one crossing alone.""",
    measure=measure,
    goals={"crossings_core_share": Goal(at_most=0.15), "decision_p99_ms": Goal(at_most=1.0)},
    packages=("numpy", "numba"),
)
