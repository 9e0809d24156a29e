"""Random underpass sites and their storms, simulated by EPA SWMM: the recipe of training and of test data."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from swmm.toolkit import shared_enum, solver

from citywide.systems.waterlogging.engine.storms import storm

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Basin:
    """One subcatchment and the pipe that brings its water."""

    hectares: float
    impervious: float
    width_m: float
    slope: float
    pipe_m: float
    pipe_diameter_m: float


@dataclass(frozen=True)
class Site:
    """An underpass: what drains to it, how it stores water, and how it gets rid of it."""

    basins: tuple[Basin, ...]
    sump_m2: float
    sump_m: float
    road_m2_per_m: float
    pump_on_m: float
    pump_off_m: float
    pump_lps: float
    pumps: int
    drain_m: float
    depth_m: float
    gauge_zero_m: float


def random_site(rng: np.random.Generator, wider: float = 1.0) -> Site:
    """A site of random size, slope, storage and pump; `wider` stretches their ranges at both ends."""

    def between(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low / wider), np.log(high * wider))))

    hectares = between(0.4, 15)
    sump_m, storage_m3 = rng.uniform(0.3, 1.5), hectares * 10 * between(2, 30)
    basins = _basins(rng, hectares, wider)
    on = rng.uniform(0.3, 1.0) * sump_m
    return Site(
        basins=basins,
        sump_m2=storage_m3 * rng.uniform(0.03, 0.25) / sump_m,
        sump_m=sump_m,
        road_m2_per_m=2 * storage_m3,
        pump_on_m=on,
        pump_off_m=on * rng.uniform(0.1, 0.7),
        pump_lps=hectares * 10 / 3.6 * between(1.5, 25),
        pumps=int(rng.integers(1, 3)),
        drain_m=rng.choice([0.0, rng.uniform(0.1, 0.4)]),
        depth_m=sump_m + rng.uniform(1.0, 3.0),
        gauge_zero_m=sump_m if rng.random() < 0.6 else 0.0,
    )


def _basins(rng: np.random.Generator, hectares: float, wider: float) -> tuple[Basin, ...]:
    parts = hectares * rng.dirichlet(np.full(int(rng.integers(1, 4)), 3.0))
    return tuple(_basin(rng, float(part), wider) for part in parts)


def _basin(rng: np.random.Generator, hectares: float, wider: float) -> Basin:
    length = np.exp(rng.uniform(np.log(40), np.log(500)))
    peak = hectares * 10 / 3600 * np.exp(rng.uniform(np.log(20), np.log(150)))
    return Basin(
        hectares=hectares,
        impervious=rng.uniform(35, 98),
        width_m=max(5.0, hectares * 1e4 / length),
        slope=np.exp(rng.uniform(np.log(0.15 / wider), np.log(4 * wider))),
        pipe_m=np.exp(rng.uniform(np.log(30), np.log(800))),
        pipe_diameter_m=float(np.clip((peak / 1.2) ** 0.4, 0.2, 2.5)),
    )


def simulate(site: Site, rain: Array) -> Array:
    """The depth at the gauge in centimetres, every five minutes, for rain in mm per five minutes."""
    with TemporaryDirectory() as folder:
        model = Path(folder) / "site.inp"
        model.write_text(document(site, rain))
        solver.swmm_open(str(model), str(model.with_suffix(".rpt")), str(model.with_suffix(".out")))
        try:
            metres = _metres(len(rain))
        finally:
            solver.swmm_close()
    return np.maximum(0.0, metres - site.gauge_zero_m) * 100


def _metres(steps: int) -> Array:
    underpass = solver.project_get_index(shared_enum.ObjectType.NODE, "U")
    metres = np.zeros(steps)
    solver.swmm_start(0)
    for step in range(1, steps):
        solver.swmm_stride(300)
        metres[step] = solver.node_get_result(underpass, shared_enum.NodeResult.DEPTH)
    solver.swmm_end()
    return metres


def document(site: Site, rain: Array) -> str:
    """The site and its rain in SWMM's own form."""
    numbered = list(enumerate(site.basins))
    sections = {
        "OPTIONS": _options(len(rain)),
        "RAINGAGES": ["R VOLUME 0:05 1.0 TIMESERIES RAIN"],
        "SUBCATCHMENTS": [f"S{n} R J{n} {b.hectares} {b.impervious} {b.width_m} {b.slope} 0" for n, b in numbered],
        "SUBAREAS": [f"S{n} 0.013 0.15 1.0 5.0 25 OUTLET" for n, _ in numbered],
        "INFILTRATION": [f"S{n} 60 6 4 7 0" for n, _ in numbered],
        "JUNCTIONS": [f"J{n} {0.004 * b.pipe_m + 0.5} 4 0 0 500" for n, b in numbered],
        "OUTFALLS": ["O -3 FREE NO", *(f"P{n} 6 FREE NO" for n in range(site.pumps))],
        "STORAGE": [f"U 0 {site.depth_m} 0 TABULAR STORED 0 0"],
        "CONDUITS": [f"C{n} J{n} U {b.pipe_m} 0.013 0 0 0" for n, b in numbered],
        "PUMPS": [f"M{n} U P{n} LIFT OFF {site.pump_on_m * (1 + n / 5)} {site.pump_off_m}" for n in range(site.pumps)],
        "ORIFICES": [f"D U O SIDE {site.sump_m} 0.65 NO 0"] if site.drain_m else [],
        "XSECTIONS": _sections(site),
        "CURVES": [*_storage(site), *_lift(site)],
        "TIMESERIES": [f"RAIN {n * 5 // 60}:{n * 5 % 60:02} {mm:.3f}" for n, mm in enumerate(rain)],
    }
    return "\n".join(f"[{name}]\n" + "\n".join(lines) + "\n" for name, lines in sections.items())


def _sections(site: Site) -> list[str]:
    pipes = [f"C{n} CIRCULAR {basin.pipe_diameter_m} 0 0 0 1" for n, basin in enumerate(site.basins)]
    return [*pipes, *([f"D CIRCULAR {site.drain_m} 0 0 0"] if site.drain_m else [])]


def _storage(site: Site) -> list[str]:
    top = site.sump_m2 + site.road_m2_per_m * (site.depth_m - site.sump_m)
    first = f"STORED STORAGE 0 {site.sump_m2}"
    return [first, f"STORED {site.sump_m} {site.sump_m2}", f"STORED {site.depth_m} {top}"]


def _lift(site: Site) -> list[str]:
    each = site.pump_lps / site.pumps
    return [f"LIFT PUMP2 {site.depth_m * 0.5} {each}", f"LIFT {site.depth_m + 1} {each}"]


def _options(steps: int) -> list[str]:
    minutes = steps * 5
    return [
        "FLOW_UNITS LPS",
        "INFILTRATION HORTON",
        "FLOW_ROUTING DYNWAVE",
        "START_DATE 06/01/2026",
        "START_TIME 00:00:00",
        f"END_DATE 06/{1 + minutes // 1440:02}/2026",
        f"END_TIME {minutes % 1440 // 60:02}:{minutes % 60:02}:00",
        "REPORT_STEP 00:05:00",
        "WET_STEP 00:01:00",
        "DRY_STEP 00:05:00",
        "ROUTING_STEP 10",
        "VARIABLE_STEP 0.75",
        "THREADS 1",
    ]


def storms_of(
    site: Site, rng: np.random.Generator, count: int, draw: Callable[[np.random.Generator], Array] = storm
) -> tuple[Array, Array]:
    """Rain and depth of `count` storms of eight hours, two arrays of (storm, step).

    SWMM lets the rain of a step fall after the depth of that step. Here, as gauges report it, a row holds a
    depth and the rain of the five minutes before it: nothing of the future.
    """
    rains = np.stack([draw(rng) for _ in range(count)])
    depths = np.stack([simulate(site, rain) for rain in rains])
    return rains[:, :-1], depths[:, 1:]


def flooding_site(rng: np.random.Generator, wider: float = 1.0) -> Site:
    """A random site that a gauge was put at for a reason: an ordinary storm can flood it."""
    while True:
        site = random_site(rng, wider)
        rains = [storm(rng) for _ in range(10)]
        flooded = (rain for rain in rains if simulate(site, rain)[1:].max() > 10)
        if len(list(islice(flooded, 2))) == 2:
            return site
