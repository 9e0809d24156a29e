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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine import interval, onset, outlook, plan
from citywide.systems.waterlogging.engine.ahead import Forecast, look_ahead, most_of
from citywide.systems.waterlogging.engine.features import (
    DEPTH_AT,
    DRY_AT,
    FALLING_AT,
    PEAK_AT,
    RAIN_AT,
    SCALE_AT,
    observe,
)
from citywide.systems.waterlogging.engine.known import after_dry, corrected, interval_about, on_plan
from citywide.systems.waterlogging.engine.memory import LONG_DRY, Memory, fresh, paused
from citywide.systems.waterlogging.engine.model import Model, shipped
from citywide.systems.waterlogging.engine.refit import LINE_CM, Refits, inputs_of

Array = NDArray[np.float64]


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
    unproven: NDArray[np.bool_] = field(init=False)
    dry: NDArray[np.bool_] = field(init=False)
    stands: Array = field(init=False)

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
            forecast = corrected(forecast, self.refits, self.inputs, most_of(features))
        self.unproven = self._on_plan_alone(features)
        if ahead_mm is None:
            forecast = self._planned(forecast)
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

    def _on_plan_alone(self, features: Array) -> NDArray[np.bool_]:
        """Where it rains on a road that no water was seen on, and of which nothing but its plan is known."""
        unproven = (features[:, PEAK_AT] < LINE_CM) & (features[:, RAIN_AT] > 0) & np.isfinite(self.plans.capacity)
        if self.refits is not None:
            unproven &= ~self.refits.trust.any(axis=1)
        return unproven

    def _planned(self, forecast: Forecast) -> Forecast:
        site = np.flatnonzero(self.unproven)
        rows = plan.rows_of(self.inputs, self.basins, self.plans)[site]
        return on_plan(forecast, site, plan.foretold(self.model.planned, rows)) if len(site) else forecast

    def _said(self, forecast: Forecast, features: Array, rain_is_told: bool) -> Forecast:
        """The forecast with its interval; both are remembered until they can be judged."""
        dry = (features[:, DRY_AT] >= LONG_DRY) & (not rain_is_told)
        regime = np.where(dry, interval.UNTOLD, (features[:, FALLING_AT] > 0).astype(np.int64))
        forecast = interval_about(forecast, self.arms, regime, features[:, SCALE_AT])
        self.dry, self.stands = dry, forecast.depth
        forecast = after_dry(forecast, self.onsets, dry)
        self.arms = interval.held(self.arms, forecast.low, forecast.high, regime)
        self.onsets = onset.held(self.onsets, features[:, DEPTH_AT], dry)
        return forecast
