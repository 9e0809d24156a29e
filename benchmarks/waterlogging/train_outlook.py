"""Train the outlook on rain that ships within the model: `python -m benchmarks.waterlogging.train_outlook` (3 minutes).

Rain alone is drawn, so that there can be many storms: 24,000, half of them smooth design storms, half uneven
(`engine/storms.py`). What each storm looks like while it falls foretells the rain of its next 30 and 60 minutes.
"""

from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.model import SHIPPED, load, save
from citywide.systems.waterlogging.engine.outlook import FALLEN, TRAITS, clear, described, followed
from citywide.systems.waterlogging.engine.storms import design_storm, storm
from citywide.systems.waterlogging.engine.trees import Forest, forest_of

Array = NDArray[Any]

STORMS, SEED, DESIGN_SHARE = 24_000, 77, 0.5
ROUNDS = 150
COMMON = {
    "min_data_in_leaf": 200,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "max_bin": 127,
    "num_threads": 1,
    "deterministic": True,
    "verbose": -1,
    "seed": 1,
}  # of every forest that is shipped
SETTINGS = {**COMMON, "objective": "l2", "learning_rate": 0.1, "num_leaves": 40}


def drawn() -> Array:
    """The storms to learn from, (storm, step)."""
    rng = np.random.default_rng(SEED)
    return np.stack([(design_storm if rng.random() < DESIGN_SHARE else storm)(rng) for _ in range(STORMS)])


def lessons(rain: Array) -> tuple[Array, Array]:
    """What a storm looked like at each of its steps, and the rain that came within each lead."""
    skies, rows, came = clear(len(rain)), [], []
    total = np.cumsum(np.hstack([rain, np.zeros((len(rain), max(LEADS)))]), axis=1)
    for step in range(rain.shape[1]):
        skies = followed(skies, rain[:, step])
        begun = skies.storm[:, FALLEN] > 0
        rows.append(described(skies)[begun].astype(np.float32))
        came.append(np.stack([total[begun, step + lead] - total[begun, step] for lead in LEADS], axis=1))
    return np.concatenate(rows), np.concatenate(came)


def train() -> tuple[Forest, Forest]:
    """The forests of both leads."""
    rows, came = lessons(drawn())
    return _forest(rows, came[:, 0]), _forest(rows, came[:, 1])


def _forest(rows: Array, came: Array) -> Forest:
    data = lightgbm.Dataset(rows, came, feature_name=list(TRAITS))
    return forest_of(lightgbm.train(SETTINGS, data, ROUNDS).dump_model()["tree_info"])


if __name__ == "__main__":
    save(SHIPPED, load(SHIPPED)._replace(outlook=train()))
    print(f"{SHIPPED}: {SHIPPED.stat().st_size / 1e6:.2f} MB")
