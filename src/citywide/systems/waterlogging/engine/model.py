"""The trained model as it ships: what sites in general are like, and the trees that forecast."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.memory import Prior
from citywide.systems.waterlogging.engine.trees import LEAF, Forest

SHIPPED = Path(__file__).with_name("model.npz")
HEADS = ("middle", "low", "high", "chance")
AHEAD_STEPS = (3, 6, 9, 12)
"""The rain forecast enters as its sums over the next 15, 30, 45 and 60 minutes."""


class Heads(NamedTuple):
    """The trees of one lead: change of depth, its 5 % and 95 % quantiles, log-odds of water over the line."""

    middle: Forest
    low: Forest
    high: Forest
    chance: Forest


class Model(NamedTuple):
    """What is known before any site is seen: `outlook` foretells rain, `past` water from fallen rain only,
    `told` from a rain forecast too, `planned` the chance of water on a road of known plan that never flooded,
    `stationed` the same where its pumping station speaks.
    """

    prior: Prior
    outlook: tuple[Forest, Forest]
    past: tuple[Heads, Heads]
    told: tuple[Heads, Heads]
    planned: tuple[Forest, Forest]
    stationed: Forest


@cache
def shipped() -> Model:
    """The model that ships with the program."""
    return load(SHIPPED)


def load(path: Path) -> Model:
    """A model from its file."""
    with np.load(path, allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    prior = Prior(found["prior.weights"].astype(float), found["prior.spread"].astype(float))
    return Model(
        prior, _pair(found, "outlook"), _leads(found, "past"), _leads(found, "told"), _pair(found, "planned"),
        _forest(found, "stationed"),
    )  # fmt: skip


def save(path: Path, model: Model) -> None:
    """Keep a model in one small file."""
    arrays: dict[str, NDArray[Any]] = {
        "prior.weights": model.prior.weights.astype(np.float32),
        "prior.spread": model.prior.spread.astype(np.float32),
    }
    pairs = {"outlook": model.outlook, "planned": model.planned}
    forests = {f"{name}.{lead}": forest for name, pair in pairs.items() for lead, forest in enumerate(pair)}
    forests["stationed"] = model.stationed
    for kind in ("past", "told"):
        for lead, heads in enumerate(getattr(model, kind)):
            forests |= {f"{kind}.{lead}.{head}": forest for head, forest in zip(HEADS, heads, strict=True)}
    arrays |= {f"{name}.{n}": a for name, forest in forests.items() for n, a in _parts(forest).items()}
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _pair(found: dict[str, NDArray[Any]], name: str) -> tuple[Forest, Forest]:
    return _forest(found, f"{name}.0"), _forest(found, f"{name}.1")


def _leads(found: dict[str, NDArray[Any]], kind: str) -> tuple[Heads, Heads]:
    return _heads(found, f"{kind}.0"), _heads(found, f"{kind}.1")


def _heads(found: dict[str, NDArray[Any]], name: str) -> Heads:
    return Heads(*(_forest(found, f"{name}.{head}") for head in HEADS))


def _parts(forest: Forest) -> dict[str, NDArray[Any]]:
    """A forest's arrays for the file: what leaves say is of 16 bits (see `forest_of`), and takes no more room."""
    leaf = forest.feature == LEAF
    said, thresholds = forest.number[leaf].astype(np.float16), forest.number[~leaf]
    shape = {"feature": forest.feature, "right": forest.right, "roots": forest.roots}
    return {**shape, "leaves": said, "thresholds": thresholds}


def _forest(found: dict[str, NDArray[Any]], name: str) -> Forest:
    feature, right, roots = (found[f"{name}.{part}"] for part in ("feature", "right", "roots"))
    number = np.empty(len(feature), np.float32)
    number[feature == LEAF], number[feature != LEAF] = found[f"{name}.leaves"], found[f"{name}.thresholds"]
    return Forest(feature, number, right, roots)
