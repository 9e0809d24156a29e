"""Unmet need when beds, vaccines and tests are placed week by week under forecasts, against hindsight.

Districts go through epidemic waves of different size and time. Every week there is a calibrated forecast in
23 quantiles for this week and three more (lognormal, errors growing with the horizon and shared by the weeks
beside); the plan is made from it, then the need comes. Hindsight solves the same with all needs known.
The peers place in proportion to population, and to last week's need.
"""

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from benchmarks.form import Benchmark, Clock, Goal
from citywide.systems.epidemic.engine.allocation import Need, Stock, known, plan, proportional, unmet

LEVELS = np.array([0.01, 0.025, *np.arange(0.05, 0.951, 0.05), 0.975, 0.99])
PLACES, WEEKS, AHEAD, CITIES = 60, 20, 4, 12
SUPPLIES = ("short", "tight", "nearly_enough")
FORECAST_SD = (0.12, 0.17, 0.22, 0.26)  # of the log need, this week and the three after it


@dataclass(frozen=True)
class Resource:
    """What is to be placed: its supply as shares of all need, what places hold already, whether it keeps."""

    name: str
    supply: Mapping[str, float]
    local: float
    keeps: bool


RESOURCES = (
    Resource("beds", {"short": 0.7, "tight": 0.9, "nearly_enough": 1.1}, 0.40, keeps=False),
    Resource("vaccines", {"short": 0.92, "tight": 0.97, "nearly_enough": 1.0}, 0.0, keeps=True),
    Resource("tests", {"short": 0.90, "tight": 0.93, "nearly_enough": 0.97}, 0.05, keeps=True),
)
Rule = Callable[[int, Stock, NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class City:
    """People, need [places, weeks] and forecasts [week, places, ahead, levels]."""

    people: NDArray[np.float64]
    need: NDArray[np.float64]
    forecasts: NDArray[np.float64]


def measure(options: Namespace) -> Mapping[str, float]:
    """Unmet need over some cities, each resource, and all together."""
    rng = np.random.default_rng(options.seed)
    total: dict[str, float] = {}
    with Clock() as clock:
        for number in range(2 if options.quick else CITIES):
            city = draw(rng)
            print(f"city {number + 1}", flush=True)
            for resource, supply in product(RESOURCES, SUPPLIES):
                for rule, amount in _unmet(city, resource, supply).items():
                    for key in (rule, f"{resource.name}_{rule}", f"{supply}_{rule}"):
                        total[key] = total.get(key, 0.0) + amount
    over = {
        f"{name}unmet_over_hindsight": total[f"{name}planned"] / total[f"{name}hindsight"]
        for name in ("", *(f"{one.name}_" for one in RESOURCES), *(f"{supply}_" for supply in SUPPLIES))
    }
    peers = {f"{rule}_over_hindsight": total[rule] / total["hindsight"] for rule in ("by_people", "by_last_week")}
    return {
        **over,
        **peers,
        "hindsight_unmet_share": total["hindsight"] / total["need"],
        "cpu_seconds": clock.cpu,
    }


def draw(rng: np.random.Generator) -> City:
    """One city: waves of need, and what was forecast of them every week."""
    people = rng.lognormal(11, 0.6, PLACES)
    week = np.arange(WEEKS + AHEAD)
    peak, width = rng.normal(WEEKS / 2, 3.5, (PLACES, 1)), rng.uniform(2, 4, (PLACES, 1))
    size = rng.lognormal(-6.5, 0.5, (PLACES, 1)) * people[:, None]
    need = size * (0.15 + np.exp(-0.5 * ((week - peak) / width) ** 2)) * rng.lognormal(0, 0.1, (PLACES, len(week)))
    return City(people, need[:, :WEEKS], np.stack([_forecast(need[:, w : w + AHEAD], rng) for w in range(WEEKS)]))


def _forecast(need: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Quantiles around a median that missed the truth by as much as the forecast says it may."""
    spread = np.array(FORECAST_SD)
    steps = np.sqrt(np.diff(spread**2, prepend=0.0))
    missed = np.cumsum(rng.standard_normal(need.shape) * steps, axis=1)
    return need[..., None] * np.exp(missed[..., None] + spread[:, None] * norm.ppf(LEVELS))


def _unmet(city: City, resource: Resource, supply: str) -> dict[str, float]:
    local = resource.local * city.need.mean(axis=1)
    weekly = np.full(WEEKS, resource.supply[supply] * city.need.sum() / WEEKS)
    stock = Stock(local, weekly, resource.keeps)
    best = plan(known(city.need), stock)
    return {
        "need": float(city.need.sum()),
        "planned": _live(city, stock, _planned(city)),
        "hindsight": _live(city, stock, lambda week, _stock, _last: best[:, week]),
        "by_people": _live(city, stock, lambda _week, now, _last: proportional(city.people, now)),
        "by_last_week": _live(city, stock, lambda _week, now, last: proportional(last, now)),
    }


def _planned(city: City) -> Rule:
    def rule(week: int, stock: Stock, _last: NDArray[np.float64]) -> NDArray[np.float64]:
        ahead = min(AHEAD, WEEKS - week)
        need = Need(city.forecasts[week, :, :ahead], LEVELS)
        return plan(need, replace(stock, arriving=stock.arriving[:ahead]))[:, 0]

    return rule


def _live(city: City, stock: Stock, rule: Rule) -> float:
    """Week by week: send by the rule, see the need come, keep what keeps."""
    total, centre, last = 0.0, 0.0, city.people
    for week in range(WEEKS):
        now = replace(stock, arriving=stock.arriving[week:].copy())
        now.arriving[0] += centre
        sent = rule(week, now, last)
        centre = max(now.arriving[0] - sent.sum(), 0.0) if stock.keeps else 0.0
        missing, left = unmet(sent, city.need[:, week], stock)
        total, last, stock = total + float(missing.sum()), city.need[:, week], replace(stock, at_place=left)
    return total


BENCHMARK = Benchmark(
    name="allocation",
    about="Unmet need of beds, vaccines and tests placed under forecasts, against hindsight",
    measure=measure,
    goals={"unmet_over_hindsight": Goal(at_most=1.15)},
    packages=("highspy", "numpy", "scipy"),
)
