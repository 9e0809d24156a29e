"""Measures of controller events against the public `atspm` package: the same answers, and how much sooner."""

import statistics
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.form import Benchmark, Clock, Goal
from benchmarks.traffic.atspm_columns import COLUMNS
from benchmarks.traffic.atspm_gaps import differences, plain
from benchmarks.traffic.atspm_room import ROOM, install, peer, versions
from citywide.systems.traffic.engine import measures as m

SIGNALS, QUICK_SIGNALS = 100, 10


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
    with TemporaryDirectory() as folder, peer(raw, config, Path(folder)) as ask:
        ask(folder)
        difference = max(differences(ours(columns, detectors), Path(folder)).values())
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


def _columns(raw: pa.Table) -> dict[str, np.ndarray]:
    names = {"TimeStamp": "time_ms", "DeviceId": "device", "EventId": "code", "Parameter": "parameter"}
    return {own: plain(raw.column(other)) for other, own in names.items()}


def _detectors(config: pa.Table) -> m.Detectors:
    return m.Detectors.of(*(plain(config.column(name)) for name in ("DeviceId", "Phase", "Parameter", "Function")))


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
        table.set_column(place, "DeviceId", pa.array(plain(table.column("DeviceId")) + number))
        for number in range(times)
    ]
    return pa.concat_tables(parts).combine_chunks()


BENCHMARK = Benchmark(
    name="atspm",
    about=__doc__ or "",
    measure=measure,
    goals={
        "max_difference": Goal(at_most=1e-6),
        "speed_ratio": Goal(at_least=10),
    },
    packages=("numpy",),
    versions=versions,
)
