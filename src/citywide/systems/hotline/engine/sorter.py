"""A multinomial linear model over hashed characters: seconds to train, calibrated, learns from one case more."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numba import njit
from numpy.typing import NDArray

from citywide.systems.hotline.engine.addresses import without_addresses
from citywide.systems.hotline.engine.features import BUCKETS, hashed

EPOCHS, STEP, DROPPED = 2, 0.8, 0.4
MOST_SHOWN = 4096


class Guess(Struct, frozen=True):
    """The categories that a text may mean, the likeliest first, and the department with its confidence."""

    categories: tuple[tuple[str, float], ...]
    departments: tuple[tuple[str, float], ...]


class Sorter:
    """Sorts texts into categories; each category belongs to a department."""

    def __init__(self, department_of: Mapping[str, str], seed: int = 1) -> None:
        self.categories = list(department_of)
        self.departments = sorted(set(department_of.values()))
        self._owner = np.array([self.departments.index(department_of[name]) for name in self.categories])
        self._weights = np.zeros((BUCKETS, len(self.categories)), np.float32)
        self._sharpness, self._seed = 1.0, seed

    def copy(self) -> "Sorter":
        """Another that knows the same."""
        other = Sorter(
            dict(zip(self.categories, (self.departments[at] for at in self._owner), strict=True)), self._seed
        )
        other._weights, other._sharpness = self._weights.copy(), self._sharpness
        return other

    def under(self, department_of: Mapping[str, str]) -> "Sorter":
        """The same knowledge, where others answer for some of the categories."""
        declared = zip(self.categories, self._owner, strict=True)
        owners = {name: department_of.get(name, self.departments[at]) for name, at in declared}
        other = Sorter(owners, self._seed)
        other._weights, other._sharpness = self._weights, self._sharpness
        return other

    def written(self) -> bytes:
        """What it has learnt, for another process."""
        return np.float32(self._sharpness).tobytes() + self._weights.tobytes()

    def read(self, learnt: bytes) -> None:
        """Know what another has written down."""
        numbers = np.frombuffer(learnt, np.float32)
        self._sharpness, self._weights = float(numbers[0]), numbers[1:].reshape(self._weights.shape).copy()

    def train(self, texts: Sequence[str], truth: Sequence[str]) -> None:
        """Learn from cases whose category is known."""
        goals = np.eye(len(self.categories), dtype=np.float32)[self._numbers(truth)]
        order = np.random.default_rng(self._seed).permutation(len(texts))
        found, starts = hashed(list(texts))
        for epoch in range(EPOCHS):
            _learn(self._weights, found, starts, goals, order, STEP / (1 + epoch), self._seed + epoch)

    def calibrate(self, texts: Sequence[str], truth: Sequence[str]) -> None:
        """Let the confidence be as often right on such texts as it says.

        Some of their characters are hidden, so that easy texts do not make it boast.
        """
        found, starts = hashed([without_addresses(text) for text in texts])
        hidden = np.where(np.random.default_rng(self._seed).random(len(found)) < DROPPED, -1, found).astype(np.int32)
        scores, goals = _scores(self._weights, hidden, starts), self._numbers(truth)
        losses = [(_loss(scores * sharp, goals), sharp) for sharp in np.geomspace(0.2, 5, 40)]
        self._sharpness = float(min(losses)[1])

    def learn(self, texts: Sequence[str], departments: Sequence[str]) -> None:
        """Learn from cases that were passed on: the department is known now, the category is not."""
        goals = np.array([self._owner == self.departments.index(name) for name in departments], np.float32)
        found, starts = hashed(list(texts))
        for again in range(4):
            _learn(self._weights, found, starts, goals, np.arange(len(texts)), STEP / 2, self._seed + again)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The probability of each category, a row a text."""
        found, starts = hashed([without_addresses(text) for text in texts])
        return _softmax(self._sharpness * _scores(self._weights, found, starts))

    def by_department(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of each department, a row a text."""
        owners = np.eye(len(self.departments))[self._owner]
        return probabilities @ owners

    def guess(self, text: str, most: int = 3) -> Guess:
        """The top categories and departments of one text."""
        each = self.probabilities([text])
        return Guess(_top(self.categories, each[0], most), _top(self.departments, self.by_department(each)[0], most))

    def _numbers(self, names: Sequence[str]) -> NDArray[np.int64]:
        at = {name: index for index, name in enumerate(self.categories)}
        return np.array([at[name] for name in names], dtype=np.int64)


def _loss(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    return float(-np.log(_softmax(scores)[np.arange(len(truth)), truth] + 1e-12).mean())


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    grown = np.exp(scores - scores.max(1, keepdims=True))
    return grown / grown.sum(1, keepdims=True)


def _top(names: Sequence[str], shares: NDArray[np.float64], most: int) -> tuple[tuple[str, float], ...]:
    return tuple((str(names[int(at)]), float(shares[at])) for at in np.argsort(-shares)[:most])


@njit(cache=True, fastmath=True, nogil=True)
def _scores(
    weights: NDArray[np.float32], found: NDArray[np.int32], starts: NDArray[np.int64]
) -> NDArray[np.float64]:  # pragma: no cover - compiled
    scores = np.zeros((len(starts) - 1, weights.shape[1]))
    for text in range(len(starts) - 1):
        shown = 0
        for at in range(starts[text], starts[text + 1]):
            if found[at] >= 0:
                shown += 1
                for each in range(weights.shape[1]):
                    scores[text, each] += weights[found[at], each]
        scores[text] /= np.sqrt(max(1, shown))
    return scores


@njit(cache=True, fastmath=True, nogil=True)
def _learn(
    weights: NDArray[np.float32],
    found: NDArray[np.int32],
    starts: NDArray[np.int64],
    goals: NDArray[np.float32],
    order: NDArray[np.int64],
    step: float,
    seed: int,
) -> None:  # pragma: no cover - compiled
    """One text after another: what is shown of it pulls the weights towards its goal."""
    np.random.seed(seed)  # noqa: NPY002 - the compiled kernel's own stream
    classes = weights.shape[1]
    score, used = np.zeros(classes, np.float32), np.zeros(MOST_SHOWN, np.int32)
    for text in order:
        shown = _shown(found[starts[text] : starts[text + 1]], used)
        if shown == 0:
            continue
        size = np.float32(1 / np.sqrt(shown))
        score[:] = 0
        for at in range(shown):  # sums stay in one kernel: parted ones round otherwise when they come from the cache
            for each in range(classes):
                score[each] += weights[used[at], each]
        score = np.exp((score - score.max()) * size)
        score /= score.sum()
        right = np.float32(1e-9)
        for each in range(classes):
            right += score[each] * goals[text, each]
        for each in range(classes):
            score[each] = np.float32(step) * size * score[each] * (goals[text, each] / right - np.float32(1))
        _add(weights, used[:shown], score)


@njit(cache=True, nogil=True)
def _shown(found: NDArray[np.int32], used: NDArray[np.int32]) -> int:  # pragma: no cover - compiled
    """Hide some of the characters; what is left goes into `used`, and its number comes back."""
    shown = 0
    for bucket in found[:MOST_SHOWN]:
        if np.random.random() >= DROPPED:  # noqa: NPY002 - numba's dice
            used[shown] = bucket
            shown += 1
    return shown


@njit(cache=True, nogil=True)
def _add(
    weights: NDArray[np.float32], buckets: NDArray[np.int32], pull: NDArray[np.float32]
) -> None:  # pragma: no cover - compiled
    for bucket in buckets:
        for each in range(len(pull)):
            weights[bucket, each] += pull[each]
