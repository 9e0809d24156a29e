"""The forecast of water depth 30 and 60 minutes ahead, with an interval that holds nine times in ten.

    forecaster = Forecaster.of(sites=2)
    forecast = forecaster.step(depth_cm, rain_mm)        # every five minutes, one value a site
    forecast.depth[:, 0], forecast.high[:, 1], forecast.chance

Trees trained on many simulated sites forecast from what each site has taught so far (see `memory`) and what rain is to
be expected (see `outlook`). A gauge with past storms of its own has a correction on top of that (see `refit`); where
water never stood, the road's plan speaks, if it is known (see `plan`). What came of dry spells stands for the storm
that has not begun (see `onset`). The interval is conformal (see `interval`).
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine import interval, onset, outlook, plan
from citywide.systems.waterlogging.engine.features import (
    DEPTH_AT,
    DRY_AT,
    FALLING_AT,
    PEAK_AT,
    RAIN_AT,
    SCALE_AT,
    observe,
)
from citywide.systems.waterlogging.engine.memory import LONG_DRY, Memory, fresh, paused
from citywide.systems.waterlogging.engine.model import AHEAD_STEPS, Heads, Model, shipped
from citywide.systems.waterlogging.engine.refit import LINE_CM, Refits, correction, inputs_of
from citywide.systems.waterlogging.engine.trees import predict

Array = NDArray[np.float64]

UNPROVEN = 0.5
WARNS_AT = 0.5, 0.8
"""The chances of 10 cm in half an hour and in an hour that a warning takes: the later one is wrong more often."""


class Forecast(NamedTuple):
    """Arrays of (site, lead), the leads being 30 and 60 minutes; depths in centimetres."""

    depth: Array
    low: Array
    high: Array
    chance: Array

    def warns(self, least: tuple[float, float] = WARNS_AT) -> NDArray[np.bool_]:
        """Whose water is as likely as that to stand over the line in half an hour, or in an hour."""
        return (self.chance[:, 0] >= least[0]) | (self.chance[:, 1] >= least[1])


@dataclass
class Forecaster:
    """Forecasts for many sites, step by step; it learns each site as it goes."""

    model: Model
    memory: Memory
    arms: interval.Arms
    onsets: onset.Onsets
    skies: outlook.Skies
    basins: plan.Basins
    plans: plan.Plans
    refits: Refits | None = None
    inputs: Array = field(init=False)

    @classmethod
    def of(cls, sites: int, model: Model | None = None, plans: plan.Plans | None = None) -> "Forecaster":
        """A forecaster that has seen none of these sites, but may know their plans."""
        known = model or shipped()
        memory, arms = fresh(sites, known.prior), interval.arms_of(sites)
        built = plan.unknown(sites) if plans is None else plans
        return cls(known, memory, arms, onset.untold(sites), outlook.clear(sites), plan.empty(sites), built)

    def step(self, depth_cm: Array, rain_mm: Array, ahead_mm: Array | None = None) -> Forecast:
        """Take in the last five minutes (NaN for what did not come) and look ahead.

        `ahead_mm` is a rain forecast, (site, 12): millimetres in each of the next twelve five minutes.
        """
        depth, rain = np.asarray(depth_cm, dtype=float), np.asarray(rain_mm, dtype=float)
        features, self.skies = observe(self.memory, depth, rain), outlook.followed(self.skies, rain)
        self.arms, self.onsets = interval.judged(self.arms, depth), onset.counted(self.onsets, depth)
        self.basins = plan.filled(self.basins, self.plans, rain)
        sky = outlook.sky(self.model.outlook, outlook.described(self.skies))
        forecast = look_ahead(self.model, features, sky, ahead_mm)
        self.inputs = inputs_of(features, sky, forecast.depth, forecast.chance)
        if self.refits is not None and ahead_mm is None:
            forecast = corrected(forecast, self.refits, self.inputs, _most(features))
        if ahead_mm is None:
            forecast = self._planned(forecast, features)
        return self._said(forecast, features, ahead_mm is not None)

    def pause(self) -> None:
        """Begin a new record: the next step does not follow on the last one."""
        self.memory = paused(self.memory)
        self.arms, self.onsets = interval.paused(self.arms), onset.paused(self.onsets)
        self.skies, self.basins = outlook.clear(len(self.skies.storm)), plan.empty(len(self.skies.storm))

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything learned, as arrays to be kept."""
        parts = {"memory": self.memory, "arms": self.arms, "onsets": self.onsets, "skies": self.skies,
                 "basins": self.basins}  # fmt: skip
        return {f"{part}.{n}": array.copy() for part, arrays in parts.items() for n, array in arrays._asdict().items()}

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from a kept state, exactly."""
        kept = {name: np.array(value, order="C") for name, value in state.items()}
        self.memory = Memory(*(kept[f"memory.{name}"] for name in Memory._fields))
        self.arms = interval.Arms(*(kept[f"arms.{name}"] for name in interval.Arms._fields))
        self.onsets = onset.Onsets(*(kept[f"onsets.{name}"] for name in onset.Onsets._fields))
        self.skies = outlook.Skies(*(kept[f"skies.{name}"] for name in outlook.Skies._fields))
        self.basins = plan.Basins(*(kept[f"basins.{name}"] for name in plan.Basins._fields))

    def _planned(self, forecast: Forecast, features: Array) -> Forecast:
        """While it rains on a road that no water was seen on and nothing else is known of: what its plan says."""
        unproven = (features[:, PEAK_AT] < LINE_CM) & (features[:, RAIN_AT] > 0) & np.isfinite(self.plans.capacity)
        if self.refits is not None:
            unproven &= ~self.refits.trust.any(axis=1)
        site = np.flatnonzero(unproven)
        rows = plan.rows_of(self.inputs, self.basins, self.plans)[site]
        return on_plan(forecast, site, plan.foretold(self.model.planned, rows)) if len(site) else forecast

    def _said(self, forecast: Forecast, features: Array, rain_is_told: bool) -> Forecast:
        """The forecast with its interval; both are remembered until they can be judged."""
        dry = (features[:, DRY_AT] >= LONG_DRY) & (not rain_is_told)
        regime = np.where(dry, interval.UNTOLD, (features[:, FALLING_AT] > 0).astype(np.int64))
        forecast = interval_about(forecast, self.arms, regime, features[:, SCALE_AT])
        forecast = after_dry(forecast, self.onsets, dry)
        self.arms = interval.held(self.arms, forecast.low, forecast.high, regime)
        self.onsets = onset.held(self.onsets, features[:, DEPTH_AT], dry)
        return forecast


def look_ahead(model: Model, features: Array, sky: Array, ahead_mm: Array | None = None) -> Forecast:
    """The forecast from features and the sky, (site, feature) each, as the model has it, without learning."""
    ahead = None if ahead_mm is None else told(np.asarray(ahead_mm, dtype=float))
    rows = np.hstack([features, sky if ahead is None else ahead])
    most = _most(features, 0.0 if ahead is None else ahead[:, -1])
    columns = [_lead(heads, rows, most) for heads in (model.past if ahead is None else model.told)]
    return Forecast(*(np.stack(column, axis=1) for column in zip(*columns, strict=True)))


def corrected(general: Forecast, refits: Refits, inputs: Array, most: Array) -> Forecast:
    """The general forecast with what each gauge's own storms have taught; the interval goes along."""
    more, likelier = correction(refits, inputs)
    chance = np.where(most[:, None] < LINE_CM, 0.0, np.clip(general.chance + likelier, 0.0, 1.0))
    depth = np.clip(general.depth + more, 0.0, most[:, None])
    depth = np.where((more != 0) | (likelier != 0), _on_its_side(depth, chance), general.depth)
    moved = depth - general.depth
    return Forecast(depth, general.low + moved, general.high + moved, chance)


def on_plan(forecast: Forecast, site: NDArray[np.int64], chance: Array) -> Forecast:
    """The forecast in which these sites have these chances; depth and interval go along."""
    said = Forecast(*(array.copy() for array in forecast))
    said.chance[site] = chance
    said.depth[site] = _on_its_side(said.depth[site], chance)
    return said._replace(low=np.minimum(said.low, said.depth), high=np.maximum(said.high, said.depth))


def interval_about(forecast: Forecast, arms: interval.Arms, regime: NDArray[np.int64], scale: Array) -> Forecast:
    """The forecast with the interval as this gauge's arms stretch it."""
    low, high = np.moveaxis(interval.spread(arms, *forecast[:3], regime, scale), 2, 0)
    return forecast._replace(low=low, high=high)


def after_dry(forecast: Forecast, onsets: onset.Onsets, dry: NDArray[np.bool_]) -> Forecast:
    """Where it has long been dry: on top of what stands, what came of such moments before."""
    coming = onset.coming(onsets, forecast.depth, LINE_CM)
    depth = _on_its_side(forecast.depth + coming.rise, coming.chance)
    high = np.maximum(depth, np.maximum(forecast.high, forecast.depth + coming.high))
    said = Forecast(depth, np.minimum(forecast.low, depth), high, coming.chance)
    return Forecast(*(np.where(dry[:, None], ours, theirs) for ours, theirs in zip(said, forecast, strict=True)))


def told(ahead_mm: Array) -> Array:
    """A rain forecast (site, twelve steps) as features."""
    return np.cumsum(ahead_mm, axis=1)[:, [steps - 1 for steps in AHEAD_STEPS]]


def _lead(heads: Heads, rows: Array, most: Array) -> tuple[Array, Array, Array, Array]:
    now, scale = rows[:, DEPTH_AT], rows[:, SCALE_AT]
    middle = np.minimum(now + scale * predict(heads.middle, rows), most)
    low, high = (np.minimum(now + scale * predict(head, rows), most) for head in (heads.low, heads.high))
    chance = np.where(most < LINE_CM, 0.0, _chance(heads, rows))
    depth = np.maximum(0.0, _on_its_side(middle, chance))
    return depth, np.clip(low, 0.0, np.minimum(middle, depth)), np.maximum(high, np.maximum(middle, depth)), chance


def _chance(heads: Heads, rows: Array) -> Array:
    """The chance of water over the line; half the odds where none was ever seen: not every gauge's road floods."""
    odds = np.exp(predict(heads.chance, rows))
    doubted = np.where(rows[:, PEAK_AT] < LINE_CM, UNPROVEN * odds, odds)
    return doubted / (1 + doubted)


def _most(features: Array, told_mm: Array | float = 0.0) -> Array:
    """Water does not rise without rain: three dry hours, and none foretold, leave at most what there is."""
    return np.where(features[:, RAIN_AT] + told_mm > 0, np.inf, features[:, DEPTH_AT])


def _on_its_side(depth: Array, chance: Array) -> Array:
    """A forecast near the line stands on the side of it that is more likely."""
    over = chance >= 0.5
    return np.where(over, np.maximum(depth, LINE_CM), np.minimum(depth, LINE_CM - 0.01))
