"""Teach the model that ships to look at the sky: `python -m benchmarks.waterlogging.train_sky` (10 minutes, one core).

The trees of `train.py` know the rain that fell. To them are added trees that begin where those end and
know beside it the shape of the storm and the rain that is to be expected (`engine/outlook.py`). They learn on sites of
their own, half of them from ranges twice as wide as those of the first, and on storms of more families: smooth,
uneven, with two peaks, long drizzle; the last sites know showers only, of which nothing can be foreseen. Trees that
are told the rain to come have no use for it, and stay as they are.
"""

from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.waterlogging.swmm import flooding_site, storms_of
from benchmarks.waterlogging.train import COMMON, SHAPES, Lesson, goal_of, grows, lesson, out_of_step, watched
from citywide.systems.waterlogging.engine import outlook
from citywide.systems.waterlogging.engine.features import FEATURES
from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.model import HEADS, SHIPPED, Heads, Model, load, save
from citywide.systems.waterlogging.engine.storms import design_storm, double_storm, long_drizzle, passing_showers, storm
from citywide.systems.waterlogging.engine.trees import Forest, forest_of, grove_of, predict

Array = NDArray[Any]

SEED, SITES, STORMS = 5, 310, 28
SHOWERS_FROM = 260
WIDER = (1.0, 2.0)
FAMILIES, SHARES = (design_storm, storm, double_storm, long_drizzle), (0.4, 0.3, 0.2, 0.1)
ROUNDS = {"middle": 100, "low": 50, "high": 50, "chance": 70}
CAREFUL = {"learning_rate": 0.05, "min_data_in_leaf": 300}
NAMES = (*FEATURES, *outlook.SKY)


def any_storm(rng: np.random.Generator) -> Array:
    """A storm of any family."""
    return FAMILIES[rng.choice(len(FAMILIES), p=SHARES)](rng)


def simulated() -> tuple[Array, Array]:
    """Rain and depth of sites that the first trees never saw, (site, storm, step)."""
    pairs = []
    for number in range(SITES):
        rng = np.random.default_rng([SEED, number])
        draw = any_storm if number < SHOWERS_FROM else passing_showers
        pairs.append(storms_of(flooding_site(rng, WIDER[number % len(WIDER)]), rng, STORMS, draw))
    rain, depth = (np.array(column) for column in zip(*pairs, strict=True))
    return out_of_step(rain, SEED), depth


def skies_over(model: Model, rain: Array) -> Array:
    """What the sky said at every step of these storms, (site, storm, step, trait)."""
    flat = rain.reshape(-1, rain.shape[-1])
    skies, rows = outlook.clear(len(flat)), []
    for fell in flat.T:
        skies = outlook.followed(skies, fell)
        rows.append(outlook.sky(model.outlook, outlook.described(skies)).astype(np.float32))
    return np.stack(rows, axis=1).reshape(*rain.shape, -1)


def taught(model: Model, rain: Array, depth: Array) -> Model:
    """The model whose trees for fallen rain have learned of the sky."""
    features, _ = watched(rain, depth, model.prior)
    rows = np.concatenate([features, skies_over(model, rain)], axis=-1)
    lessons = [lesson(rain, depth, rows, steps, None, share=1.0) for steps in LEADS]
    return model._replace(past=tuple(_more(heads, each) for heads, each in zip(model.past, lessons, strict=True)))


def _more(heads: Heads, given: Lesson) -> Heads:
    return Heads(*(_longer(forest, given, head) for forest, head in zip(heads, HEADS, strict=True)))


def _longer(forest: Forest, given: Lesson, head: str) -> Forest:
    """The forest with trees added that learn what it left over."""
    data = lightgbm.Dataset(
        given.rows,
        goal_of(given, head),
        weight=given.scale if head == "middle" else None,
        init_score=predict(forest, given.rows.astype(float)),
    )
    settings = {**COMMON, **SHAPES[head][0], **CAREFUL, **grows(head, NAMES), "boost_from_average": False}
    added = forest_of(lightgbm.train(settings, data, ROUNDS[head]).dump_model()["tree_info"])
    return grove_of([forest, added]).forest


if __name__ == "__main__":
    save(SHIPPED, taught(load(SHIPPED), *simulated()))
    print(f"{SHIPPED}: {SHIPPED.stat().st_size / 1e6:.2f} MB")
