"""The forecast of water depth 30 and 60 minutes ahead, with an interval that holds nine times in ten.

    forecaster = Forecaster.of(sites=2)
    forecast = forecaster.step(depth_cm, rain_mm)        # every five minutes, one value a site
    forecast.depth[:, 0], forecast.high[:, 1], forecast.chance

Trees trained on many simulated sites forecast from what each site has taught so far (see `memory`). The
interval is conformal: its arms stretch and shrink with the share of recent depths that fell outside. A gauge
with past storms of its own has a correction on top of that (see `refit`).
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.features import DEPTH_AT, FEATURES, RAIN_AT, SCALE_AT, observe
from citywide.systems.waterlogging.engine.memory import LEADS, Memory, fresh, paused
from citywide.systems.waterlogging.engine.model import AHEAD_STEPS, Heads, Model, shipped
from citywide.systems.waterlogging.engine.refit import LINE_CM, Refits, correction, inputs_of
from citywide.systems.waterlogging.engine.trees import predict

Array = NDArray[np.float64]

MISS_SHARE = 0.04
"""Of each arm. With the onsets of storms, which no arm can hold, about one forecast in ten falls outside."""

PACE = 0.06
STAKE_CM = 0.5
SLACK_CM = 0.1
"""Arms learn where there is water, or could be: a dry road would teach them to be careless, and the first
minutes of a storm that nobody foretold to be timid."""


class Forecast(NamedTuple):
    """Arrays of (site, lead), the leads being 30 and 60 minutes; depths in centimetres."""

    depth: Array
    low: Array
    high: Array
    chance: Array

    def warns(self, chance: float = 0.6) -> NDArray[np.bool_]:
        """Whose water is as likely as that to stand over the line at either lead."""
        return self.chance.max(axis=1) >= chance


class Arms(NamedTuple):
    """How far the arms are stretched, (site, lead, low or high), and the intervals not yet judged."""

    stretch: Array
    waiting: Array
    waited: NDArray[np.int64]


@dataclass
class Forecaster:
    """Forecasts for many sites, step by step; it learns each site as it goes."""

    model: Model
    memory: Memory
    arms: Arms
    refits: Refits | None = None
    learns: bool = True
    inputs: Array = field(init=False)

    @classmethod
    def of(cls, sites: int, model: Model | None = None) -> "Forecaster":
        """A forecaster that has seen none of these sites."""
        known = model or shipped()
        return cls(known, fresh(sites, known.prior), _arms(sites))

    def step(self, depth_cm: Array, rain_mm: Array, ahead_mm: Array | None = None) -> Forecast:
        """Take in the last five minutes (NaN for what did not come) and look ahead.

        `ahead_mm` is a rain forecast, (site, 12): millimetres in each of the next twelve five minutes.
        """
        depth = np.asarray(depth_cm, dtype=float)
        features = observe(self.memory, depth, np.asarray(rain_mm, dtype=float))
        if self.learns:
            self.arms = _judged(self.arms, depth)
        forecast = look_ahead(self.model, features, self.arms.stretch, ahead_mm)
        self.inputs = inputs_of(features, forecast.depth, forecast.chance)
        if self.refits is not None and ahead_mm is None:
            forecast = corrected(forecast, self.refits, self.inputs, _most(features))
        self.arms = _held(self.arms, forecast)
        return forecast

    def pause(self) -> None:
        """Begin a new record: the next step does not follow on the last one."""
        self.memory = paused(self.memory)
        self.arms = self.arms._replace(waited=np.zeros_like(self.arms.waited))

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything learned, as arrays to be kept."""
        parts = (("memory", self.memory), ("arms", self.arms))
        return {f"{part}.{n}": array.copy() for part, arrays in parts for n, array in arrays._asdict().items()}

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from a kept state, exactly."""
        kept = {name: np.array(value, order="C") for name, value in state.items()}
        self.memory = Memory(*(kept[f"memory.{name}"] for name in Memory._fields))
        self.arms = Arms(*(kept[f"arms.{name}"] for name in Arms._fields))


def look_ahead(model: Model, features: Array, stretch: Array, ahead_mm: Array | None = None) -> Forecast:
    """The forecast from features (site, feature), without learning."""
    rows = features if ahead_mm is None else np.hstack([features, told(np.asarray(ahead_mm, dtype=float))])
    leads = model.past if ahead_mm is None else model.told
    columns = [_lead(heads, rows, stretch[:, lead]) for lead, heads in enumerate(leads)]
    return Forecast(*(np.stack(column, axis=1) for column in zip(*columns, strict=True)))


def corrected(general: Forecast, refits: Refits, inputs: Array, most: Array) -> Forecast:
    """The general forecast with what each gauge's own storms have taught; the interval stays, and holds it."""
    more, likelier = correction(refits, inputs)
    chance = np.where(most[:, None] < LINE_CM, 0.0, np.clip(general.chance + likelier, 0.0, 1.0))
    depth = np.clip(general.depth + more, 0.0, most[:, None])
    depth = np.where((more != 0) | (likelier != 0), _on_its_side(depth, chance), general.depth)
    low, high = np.minimum(general.low, depth), np.maximum(general.high, depth)
    return Forecast(depth, low, high, chance)


def told(ahead_mm: Array) -> Array:
    """A rain forecast (site, twelve steps) as features."""
    return np.cumsum(ahead_mm, axis=1)[:, [steps - 1 for steps in AHEAD_STEPS]]


def _lead(heads: Heads, rows: Array, stretch: Array) -> tuple[Array, Array, Array, Array]:
    now, scale, most = rows[:, DEPTH_AT], rows[:, SCALE_AT], _most(rows)
    middle = np.minimum(now + scale * predict(heads.middle, rows), most)
    low, high = (np.minimum(now + scale * predict(head, rows), most) for head in (heads.low, heads.high))
    chance = np.where(most < LINE_CM, 0.0, 1 / (1 + np.exp(-predict(heads.chance, rows))))
    depth = np.maximum(0.0, _on_its_side(middle, chance))
    below = np.maximum(middle - low, 0.0) * stretch[:, 0]
    above = np.maximum(high - middle, 0.0) * stretch[:, 1]
    return depth, np.clip(middle - below, 0.0, depth), np.maximum(middle + above, depth), chance


def _most(rows: Array) -> Array:
    """Water does not rise without rain: three dry hours, and none foretold, leave at most what there is."""
    rain = rows[:, RAIN_AT] + rows[:, len(FEATURES) :].sum(axis=1)
    return np.where(rain > 0, np.inf, rows[:, DEPTH_AT])


def _on_its_side(depth: Array, chance: Array) -> Array:
    """A forecast near the line stands on the side of it that is more likely."""
    over = chance >= 0.5
    return np.where(over, np.maximum(depth, LINE_CM), np.minimum(depth, LINE_CM - 0.01))


def _arms(sites: int) -> Arms:
    return Arms(
        np.ones((sites, len(LEADS), 2)),
        np.zeros((sites, max(LEADS), len(LEADS), 2)),
        np.zeros(sites, dtype=np.int64),
    )


def _judged(arms: Arms, depth: Array) -> Arms:
    """Stretch an arm that missed, shrink one that held, so that each misses one time in twenty-five."""
    stretch = arms.stretch.copy()
    for lead, steps in enumerate(LEADS):
        low, high = arms.waiting[:, steps - 1, lead].T
        at_stake = (arms.waited >= steps) & np.isfinite(depth) & (np.maximum(high, depth) > STAKE_CM)
        at_stake &= high > low + SLACK_CM
        misses = np.stack([depth < low - SLACK_CM, depth > high + SLACK_CM], axis=1)
        stretch[:, lead] *= np.exp(PACE * at_stake[:, None] * (misses - MISS_SHARE))
    return arms._replace(stretch=np.clip(stretch, 0.2, 8.0))


def _held(arms: Arms, forecast: Forecast) -> Arms:
    newest = np.stack([forecast.low, forecast.high], axis=2)[:, None]
    waiting = np.concatenate([newest, arms.waiting[:, :-1]], axis=1)
    return arms._replace(waiting=waiting, waited=arms.waited + 1)
