"""What a second of control costs: a city of 1,000 crossings at 1 Hz, and one decision at a time."""

import time
from argparse import Namespace
from collections.abc import Mapping

import numpy as np

from benchmarks.form import Benchmark, Clock, Goal
from citywide.systems.traffic.engine.control.controller import Controller, Seen, Shown
from citywide.systems.traffic.engine.control.layout import Crossing, Lane, Link, Movement, lay_out
from citywide.systems.traffic.engine.safety import Guard, Safety, rules_of

LANES, PHASES = 12, ((0, 1, 6, 7), (2, 8), (3, 4, 9, 10), (5, 11))
SHOWN = tuple(tuple(2 * int(lane in row) for lane in range(LANES)) for row in PHASES)
CROSSING = Crossing(tuple(Lane((Movement(),)) for _ in range(LANES)), SHOWN)
GUARD = Guard(
    SHOWN,
    tuple((a, b) for a in range(LANES) for b in range(a) if not any(a in row and b in row for row in PHASES)),
    (5,) * LANES, (3,) * LANES, (1,) * LANES, tuple((phase, 20) for phase in range(4)),
)  # fmt: skip


def measure(options: Namespace) -> Mapping[str, float]:
    """CPU-seconds of a second, for the city and for one crossing."""
    share = _city(1000, 10 if options.quick else 120, options.seed)
    return {
        "crossings_core_share": share,
        "decision_p99_ms": _single(400 if options.quick else 3000, options.seed),
    }


def _city(crossings: int, seconds: int, seed: int) -> float:
    links = [
        Link(at * LANES + lane, ((at + 1) % crossings) * LANES + lane, 1.0, 25.0)
        for at in range(crossings)
        for lane in (0, 1)
    ]
    step = _stepper(crossings, links, seed)
    for _ in range(8):
        step()
    with Clock() as clock:
        for _ in range(seconds):
            step()
    return clock.cpu / seconds


def _single(seconds: int, seed: int) -> float:
    step = _stepper(1, [], seed)
    times = []
    for _ in range(seconds + 20):
        begun = time.thread_time()
        step()
        times.append(time.thread_time() - begun)
    return float(np.percentile(times[20:], 99)) * 1e3


def _stepper(crossings: int, links: list[Link], seed: int):  # noqa: ANN202 - a function of nothing
    layout = lay_out([CROSSING] * crossings, links=links)
    controller, safety = Controller(layout), Safety(rules_of([GUARD] * crossings))
    scenes = [_scene(crossings, np.random.default_rng(seed + at)) for at in range(20)]
    trusted, second = np.ones(crossings, np.bool_), iter(range(10**9))

    def step() -> None:
        seen, calls = scenes[next(second) // 3 % 20]
        lamps = safety.lamps
        wish = controller.decide(seen, Shown(lamps.target, lamps.settled, lamps.green_s + 1.0))
        safety.step(wish, trusted, calls)

    return step


def _scene(crossings: int, dice: np.random.Generator) -> tuple[Seen, np.ndarray]:
    """Two vehicles standing and two on their way, on average, on each lane."""
    lanes = crossings * LANES
    standing, moving = dice.poisson(2.0, lanes), dice.poisson(2.0, lanes)
    lane = np.concatenate([np.repeat(np.arange(lanes), standing), np.repeat(np.arange(lanes), moving)])
    still = np.arange(len(lane)) < standing.sum()
    away = np.where(still, dice.uniform(2, 40, len(lane)), dice.uniform(40, 200, len(lane)))
    speed = np.where(still, 0.0, 12.0)
    crossed = dice.choice(lanes, lanes // 20, replace=False).astype(np.int32)
    return Seen(lane.astype(np.int32), away, speed, crossed), standing > 0


BENCHMARK = Benchmark(
    name="traffic-speed",
    about="CPU of controlling 1,000 crossings (12 lanes, 4 phases each) once a second, on one core.",
    measure=measure,
    goals={"crossings_core_share": Goal(at_most=0.15), "decision_p99_ms": Goal(at_most=1.0)},
    packages=("numpy", "numba"),
)
