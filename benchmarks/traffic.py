"""Delay on any folder of SUMO scenarios in RESCO's form, beside every peer, in one command."""

import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import mean, median

from benchmarks.form import Benchmark, Goal
from benchmarks.sumo.made import make_maps
from benchmarks.sumo.scenario import Scenario, scenarios_in
from benchmarks.sumo.setup import CACHE, PACKAGES, home_of

BUILT_IN = ["fixed", "actuated", "delay_based"]
HEURISTICS = ["pressure@10", "wave@10", "pressure@1", "wave@1"]
REFERENCE = Path(__file__).parent / "reference" / "traffic.yaml"
OPTIONS = Namespace()


def options(parser: ArgumentParser) -> None:
    """What may be varied; none of it changes the engine."""
    parser.add_argument("--maps", help="names of folders, by commas; all by default")
    parser.add_argument("--sumo", choices=sorted(PACKAGES), default="current")
    parser.add_argument("--seeds", help="by commas; 1 to 3 by default, 1 to 10 on 1.9.2")
    parser.add_argument("--cadence", choices=["free", "10s"], default="free")
    parser.add_argument("--demand", type=float, default=1.0, help="factor on the demand")
    parser.add_argument("--closures", type=int, default=0, help="lanes closed all through, drawn by the seed")
    parser.add_argument("--dropout", type=float, default=0.0, help="share of time that a lane is not seen")
    parser.add_argument("--seconds", type=int, default=0, help="only the first seconds of each map")
    parser.add_argument("--only-ours", action="store_true", help="do not re-run the peers")


def measure(chosen: Namespace) -> Mapping[str, float]:
    """Every map, seed and driver; one process a map and seed, drivers interleaved inside."""
    vars(OPTIONS).update(vars(chosen))
    home = home_of(chosen.sumo)
    data = chosen.data or make_maps(home_of("current"), CACHE / "made-maps")
    maps = scenarios_in(data, chosen.maps.split(",") if chosen.maps else None)
    measures: dict[str, float] = {}
    for scenario in maps[:1] if chosen.quick else maps:
        measures |= _map_measures(scenario.name, _runs(home, scenario, chosen), chosen)
    return measures | _shares(measures)


def _runs(home: Path, scenario: Scenario, chosen: Namespace) -> dict[str, list[float]]:
    ours = "ours@1" if chosen.cadence == "free" else "ours@10"
    peers = ["fixed", "actuated", "wave@10"] if chosen.quick else BUILT_IN + HEURISTICS
    drivers = [ours] if chosen.only_ours else [*peers, ours]
    found: dict[str, list[float]] = defaultdict(list)
    for seed in _seeds(chosen):
        task = {
            "home": str(home), "folder": str(scenario.net.parent), "seed": seed, "drivers": drivers,
            "demand": chosen.demand, "closures": chosen.closures, "dropout": chosen.dropout,
            "seconds": chosen.seconds or (600 if chosen.quick else 0),
        }  # fmt: skip
        for row in _work(task):
            found[row["driver"].replace(ours, "ours")].append(row["delay"])
        shown = "  ".join(f"{name} {runs[-1]:.1f}" for name, runs in found.items())
        print(f"{scenario.name} seed {seed}: {shown}", flush=True)
    return found


def _seeds(chosen: Namespace) -> list[int]:
    if chosen.seeds:
        return [int(seed) for seed in chosen.seeds.split(",")]
    if chosen.quick:
        return [chosen.seed]
    return list(range(1, 11 if chosen.sumo == "1.9.2" else 4))


def _work(task: dict) -> list[dict]:
    command = [sys.executable, "-m", "benchmarks.sumo.worker", json.dumps(task)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"the simulator failed on {task['folder']}:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"driver"')]


def _map_measures(name: str, runs: dict[str, list[float]], chosen: Namespace) -> dict[str, float]:
    ours = mean(runs["ours"])
    found = {f"{name}.delay": ours, f"{name}.worst_over_median": max(runs["ours"]) / median(runs["ours"])}
    plain = chosen.demand == 1 and not (chosen.closures or chosen.dropout or chosen.seconds or chosen.quick)
    published = _published()
    if chosen.sumo == "1.9.2" and name in published and plain:
        found[f"{name}.ratio_published"] = ours / published[name]
    peers = {driver: mean(delays) for driver, delays in runs.items() if driver != "ours"}
    for label, group in (("builtin", BUILT_IN), ("heuristic", HEURISTICS)):
        if best := [peers[driver] for driver in group if driver in peers]:
            found[f"{name}.ratio_{label}"] = ours / min(best)
    if "actuated" in peers:
        found[f"{name}.ratio_actuated"] = ours / peers["actuated"]
    return found | {f"{name}.{driver}": delay for driver, delay in peers.items()}


def _published() -> dict[str, float]:
    lines = [line for line in REFERENCE.read_text().splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.split(": ") for line in lines)}


def _shares(measures: Mapping[str, float]) -> dict[str, float]:
    ratios = [value for name, value in measures.items() if name.endswith(".ratio_published")]
    if not ratios:
        return {}
    bound = 0.9 if OPTIONS.cadence == "free" else 1.0
    return {"maps_share_beating_published": sum(ratio <= bound for ratio in ratios) / len(ratios)}


def goals(measures: Mapping[str, float]) -> Mapping[str, Goal]:
    """As asked: 0.90 of the published on most maps and 1.00 on all; on today's SUMO, against peers re-run."""
    bounds = {"worst_over_median": 1.5}
    if OPTIONS.sumo == "current":
        bounds |= {"ratio_builtin": 0.6, "ratio_heuristic": 0.85}
    elif OPTIONS.cadence == "free":
        bounds |= {"ratio_published": 1.0}
    found = {name: Goal(at_most=bounds[name.split(".")[-1]]) for name in measures if name.split(".")[-1] in bounds}
    return found | {"maps_share_beating_published": Goal(at_least=0.501)}


BENCHMARK = Benchmark(
    name="traffic",
    about="Delay of adaptive control in SUMO beside published and re-run peers.",
    measure=measure,
    goals=goals,
    packages=("numpy", "numba"),
    options=options,
    versions=lambda: {"sumo": PACKAGES[OPTIONS.sumo][0].split("==")[1]},
)
