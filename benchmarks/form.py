"""The one form that every benchmark has: measures, goals, and a row in docs/benchmarks.md."""

import json
import math
import os
import platform
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Self

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Goal:
    """A bound on one measure; `at_least` and `at_most` may both be given."""

    at_least: float | None = None
    at_most: float | None = None

    def met(self, value: float) -> bool:
        """Whether the value keeps the bound (a missing value, NaN, never does)."""
        above = self.at_least is None or value >= self.at_least
        below = self.at_most is None or value <= self.at_most
        return bool(value == value and above and below)  # noqa: PLR0124 - NaN is unequal to itself

    def report(self, value: float) -> dict[str, object]:
        """The bound beside whether it was met, as the JSON line carries it."""
        bounds = {"at_least": self.at_least, "at_most": self.at_most}
        return {name: bound for name, bound in bounds.items() if bound is not None} | {"met": self.met(value)}


@dataclass(frozen=True)
class Benchmark:
    """One benchmark: `measure(options)` returns its measures; goals may depend on what was measured."""

    name: str
    about: str
    measure: Callable[[Namespace], Mapping[str, float]]
    goals: Mapping[str, Goal] | Callable[[Mapping[str, float]], Mapping[str, Goal]]
    packages: Sequence[str] = ()
    options: Callable[[ArgumentParser], None] | None = None
    versions: Callable[[], Mapping[str, str]] | None = None
    row: Callable[[Namespace], str] | None = None

    def row_of(self, options: Namespace) -> str:
        """The name under which a run's result is kept; another one, or none, where options change what is run.

        A run on somebody's own data is none of the row's, unless the benchmark says so.
        """
        if self.row:
            return self.row(options)
        return "" if options.data else self.name

    def goals_for(self, measures: Mapping[str, float]) -> Mapping[str, Goal]:
        """The goals that apply to these measures."""
        return self.goals(measures) if callable(self.goals) else self.goals


@dataclass
class Clock:
    """Wall and CPU seconds of a block, this process and the children it has waited for."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> Self:
        self._start = time.perf_counter(), _cpu_seconds()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._start[0]
        self.cpu = _cpu_seconds() - self._start[1]


def run(benchmark: Benchmark, arguments: Sequence[str]) -> None:
    """Measure, print a table (and the JSON line when asked), and write the row of a full run."""
    options = parse(benchmark, arguments)
    report = report_of(benchmark, benchmark.measure(options), arguments)
    print(table(report))
    if not options.quick and (row := benchmark.row_of(options)):
        write_row(report, row)
    if options.json:
        print(json.dumps(finite(report), allow_nan=False))


def finite(found: object) -> object:
    """The same with null for what could not be measured: JSON has no NaN."""
    if isinstance(found, Mapping):
        return {name: finite(value) for name, value in found.items()}
    return None if isinstance(found, float) and not math.isfinite(found) else found


def parse(benchmark: Benchmark, arguments: Sequence[str]) -> Namespace:
    """The options every benchmark has, and its own."""
    parser = ArgumentParser(prog=f"python -m benchmarks {benchmark.name}", description=benchmark.about)
    parser.add_argument("--quick", action="store_true", help="a smaller run of at most 60 seconds")
    parser.add_argument("--data", type=Path, help="folder with data that may not be shipped")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    if benchmark.options:
        benchmark.options(parser)
    return parser.parse_args(arguments)


def report_of(benchmark: Benchmark, measures: Mapping[str, float], arguments: Sequence[str]) -> dict[str, object]:
    """Everything a reader needs to trust the figures and to get them again."""
    goals = benchmark.goals_for(measures)
    return {
        "benchmark": benchmark.name,
        "measures": {name: round(float(value), 12) for name, value in measures.items()},
        "goals": {name: goal.report(measures[name]) for name, goal in goals.items() if name in measures},
        "versions": versions_of(benchmark),
        "machine": machine(),
        "command": " ".join(["python -m benchmarks", benchmark.name, *map(_placeless, arguments)]),
    }


def _placeless(argument: str) -> str:
    """A folder of this machine is nobody else's: it is called DIR."""
    return "DIR" if argument.startswith(("/", "~", "..")) else argument


def versions_of(benchmark: Benchmark) -> dict[str, str]:
    """Versions of Python, of the packages named, and whatever else the benchmark knows of."""
    found = {"python": platform.python_version()}
    for package in benchmark.packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found | dict(benchmark.versions() if benchmark.versions else {})


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    names = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        "cpu": names[0].split(":")[1].strip() if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory) / 1e6, 1),
        "system": platform.platform(),
    }


def table(report: Mapping[str, object]) -> str:
    """The measures as lines that a person reads: value, goal, met or missed."""
    goals = report["goals"]
    assert isinstance(goals, dict)
    measures = report["measures"]
    assert isinstance(measures, dict)
    known = {name: float("nan") if value is None else value for name, value in measures.items()}
    return "\n".join(f"{name:<40} {value:>14.6g}   {_verdict(goals.get(name))}" for name, value in known.items())


def write_row(report: Mapping[str, object], name: str) -> None:
    """Keep this run's full result and make docs/benchmarks.md anew from all results kept."""
    RESULTS.mkdir(exist_ok=True)
    dated = {**report, "benchmark": name, "day": datetime.now(UTC).date().isoformat()}
    (RESULTS / f"{name}.json").write_text(json.dumps(finite(dated), indent=1, allow_nan=False) + "\n")
    reports = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(["# Benchmarks\n", *map(_section, reports)]))


def _section(report: Mapping[str, object]) -> str:
    machine_of = report["machine"]
    versions = report["versions"]
    assert isinstance(machine_of, dict)
    assert isinstance(versions, dict)
    about = f"`{report['command']}`, {report['day']}; {machine_of['cpu']}, {machine_of['cores']} cores"
    parts = ", ".join(f"{package} {number}" for package, number in versions.items())
    return f"## {report['benchmark']}\n\n{about}; {parts}\n\n```\n{table(report)}\n```\n"


def _verdict(goal: Mapping[str, object] | None) -> str:
    if goal is None:
        return ""
    bounds = [f"{sign} {goal[key]}" for key, sign in (("at_least", "≥"), ("at_most", "≤")) if key in goal]
    return f"{' and '.join(bounds)}: {'met' if goal['met'] else 'MISSED'}"


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
