"""Reads a forecast hub's folder: truth vintages, locations, peers' quantiles, related years if any."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.engine.triangle import WEEK, Reports, Triangle, triangle

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]
Texts = NDArray[np.str_]

PANDEMIC = np.datetime64("2020-03-01")  # visits for influenza-like illness meant something else from here on


@dataclass(frozen=True)
class Peer:
    """One team's quantiles by reference day, place, horizon and level."""

    quantiles: Floats


@dataclass(frozen=True)
class Hub:
    """All that a folder holds, on common axes: reference days, places, horizons."""

    history: Triangle
    days: Days
    season: Texts
    horizons: tuple[int, ...]
    truth: Floats
    peers: dict[str, Peer]
    baseline: str
    ensemble: str
    background: tuple[Days, Floats] | None

    @property
    def seasons(self) -> tuple[str, ...]:
        """Seasons in order of time."""
        return tuple(dict.fromkeys(str(name) for name in self.season))

    @property
    def teams(self) -> tuple[str, ...]:
        """Peers that are neither the hub's baseline nor one of its own combinations."""
        own = (self.ensemble or self.baseline).split("-")[0]
        return tuple(name for name in self.peers if name.split("-")[0] != own)

    def of_season(self, season: str) -> "Hub":
        """Reference days of one season only."""
        return self._of(np.flatnonzero(self.season == season))

    def thinned(self, every: int) -> "Hub":
        """Every n-th reference day only."""
        return self._of(np.arange(every // 2, len(self.days), every))

    def since(self, first: np.datetime64) -> "Hub":
        """Reference days from this moment on."""
        return self._of(np.flatnonzero(self.days >= first))

    def _of(self, kept: NDArray[np.intp]) -> "Hub":
        if not kept.size:
            raise SystemExit(f"no such reference days; seasons in this folder: {', '.join(self.seasons)}")
        peers = {name: Peer(peer.quantiles[kept]) for name, peer in self.peers.items()}
        return replace(self, days=self.days[kept], season=self.season[kept], truth=self.truth[kept], peers=peers)


def read_hub(folder: Path) -> Hub:
    """Read a folder of this form; file names may begin with any hub's name."""
    table = pq.read_table(_one(folder, "*quantiles*.parquet"))
    history = _history(folder)
    days, horizons = _axes(table)
    peers = _peers(table, days, history.places, horizons)
    baseline, ensemble = roles(tuple(peers))
    return Hub(
        history, days, np.array([season_of(day) for day in days]), horizons,
        _truth(history, days, horizons), peers, baseline, ensemble, _background(folder),
    )  # fmt: skip


def season_of(day: np.datetime64) -> str:
    """The season's name: years run from August."""
    year = int(str(day - np.timedelta64(212, "D"))[:4])
    return f"{year}-{(year + 1) % 100:02d}"


def roles(names: Sequence[str]) -> tuple[str, str]:
    """The hub's baseline and ensemble: the pair that shares a prefix, if there is one."""
    bases = sorted(name for name in names if "baseline" in name.lower())
    joint = sorted(name for name in names if "ensemble" in name.lower())
    pairs = [(b, e) for b in bases for e in joint if b.split("-")[0] == e.split("-")[0]]
    if pairs:
        return min(pairs, key=lambda pair: len(pair[0]) + len(pair[1]))
    return next(iter(bases), ""), next(iter(joint), "")


def _history(folder: Path) -> Triangle:
    table = pq.read_table(_one(folder, "*truth_vintages*.parquet"))
    place = _texts(table["location"])
    listed = _listed(folder)
    kept = np.array([name in listed for name in place]) if listed else np.ones(len(place), bool)
    reports = Reports(
        _times(table["as_of"])[kept],
        _times(table["date"]).astype("datetime64[D]")[kept],
        place[kept].tolist(),
        _floats(table["value"])[kept],
    )
    history, problems = triangle(reports)
    print(f"{len(problems)} reports set aside" + "".join(f"\n  {problem}" for problem in problems[:3]))
    return history


def _listed(folder: Path) -> set[str]:
    files = sorted(folder.glob("*locations*.csv"))
    if not files:
        return set()
    with files[0].open(newline="", encoding="utf-8-sig") as lines:
        return {row["location"] for row in csv.DictReader(lines)}


def _axes(table: pa.Table) -> tuple[Days, tuple[int, ...]]:
    days = np.unique(_times(table["reference_date"]).astype("datetime64[D]"))
    horizons = tuple(int(h) for h in np.unique(_floats(table["horizon"])) if h >= 0)
    return days, horizons


def _peers(table: pa.Table, days: Days, places: tuple[str, ...], horizons: tuple[int, ...]) -> dict[str, Peer]:
    names = _texts(table["model"])
    at = _cells(table, days, places, horizons)
    columns = {round(float(name), 4): name for name in table.column_names if _is_number(name)}
    values = np.stack([_floats(table[columns[round(float(level), 4)]]) for level in LEVELS], axis=1)
    out: dict[str, Peer] = {}
    for name in np.unique(names):
        quantiles = np.full((len(days), len(places), len(horizons), len(LEVELS)), np.nan)
        rows = (names == name) & (at[0] >= 0) & (at[1] >= 0) & (at[2] >= 0)
        quantiles[at[0][rows], at[1][rows], at[2][rows]] = values[rows]
        out[str(name)] = Peer(quantiles)
    return out


def _cells(
    table: pa.Table, days: Days, places: tuple[str, ...], horizons: tuple[int, ...]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    day = np.searchsorted(days, _times(table["reference_date"]).astype("datetime64[D]"))
    place_at = {name: i for i, name in enumerate(places)}
    horizon_at = {h: i for i, h in enumerate(horizons)}
    place = np.array([place_at.get(name, -1) for name in _texts(table["location"])])
    horizon = np.array([horizon_at.get(int(h), -1) for h in _floats(table["horizon"])])
    return day, place, horizon


def _truth(history: Triangle, days: Days, horizons: tuple[int, ...]) -> Floats:
    known = history.known(history.vintages[-1])
    truth = np.full((len(days), len(history.places), len(horizons)), np.nan)
    for (i, day), (j, h) in ((a, b) for a in enumerate(days) for b in enumerate(horizons)):
        at = int((day + h * WEEK - known.weeks[0]) / WEEK)
        if 0 <= at < len(known.weeks):
            truth[i, :, j] = known.values[at]
    return truth


def _background(folder: Path) -> tuple[Days, Floats] | None:
    files = sorted(folder.glob("ilinet*.parquet"))
    if not files:
        return None
    table = pq.read_table(files[0])
    day = _times(table["week_start"]).astype("datetime64[D]") + 6
    table, day = table.filter(pa.array(day < PANDEMIC)), day[day < PANDEMIC]
    region = _texts(table["region"])
    weeks = np.arange(day.min(), day.max() + WEEK, WEEK)
    regions, column = np.unique(region, return_inverse=True)
    values = np.full((len(weeks), len(regions)), np.nan)
    values[((day - weeks[0]) // WEEK).astype(np.intp), column] = _floats(table["unweighted_ili"])
    return weeks, values


def _one(folder: Path, pattern: str) -> Path:
    files = sorted(folder.glob(pattern))
    if not files:
        raise SystemExit(f"{folder} holds no file {pattern}")
    return files[0]


def _is_number(name: str) -> bool:
    return name.replace(".", "", 1).isdigit()


def _texts(column: Any) -> Texts:
    return np.array([str(value) for value in column.to_pylist()])


def _floats(column: Any) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _times(column: Any) -> Days:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return np.array(
            [value.rstrip("Z").replace("+00:00", "") for value in column.to_pylist()], dtype="datetime64[s]"
        )
    return column.cast(pa.timestamp("s"), safe=False).to_numpy().astype("datetime64[s]")
