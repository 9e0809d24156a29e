"""Train the waterlogging model that ships: `python -m benchmarks.waterlogging.train` (20 minutes, one core).

The data recipe: 900 random sites with 24 storms each, where a site is young most of the time, and 120 sites
with 90 storms each, where it is known well; a third of the storms are smooth design storms, the others uneven
(`engine/storms.py`). EPA SWMM says how deep the water stood (`_swmm.py`). Every site is watched in order with
a fresh memory, so that the trees learn from features exactly as they will meet them. Clocks of rain and level
gauges seldom agree: at a third of the sites the rain is five minutes early. All is seeded: the same versions
give the same file. The outlook on rain is learned apart (`train_outlook.py`); what the sky says of the
water and what roads' plans say are added last: run `train_sky.py`, `train_plans.py`
and `train_stations.py`, in this order. Simulated storms are
kept in `benchmarks/.cache`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.waterlogging import train_outlook
from benchmarks.waterlogging.swmm import flooding_site, storms_of
from citywide.systems.waterlogging.engine.ahead import LINE_CM, told
from citywide.systems.waterlogging.engine.features import FEATURES, GROWING, RAIN_AT, SCALE_AT, observe
from citywide.systems.waterlogging.engine.memory import (
    ERROR30,
    ERROR60,
    LEADS,
    REGRESSORS,
    Memory,
    Prior,
    fresh,
    paused,
)
from citywide.systems.waterlogging.engine.model import AHEAD_STEPS, HEADS, SHIPPED, Heads, Model, save
from citywide.systems.waterlogging.engine.storms import design_storm, storm
from citywide.systems.waterlogging.engine.trees import Forest, forest_of

Array = NDArray[Any]

CACHE = Path(__file__).parents[1] / ".cache"
RECIPE = ((1, 900, 24), (2, 120, 90))
DESIGN_SHARE = 0.35
EARLY_RAIN_SHARE = 0.35
ROWS_SHARE = 0.3
FORECAST_ERROR = 0.25
AHEAD = tuple(f"ahead_{steps * 5}" for steps in AHEAD_STEPS)
COMMON = {**train_outlook.COMMON, "learning_rate": 0.08}
SHAPES = {
    "middle": ({"objective": "l2", "num_leaves": 63}, 280),
    "low": ({"objective": "quantile", "alpha": 0.05, "num_leaves": 24}, 120),
    "high": ({"objective": "quantile", "alpha": 0.95, "num_leaves": 24}, 120),
    "chance": ({"objective": "binary", "num_leaves": 31}, 150),
}


class Lesson(NamedTuple):
    """Rows to learn one lead from: features, the scale of the site, what came."""

    rows: Array
    scale: Array
    change: Array
    reached: Array


def mixed_storm(rng: np.random.Generator, total_mm: float | None = None) -> Array:
    """A smooth storm now and then, an uneven one mostly."""
    draw = design_storm if rng.random() < DESIGN_SHARE else storm
    return draw(rng, total_mm=total_mm)


def simulated(seed: int, sites: int, storms: int) -> tuple[Array, Array]:
    """Rain and depth, (site, storm, step), simulated once and kept."""
    kept = CACHE / f"waterlogging-{seed}-{sites}-{storms}.npz"
    if not kept.exists():
        pairs = []
        for site in range(sites):
            rng = np.random.default_rng([seed, site])
            pairs.append(storms_of(flooding_site(rng), rng, storms, mixed_storm))
        rain, depth = (np.array(column, dtype=np.float32) for column in zip(*pairs, strict=True))
        CACHE.mkdir(exist_ok=True)
        np.savez_compressed(kept, rain=rain, depth=depth)
    with np.load(kept) as arrays:
        return out_of_step(arrays["rain"].astype(float), seed), arrays["depth"].astype(float)


def out_of_step(rain: Array, seed: int) -> Array:
    """The rain as sites with clocks of their own report it, some five minutes early."""
    early = np.random.default_rng([seed, 1]).random(len(rain)) < EARLY_RAIN_SHARE
    ahead = np.concatenate([rain[:, :, 1:], np.zeros_like(rain[:, :, :1])], axis=2)
    return np.where(early[:, None, None], ahead, rain)


def watched(rain: Array, depth: Array, prior: Prior | None = None) -> tuple[Array, Memory]:
    """Features of every step when each site is watched from its first storm, and the memories in the end."""
    sites, storms, steps = rain.shape
    memory = fresh(sites, prior) if prior else fresh(sites)
    features = np.empty((sites, storms, steps, len(FEATURES)), dtype=np.float32)
    for number in range(storms):
        memory = paused(memory)
        for step in range(steps):
            features[:, number, step] = observe(memory, depth[:, number, step], rain[:, number, step])
    return features, memory


def prior_of(memory: Memory) -> Prior:
    """What the regressions of many sites have in common, and how they differ (an empirical prior)."""
    middle = np.median(memory.weights, axis=0)
    apart = memory.weights - middle
    limit = 3 * np.median(np.abs(apart), axis=0) / 0.6745
    apart = np.clip(apart, -limit, limit)
    noise = np.maximum((memory.figures[:, [ERROR30, ERROR60]] * 1.25) ** 2, 1.0)
    spread = sum(apart[:, lead].T @ (apart[:, lead] / noise[:, [lead]]) for lead in range(2)) / (2 * len(apart))
    return Prior(middle.T, spread + np.eye(REGRESSORS) * 1e-4)


def lesson(
    rain: Array,
    depth: Array,
    features: Array,
    steps: int,
    rng: np.random.Generator | None,
    share: float = ROWS_SHARE,
) -> Lesson:
    """The rows of one lead where anything happens; with `rng`, beside an imperfect rain forecast."""
    last = depth.shape[2] - steps
    rows, now, then = features[:, :, :last], depth[:, :, :last], depth[:, :, steps:]
    wet = rows[..., RAIN_AT] > 0
    happens = wet | (rows[..., FEATURES.index("change_6")] != 0)
    happens &= np.random.default_rng(steps).random(happens.shape) < share
    chosen = rows[happens]
    if rng is not None:
        chosen = np.hstack([chosen, foretold(rain, rng)[:, :, :last][happens]])
    return Lesson(chosen, rows[..., SCALE_AT][happens], (then - now)[happens], then[happens])


def foretold(rain: Array, rng: np.random.Generator) -> Array:
    """The sums of the rain to come, each moment's forecast wrong by a factor of its own."""
    wrong = np.exp(rng.normal(0, FORECAST_ERROR, rain.shape))
    padded = np.concatenate([rain, np.zeros((*rain.shape[:2], 12))], axis=2)
    coming = np.stack([padded[:, :, step : step + rain.shape[2]] for step in range(1, 13)], axis=-1)
    sums = told(coming.reshape(-1, 12)).reshape(*rain.shape, len(AHEAD))
    return (sums * wrong[..., None]).astype(np.float32)


def heads_of(lessons: Iterable[Lesson], names: tuple[str, ...]) -> Heads:
    """Train the four forests of one lead."""
    joined = Lesson(*(np.concatenate(column) for column in zip(*lessons, strict=True)))
    return Heads(*(_forest(joined, names, head) for head in HEADS))


def _forest(given: Lesson, names: tuple[str, ...], head: str) -> Forest:
    shape, rounds = SHAPES[head]
    data = lightgbm.Dataset(
        given.rows, goal_of(given, head), weight=given.scale if head == "middle" else None, feature_name=list(names)
    )
    trained = lightgbm.train({**COMMON, **shape, **grows(head, names)}, data, rounds)
    print(head, flush=True)
    return forest_of(trained.dump_model()["tree_info"])


def goal_of(given: Lesson, head: str) -> Array:
    """What a head learns to say."""
    return (given.reached >= LINE_CM).astype(float) if head == "chance" else given.change / given.scale


def grows(head: str, names: tuple[str, ...]) -> dict[str, list[int]]:
    """The settings that keep more water to come from ever being forecast as less."""
    growing = [int(name in GROWING or name in AHEAD) for name in names]
    return {"monotone_constraints": growing} if head in {"middle", "chance"} else {}


def train() -> Model:
    """The whole recipe."""
    storms = [simulated(*line) for line in RECIPE]
    prior = prior_of(watched(*storms[0])[1])
    seen = [(rain, depth, watched(rain, depth, prior)[0]) for rain, depth in storms]
    rng = np.random.default_rng(3)
    past = [heads_of([lesson(*each, steps, None) for each in seen], FEATURES) for steps in LEADS]
    ahead = [heads_of([lesson(*each, steps, rng) for each in seen], (*FEATURES, *AHEAD)) for steps in LEADS]
    nothing = forest_of([])
    return Model(prior, train_outlook.train(), (past[0], past[1]), (ahead[0], ahead[1]), (nothing, nothing), nothing)


if __name__ == "__main__":
    save(SHIPPED, train())
    print(f"{SHIPPED}: {SHIPPED.stat().st_size / 1e6:.2f} MB")
