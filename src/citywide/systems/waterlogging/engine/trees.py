"""Boosted trees as plain arrays: small, no pickles, one kernel that predicts."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.compiled import compiled

LEAF = -1


class Forest(NamedTuple):
    """Nodes in preorder: the left child follows its parent, `right` says how far on the other is.

    At a node `number` is the threshold (left up to it); at a leaf, where `feature` is -1, it is the value.
    """

    feature: NDArray[np.int8]
    number: NDArray[np.float32]
    right: NDArray[np.int16]
    roots: NDArray[np.int32]


class Grove(NamedTuple):
    """The forests of many sites in one: a site's roots are from its `first` up to that of the next."""

    forest: Forest
    first: NDArray[np.int64]


@compiled
def predict(forest: Forest, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of all trees for each row."""
    sums = np.zeros(len(rows))
    for row in range(len(rows)):
        sums[row] = total(forest, forest.roots, rows[row])
    return sums


@compiled
def predict_own(grove: Grove, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of each site's own trees for its row."""
    sums = np.zeros(len(rows))
    for site in range(len(rows)):
        roots = grove.forest.roots[grove.first[site] : grove.first[site + 1]]
        sums[site] = total(grove.forest, roots, rows[site])
    return sums


@compiled
def total(forest: Forest, roots: NDArray[np.int32], row: NDArray[np.float64]) -> float:
    """The sum of some trees for one row."""
    found = 0.0
    for root in roots:
        at = np.int64(root)
        while forest.feature[at] >= 0:
            left = row[forest.feature[at]] <= forest.number[at]
            at += 1 if left else forest.right[at]
        found += forest.number[at]
    return found


def grove_of(forests: Sequence[Forest]) -> Grove:
    """The forests of many sites side by side."""
    ahead = np.cumsum([0, *(len(forest.feature) for forest in forests)])
    roots = [forest.roots + start for forest, start in zip(forests, ahead, strict=False)]
    joined = Forest(
        np.concatenate([forest.feature for forest in forests]),
        np.concatenate([forest.number for forest in forests]),
        np.concatenate([forest.right for forest in forests]),
        np.concatenate(roots).astype(np.int32),
    )
    return Grove(joined, np.cumsum([0, *map(len, roots)]))


def forest_of(trees: Sequence[Mapping[str, Any]]) -> Forest:
    """A forest from the nested trees that LightGBM's `dump_model` gives."""
    nodes: list[tuple[int, float, int]] = []
    roots: list[int] = []
    for tree in trees:
        roots.append(len(nodes))
        _lay(tree["tree_structure"], nodes)
    feature, number, right = zip(*nodes, strict=True) if nodes else ((), (), ())
    return Forest(
        np.array(feature, dtype=np.int8),
        np.array(number, dtype=np.float32),
        np.array(right, dtype=np.int16),
        np.array(roots, dtype=np.int32),
    )


def _lay(node: Mapping[str, Any], nodes: list[tuple[int, float, int]]) -> None:
    if "leaf_value" in node:
        nodes.append((LEAF, float(np.float16(node["leaf_value"])), 0))
        return
    at = len(nodes)
    nodes.append((0, 0.0, 0))
    _lay(node["left_child"], nodes)
    nodes[at] = int(node["split_feature"]), float(node["threshold"]), len(nodes) - at
    _lay(node["right_child"], nodes)
