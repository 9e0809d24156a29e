"""Weekly forecasts against those of a public forecast hub, walked forward vintage by vintage."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.epidemic.folder import Hub, read_hub
from benchmarks.epidemic.made_seasons import made_world
from benchmarks.epidemic.other_diseases import DISEASES, other_world
from benchmarks.form import Benchmark, Goal
from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.forecast.elsewhere import Background
from citywide.systems.epidemic.engine.forecast.forecaster import Forecaster
from citywide.systems.epidemic.engine.forecast.made import Forecast, Setting
from citywide.systems.epidemic.engine.scores import Scores, score

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]

FEW = Trees(folds=3, rounds=70)
WORLDS = 16
SYNTHETIC = ("wis_ratio_baseline", "logwis_ratio_baseline", "coverage50", "coverage95")
MADE = ("made-", "synthetic.", "others.", *(f"{name}-" for name in DISEASES))
OFTEN = 0.6  # a peer is compared when it answered this share of the baseline's tasks


@dataclass(frozen=True)
class Table:
    """Scores by reference day, place and horizon; NaN where nothing was forecast or the truth is unknown."""

    wis: Floats
    log_wis: Floats
    in50: Floats
    in95: Floats

    def of(self, days: Bools) -> "Table":
        """Some reference days only."""
        return Table(self.wis[days], self.log_wis[days], self.in50[days], self.in95[days])


def measure(options: Namespace) -> Mapping[str, float]:
    """Forecast every reference day in order, score beside the peers, print the tables."""
    if options.synthetic:
        return _of_worlds(options.seed, options.quick)
    if options.data is None:
        raise SystemExit("the forecast benchmark needs --data DIR (truth vintages, locations, peers' quantiles)")
    hub = read_hub(options.data)
    hours = options.deadline_hours
    deadline = hub.deadline if hours is None else np.timedelta64(hours, "h")
    hub = hub.since(hub.history.vintages[0] + deadline)
    hub = hub.thinned(6) if options.quick else hub
    hub = hub.of_season(options.season) if options.season else hub
    setting = Setting(
        horizons=hub.horizons,
        trees=FEW if options.quick else Trees(),
        lessons_at_most=15_000 if options.quick else 50_000,
        deadline=deadline,
        seed=options.seed,
    )
    started = time.perf_counter()
    ours = list(_walked(hub, setting))
    seconds = (time.perf_counter() - started) / max(len(ours), 1)
    tables = {name: _scored(hub, peer.quantiles) for name, peer in hub.peers.items()}
    mine = _scored(hub, np.stack([made.quantiles for made in ours]))
    return _measures(hub, mine, tables) | {"seconds_per_week": seconds}


def _of_worlds(seed: int, quick: bool) -> dict[str, float]:
    """Made-up worlds instead of a folder: scores over those of a flat forecast, on average and at worst."""
    if quick:
        return _on_average("synthetic", [made_world(seed, 6)])
    made = _on_average("synthetic", [made_world(seed + number, 3) for number in range(WORLDS)])
    return made | _on_average("others", [other_world(name, seed + more, 3) for name in DISEASES for more in (0, 1)])


def _on_average(kind: str, worlds: Sequence[Hub]) -> dict[str, float]:
    setting, found = Setting(trees=FEW, lessons_at_most=8_000), dict[str, float]()
    for hub in worlds:
        mine = _scored(hub, np.stack([made.quantiles for made in _walked(hub, setting)]))
        found |= _measures(hub, mine, {name: _scored(hub, peer.quantiles) for name, peer in hub.peers.items()})
    of = {end: [value for name, value in found.items() if name.endswith(f".{end}")] for end in SYNTHETIC}
    means = {f"{kind}.{end}": float(np.mean(values)) for end, values in of.items()}
    return found | means | {f"{kind}.wis_ratio_worst": max(of["wis_ratio_baseline"])}


def _walked(hub: Hub, setting: Setting) -> Iterable[Forecast]:
    background = Background(*hub.background) if hub.background else None
    for made in Forecaster(setting, background).walk(hub.history, list(hub.days)):
        shares = " ".join(f"{name} {share:.2f}" for name, share in made.weights.items())
        print(f"{made.reference} {shares}, spread x{made.spread.mean():.2f}", flush=True)
        yield made


def _scored(hub: Hub, quantiles: Floats) -> Table:
    flat = score(hub.truth.ravel(), quantiles.reshape(-1, quantiles.shape[-1]), hub.levels)
    known = ~np.isnan(flat.wis)
    return Table(*(_shaped(values, known, hub) for values in _columns(flat)))


def _columns(scores: Scores) -> tuple[Floats, Floats, Floats, Floats]:
    return scores.wis, scores.log_wis, scores.in50.astype(np.float64), scores.in95.astype(np.float64)


def _shaped(values: Floats, known: Bools, hub: Hub) -> Floats:
    return np.where(known, values, np.nan).reshape(hub.truth.shape)


def _measures(hub: Hub, mine: Table, peers: dict[str, Table]) -> dict[str, float]:
    measures: dict[str, float] = {}
    for season in hub.seasons:
        days = hub.season == season
        inside = {name: table.of(days) for name, table in peers.items()}
        measures |= _season(hub, season, mine.of(days), inside)
    best, value = _best(hub, mine, peers)
    if best:
        print(f"best single model over all seasons: {best}")
        measures["pooled.wis_ratio_best"] = value
    return measures


def _season(hub: Hub, season: str, mine: Table, peers: dict[str, Table]) -> dict[str, float]:
    best, value = _best(hub, mine, peers)
    print(_page(season, hub, mine, peers, best))
    out = {f"{season}.wis_ratio_best": value} if best else {}
    for role, name in (("ensemble", hub.ensemble), ("baseline", hub.baseline)):
        if name:
            out[f"{season}.wis_ratio_{role}"] = ratio(mine.wis, peers[name].wis)
            out[f"{season}.logwis_ratio_{role}"] = ratio(mine.log_wis, peers[name].log_wis)
    out[f"{season}.coverage50"] = float(np.nanmean(mine.in50))
    out[f"{season}.coverage95"] = float(np.nanmean(mine.in95))
    return out


def _best(hub: Hub, mine: Table, peers: dict[str, Table]) -> tuple[str, float]:
    """The team with the lowest score relative to the baseline on common tasks, and our ratio to it."""
    if not hub.baseline:
        return "", float("nan")
    base = peers[hub.baseline].wis
    usual = (~np.isnan(base)).sum()
    often = [name for name in hub.teams if (~np.isnan(peers[name].wis)).sum() >= max(OFTEN * usual, 1)]
    if not often:
        return "", float("nan")
    best = min(often, key=lambda name: ratio(peers[name].wis, base))
    return best, ratio(mine.wis, peers[best].wis)


def ratio(ours: Floats, theirs: Floats) -> float:
    """Sum of scores over sum of scores, on the tasks that both answered."""
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    whole = float(theirs[both].sum())
    return float(ours[both].sum()) / whole if whole else float("nan")


def _page(season: str, hub: Hub, mine: Table, peers: dict[str, Table], best: str) -> str:
    rows = [f"{season}: score over peer's, by horizon {hub.horizons}, then all; log scale"]
    for name in dict.fromkeys(filter(None, (hub.baseline, hub.ensemble, best))):
        by = [ratio(mine.wis[..., h], peers[name].wis[..., h]) for h in range(len(hub.horizons))]
        both = (ratio(mine.wis, peers[name].wis), ratio(mine.log_wis, peers[name].log_wis))
        rows.append(f"  {name:<28}" + " ".join(f"{value:.3f}" for value in (*by, *both)))
    for share, hits in ((50, mine.in50), (95, mine.in95)):
        by = [float(np.nanmean(hits[..., h])) for h in range(len(hub.horizons))]
        rows.append(f"  within {share} %{'':<17}" + " ".join(f"{value:.3f}" for value in (*by, np.nanmean(hits))))
    return "\n".join(rows)


def goals(measures: Mapping[str, float]) -> dict[str, Goal]:
    """The bounds of the issue, for every season of a folder that was measured; made-up worlds have none."""
    bounds = {
        "wis_ratio_ensemble": Goal(at_most=0.95),
        "logwis_ratio_ensemble": Goal(at_most=0.92),
        "coverage95": Goal(at_least=0.92, at_most=0.97),
    }
    ends = {name: name.split(".")[-1] for name in measures if not name.startswith(MADE)}
    found = {name: bounds[end] for name, end in ends.items() if end in bounds}
    return found | {"pooled.wis_ratio_best": Goal(at_most=1.0), "seconds_per_week": Goal(at_most=120)}


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--season", help="one season only, such as 2023-24")
    parser.add_argument(
        "--synthetic",
        action="store_true",
        help="made-up worlds, of other diseases too, with a flat forecast as the peer",
    )
    parser.add_argument(
        "--deadline-hours",
        type=int,
        help="hours before the reference day's start: no later vintage is read "
        "(43, or 1 where the reference day lies inside a week)",
    )


def _row(options: Namespace) -> str:
    whole = not options.season and options.deadline_hours is None
    return "forecast-synthetic" if options.synthetic else "forecast" if whole else ""


BENCHMARK = Benchmark(
    name="forecast",
    about=__doc__ or "",
    measure=measure,
    goals=goals,
    packages=("lightgbm", "numpy", "scipy"),
    options=_options,
    row=_row,
)
