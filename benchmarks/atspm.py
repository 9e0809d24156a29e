"""Measures of controller events against the public `atspm` package: the same answers, and how much sooner."""

import json
import os
import statistics
import subprocess
import venv
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.form import Benchmark, Clock, Goal
from citywide.systems.traffic.engine import measures as m

HERE = Path(__file__).parent
ROOM = HERE / ".cache" / "atspm"
PEER = ("atspm==2.6.1", "duckdb<2")
SIGNALS, QUICK_SIGNALS = 100, 10
KEYS = {"time_ms", "device", "phase", "detector", "code", "at_ms", "reason", "state", "red_offset_s"}

COLUMNS: dict[str, dict[str, str]] = {
    "has_data": {"TimeStamp": "time_ms"},
    "actuations": {"TimeStamp": "time_ms", "Detector": "detector", "Total": "total"},
    "arrival_on_green": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "Total_Actuations": "total",
        "Percent_AOG": "on_green",
    },
    "platoon_ratio": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "Total_Actuations": "total",
        "Green_Actuations": "green_total",
        "Percent_AOG": "on_green",
        "Green_Seconds": "green_s",
        "Green_Ratio": "green_ratio",
        "Platoon_Ratio": "platoon_ratio",
        "Arrival_Type": "arrival_type",
    },
    "communications": {"TimeStamp": "time_ms", "EventId": "code", "Average": "average"},
    "coordination": {
        "TimeStamp": "time_ms",
        "Raw_TimeStamp": "at_ms",
        "EventId": "code",
        "Parameter": "parameter",
    },
    "ped": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "PedServices": "ped_services",
        "PedActuation": "ped_actuations",
    },
    "unique_ped": {"TimeStamp": "time_ms", "Phase": "phase", "Unique_Actuations": "unique_actuations"},
    "full_ped": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "PedServices": "ped_services",
        "PedActuation": "ped_actuations",
        "Unique_Actuations": "unique_actuations",
        "Estimated_Volumes": "estimated_volume",
    },
    "split_failures": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "Green_Time": "green_s",
        "Green_Occupancy": "green_occupancy",
        "Red_Occupancy": "red_occupancy",
        "Split_Failure": "split_failures",
    },
    "splits": {
        "TimeStamp": "time_ms",
        "EventId": "code",
        "Services": "services",
        "Average_Split": "average_split",
    },
    "terminations": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "PerformanceMeasure": "reason",
        "Total": "total",
    },
    "yellow_red": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "Signal_State": "state",
        "Red_Offset": "red_offset_s",
        "Count": "count",
    },
    "ped_delay": {"TimeStamp": "time_ms", "Phase": "phase", "AvgPedDelay": "delay_s", "Samples": "samples"},
    "phase_wait": {
        "TimeStamp": "time_ms",
        "Phase": "phase",
        "AvgPhaseWait": "wait_s",
        "MaxPhaseWait": "longest_s",
        "TotalSkips": "skips",
    },
    "coordination_agg": {
        "TimeStamp": "time_ms",
        "Pattern": "pattern",
        "CycleLength": "cycle_length",
        "ActualCycleLength": "actual_cycle_length",
        "ActualOffset": "actual_offset",
    },
}


def ours(raw: Mapping[str, np.ndarray], detectors: m.Detectors) -> dict[str, m.Table]:
    """Every measure that the peer computes, by the peer's names, from columns in memory."""
    events = m.Events.of(raw["time_ms"], raw["device"], raw["code"], raw["parameter"])
    whole = m.has_data(events)
    return {
        "has_data": whole,
        "actuations": m.actuations(events, zeros=True),
        "arrival_on_green": m.arrivals_on_green(events, detectors),
        "platoon_ratio": m.platoon_ratio(events, detectors),
        "communications": m.communications(events),
        "coordination": m.coordination(events),
        "ped": m.pedestrians(events),
        "unique_ped": m.unique_pedestrians(events),
        "full_ped": m.pedestrian_volumes(events),
        "split_failures": m.split_failures(events, detectors),
        "splits": m.splits(events),
        "terminations": m.terminations(events),
        "yellow_red": m.yellow_red(events, detectors),
        "ped_delay": m.pedestrian_delay(events, whole),
        "phase_wait": m.phase_wait(events, whole, cycle_code=316),
        "coordination_agg": m.coordination_state(events, whole),
    }


def measure(options: Namespace) -> dict[str, float]:
    """The peer's own sample first, then the same hours at many signals; both sides in turn."""
    install()
    raw, config = _sample(options.data)
    one = compare(raw, config, rounds=3 if options.quick else 9)
    many = QUICK_SIGNALS if options.quick else SIGNALS
    wide = compare(*_repeated(raw, config, many), rounds=1 if options.quick else 3)
    return {
        "max_difference": max(one["difference"], wide["difference"]),
        "speed_ratio": one["wall_ratio"],
        "speed_ratio_cpu": one["cpu_ratio"],
        "ours_ms": one["ours_ms"],
        "peer_ms": one["peer_ms"],
        "signals": many,
        "speed_ratio_signals": wide["wall_ratio"],
        "speed_ratio_signals_cpu": wide["cpu_ratio"],
        "ours_signals_s": wide["ours_ms"] / 1000,
        "peer_signals_s": wide["peer_ms"] / 1000,
        "measures_compared": len(COLUMNS),
    }


def compare(raw: pa.Table, config: pa.Table, rounds: int) -> dict[str, float]:
    """Runs of both in turn, the medians of their times and the largest difference between their answers."""
    columns, detectors = _columns(raw), _detectors(config)
    with TemporaryDirectory() as folder, _peer(raw, config, Path(folder)) as ask:
        ask(folder)
        difference = max(_differences(ours(columns, detectors), Path(folder)).values())
        peers, own = [], []
        for _ in range(rounds):
            peers.append(ask("-"))
            with Clock() as clock:
                ours(columns, detectors)
            own.append(clock)
    wall, cpu = (statistics.median(getattr(clock, name) for clock in own) for name in ("wall", "cpu"))
    peer_wall, peer_cpu = (statistics.median(spent[name] for spent in peers) for name in ("wall", "cpu"))
    return {
        "difference": difference,
        "wall_ratio": peer_wall / wall,
        "cpu_ratio": peer_cpu / max(cpu, 1e-3),
        "ours_ms": wall * 1000,
        "peer_ms": peer_wall * 1000,
    }


def install() -> None:
    """The peer in an environment of its own, made once."""
    if (ROOM / "ready").exists():
        return
    venv.create(ROOM, with_pip=True, clear=True)
    subprocess.run([_python(), "-m", "pip", "install", "--quiet", *PEER], check=True)
    (ROOM / "ready").touch()


@contextmanager
def _peer(raw: pa.Table, config: pa.Table, folder: Path) -> Iterator[Callable[[str], dict[str, float]]]:
    paths = folder / "raw.arrow.parquet", folder / "config.arrow.parquet"
    for table, path in zip((raw, config), paths, strict=True):
        pq.write_table(table, path)
    names = ",".join([*COLUMNS, "timeline"])
    command = [_python(), "-P", str(HERE / "_atspm_peer.py"), *map(str, paths), names]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        source, sink = process.stdout, process.stdin
        if source.readline().strip() != "ready":
            raise RuntimeError("the atspm package did not start; see the lines above")

        def ask(where: str) -> dict[str, float]:
            sink.write(where + "\n")
            sink.flush()
            return json.loads(source.readline())

        yield ask
        sink.close()


def _differences(tables: Mapping[str, m.Table], folder: Path) -> dict[str, float]:
    """Per measure, the largest difference of any cell; a row that only one side has counts as infinite."""
    return {name: _difference(name, tables[name], pq.read_table(folder / f"{name}.parquet")) for name in COLUMNS}


def _difference(name: str, table: m.Table, peer: pa.Table) -> float:
    names = {"DeviceId": "device", **COLUMNS[name]}
    theirs = {own: _plain(peer.column(other)) for other, own in names.items()}
    mine = {own: table[own] for own in names.values()}
    if len(mine["device"]) != len(theirs["device"]):
        return float("inf")
    if len(mine["device"]) == 0:
        return 0.0
    orders = [_order(side, name) for side in (mine, theirs)]
    return max(_gap(mine[own][orders[0]], theirs[own][orders[1]]) for own in names.values())


def _order(side: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    keys = [own for own in ("device", *COLUMNS[name].values()) if own in KEYS]
    return np.lexsort([side[own] for own in reversed(keys)])


def _gap(mine: np.ndarray, theirs: np.ndarray) -> float:
    if mine.dtype.kind in "US" or theirs.dtype.kind in "USO":
        return 0.0 if (mine.astype(str) == theirs.astype(str)).all() else float("inf")
    exact = mine.astype(theirs.dtype) if theirs.dtype == np.float32 else mine
    gap = np.abs(exact.astype(float) - theirs.astype(float))
    return float(np.where(np.isnan(exact.astype(float)) & np.isnan(theirs.astype(float)), 0, gap).max())


def _plain(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("ms")).cast(pa.int64()).to_numpy()
    return column.to_numpy()


def _columns(raw: pa.Table) -> dict[str, np.ndarray]:
    names = {"TimeStamp": "time_ms", "DeviceId": "device", "EventId": "code", "Parameter": "parameter"}
    return {own: _plain(raw.column(other)) for other, own in names.items()}


def _detectors(config: pa.Table) -> m.Detectors:
    return m.Detectors.of(*(_plain(config.column(name)) for name in ("DeviceId", "Phase", "Parameter", "Function")))


def _sample(data: Path | None) -> tuple[pa.Table, pa.Table]:
    if data:
        return pq.read_table(data / "raw.parquet"), pq.read_table(data / "config.parquet")
    where = next((ROOM / "lib").glob("python*")) / "site-packages" / "atspm" / "data"
    return pq.read_table(where / "sample_raw_data.parquet"), pq.read_table(where / "sample_config.parquet")


def _repeated(raw: pa.Table, config: pa.Table, times: int) -> tuple[pa.Table, pa.Table]:
    """The same hours at many signals, numbered one after another."""
    return _renumbered(raw, times), _renumbered(config, times)


def _renumbered(table: pa.Table, times: int) -> pa.Table:
    place = table.column_names.index("DeviceId")
    parts = [
        table.set_column(place, "DeviceId", pa.array(_plain(table.column("DeviceId")) + number))
        for number in range(times)
    ]
    return pa.concat_tables(parts).combine_chunks()


def _python() -> str:
    return str(ROOM / ("Scripts" if os.name == "nt" else "bin") / "python")


def _versions() -> dict[str, str]:
    code = "from importlib.metadata import version as v; print(v('atspm'), v('duckdb'))"
    found = subprocess.run([_python(), "-c", code], check=True, capture_output=True, text=True).stdout.split()
    return dict(zip(("atspm", "duckdb (the peer's)"), found, strict=True))


BENCHMARK = Benchmark(
    name="atspm",
    about=__doc__ or "",
    measure=measure,
    goals={
        "max_difference": Goal(at_most=1e-6),
        "speed_ratio": Goal(at_least=10),
    },
    packages=("numpy",),
    versions=_versions,
)
