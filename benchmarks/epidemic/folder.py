"""Reads a forecast hub's folder: truth vintages, locations, peers' quantiles, related years if any."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.epidemic.columns import (
    Days,
    Floats,
    Texts,
    days_of,
    find,
    floats,
    listed,
    one,
    one_name,
    read,
    texts,
    times,
)
from benchmarks.epidemic.peers import HOUR, Peer, Tasks, inside_weeks, peers_of, roles, week_index
from citywide.systems.epidemic.engine.forecast.made import DEADLINE
from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.engine.triangle import WEEK, Reports, Snapshot, Triangle, triangle

PANDEMIC = np.datetime64("2020-03-01")  # visits for influenza-like illness meant something else from here on

FORECAST = ("model", "reference_date", "location")
OFTEN = 0.05  # share of the reports that makes a weekday one on which reports are dated
DAYS_AT_MOST = 3  # such weekdays where reports are of weeks: some end theirs on a Saturday and some on a Sunday
ALONE = 26  # weeks of history before the first reference day of a folder without forecasts


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
    def levels(self) -> NDArray[np.bool_]:
        """The quantile levels that the peers have answered, on which all are scored."""
        used = [~np.isnan(peer.quantiles).all(axis=(0, 1, 2)) for peer in self.peers.values()]
        return np.any(used, axis=0) if np.any(used) else np.ones(len(LEVELS), dtype=bool)

    @property
    def deadline(self) -> np.timedelta64:
        """How long before a reference day forecasts are due: a day inside a week is itself the day they are due."""
        return HOUR if inside_weeks(self.days, self.history.weeks) else DEADLINE

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
        return self._of(np.arange(min(every, len(self.days)) // 2, len(self.days), every))

    def since(self, first: np.datetime64) -> "Hub":
        """Reference days from this moment on."""
        return self._of(np.flatnonzero(self.days >= first))

    def _of(self, kept: NDArray[np.intp]) -> "Hub":
        if not kept.size:
            raise SystemExit(f"no such reference days; seasons in this folder: {', '.join(self.seasons)}")
        peers = {name: Peer(peer.quantiles[kept]) for name, peer in self.peers.items()}
        return replace(self, days=self.days[kept], season=self.season[kept], truth=self.truth[kept], peers=peers)


def read_hub(folder: Path) -> Hub:
    """Read a folder of this form; file names may begin with any hub's name, and forecasts may be missing."""
    history = _history(folder)
    truth = history.known(history.vintages[-1])
    file = find(folder, "*quantiles*")
    tasks, peers = peers_of(read(file, FORECAST), history) if file else (_own_tasks(history), {})
    baseline, ensemble = roles(tuple(peers))
    return Hub(
        history, tasks.days, np.array([season_of(day) for day in tasks.days]), tasks.horizons,
        truth_of(truth, tasks), peers, baseline, ensemble, _background(folder),
    )  # fmt: skip


def season_of(day: np.datetime64) -> str:
    """The season's name: years run from August."""
    year = int(str(day - np.timedelta64(212, "D"))[:4])
    return f"{year}-{(year + 1) % 100:02d}"


def _history(folder: Path) -> Triangle:
    table = read(one(folder, "*truth_vintages*"), ("as_of", "date", "location", "value"))
    _by_week(table)
    place = one_name(texts(table["location"]))
    kept = np.isin(place, list(listed(folder, set(place.tolist()) - {""})))
    if not kept.all():
        print(f"reports set aside, of places not listed: {', '.join(sorted(set(place[~kept].tolist()))) or 'unnamed'}")
    reports = Reports(
        times(table["as_of"])[kept], days_of(table["date"])[kept], place[kept].tolist(), floats(table["value"])[kept]
    )
    try:
        history, problems = triangle(reports)
    except ValueError as nothing:
        raise SystemExit(f"{folder}: {nothing}") from nothing
    print(f"{len(problems)} reports set aside" + "".join(f"\n  {problem}" for problem in problems[:3]))
    return history


def _by_week(table: pa.Table) -> None:
    """Reports of days and of several targets are no weeks' counts: whoever has them must say which are meant."""
    day = days_of(table["date"])
    weekday = np.bincount(day[~np.isnat(day)].astype(np.int64) % 7, minlength=7)
    if (weekday > OFTEN * weekday.sum()).sum() > DAYS_AT_MOST:
        raise SystemExit("the reports are of days, not of weeks: sum seven days to the week's end in every vintage")
    targets = set(texts(table["target"]).tolist()) if "target" in table.column_names else set[str]()
    if len(targets) > 1:
        raise SystemExit(f"the reports are of several targets, and one is wanted: {', '.join(sorted(targets))}")


def _own_tasks(history: Triangle) -> Tasks:
    """Where no team has forecast: four weeks from every week that has a vintage of its own."""
    newest = [history.known(moment).weeks[-1] for moment in history.vintages]
    days = np.unique(np.array([week + WEEK for week in newest if week >= history.weeks[0] + ALONE * WEEK]))
    return Tasks(days, history.places, (0, 1, 2, 3))


def truth_of(known: Snapshot, tasks: Tasks) -> Floats:
    """What is known of every task by day, place and horizon; NaN where nothing is."""
    truth = np.full((len(tasks.days), len(tasks.places), len(tasks.horizons)), np.nan)
    first = week_index(tasks.days, known.weeks)
    for column, horizon in enumerate(tasks.horizons):
        at = first + horizon
        told = (at >= 0) & (at < len(known.weeks))
        truth[told, :, column] = known.values[at[told]]
    return truth


def _background(folder: Path) -> tuple[Days, Floats] | None:
    file = find(folder, "ilinet*")
    if file is None:
        return None
    table = read(file, ("week_start", "region", "unweighted_ili"))
    day = days_of(table["week_start"]) + 6
    table, day = table.filter(pa.array(day < PANDEMIC)), day[day < PANDEMIC]
    region = texts(table["region"])
    weeks = np.arange(day.min(), day.max() + WEEK, WEEK)
    regions, column = np.unique(region, return_inverse=True)
    values = np.full((len(weeks), len(regions)), np.nan)
    values[((day - weeks[0]) // WEEK).astype(np.intp), column] = floats(table["unweighted_ili"])
    return weeks, values
