"""The public atspm package at work, in its own environment: one line in, one timed run, one JSON line out."""

import json
import os
import sys
import time

import duckdb
from atspm import SignalDataProcessor

AGGREGATIONS = [
    {"name": "has_data", "params": {"no_data_min": 5, "min_data_points": 3}},
    {"name": "actuations", "params": {"fill_in_missing": True}},
    {"name": "arrival_on_green", "params": {"latency_offset_seconds": 0}},
    {"name": "platoon_ratio", "params": {}},
    {"name": "communications", "params": {"event_codes": "400,503,502"}},
    {"name": "coordination", "params": {}},
    {"name": "ped", "params": {}},
    {"name": "unique_ped", "params": {"seconds_between_actuations": 15}},
    {"name": "full_ped", "params": {"seconds_between_actuations": 15, "return_volumes": True}},
    {
        "name": "split_failures",
        "params": {
            "red_time": 5,
            "red_occupancy_threshold": 0.80,
            "green_occupancy_threshold": 0.80,
            "by_approach": True,
            "by_cycle": False,
        },
    },
    {"name": "splits", "params": {}},
    {"name": "terminations", "params": {}},
    {"name": "yellow_red", "params": {"latency_offset_seconds": 1.5, "min_red_offset": -8}},
    {"name": "timeline", "params": {"min_duration": 0.2, "cushion_time": 60, "maxtime": True}},
    {"name": "ped_delay", "params": {}},
    {
        "name": "phase_wait",
        "params": {"preempt_recovery_seconds": 120, "assumed_cycle_length": 140, "skip_multiplier": 1.5},
    },
    {"name": "coordination_agg", "params": {}},
]


def seconds() -> float:
    """CPU seconds of this process, all threads."""
    times = os.times()
    return times.user + times.system


def run(raw: object, config: object, keep: str | None, names: list[str]) -> dict[str, float]:
    """One whole run from tables in memory to result tables in memory."""
    started, cpu = time.perf_counter(), seconds()
    asked = [part for part in AGGREGATIONS if part["name"] in names]
    processor = SignalDataProcessor(
        raw_data=raw,
        detector_config=config,
        bin_size=15,
        verbose=0,
        controller_type="maxtime",
        aggregations=asked,
    )
    processor.load()
    processor.aggregate()
    spent = {"wall": time.perf_counter() - started, "cpu": seconds() - cpu}
    if keep:
        for part in asked:
            processor.conn.execute(f"COPY {part['name']} TO '{keep}/{part['name']}.parquet'")
    processor.close()
    return spent


def main() -> None:
    """Tables from the files named, then a run for every line heard: the folder for results, or '-'."""
    raw, config, names = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
    reader = duckdb.connect()
    tables = [reader.sql(f"SELECT * FROM '{path}'").to_arrow_table() for path in (raw, config)]
    print("ready", flush=True)
    for line in sys.stdin:
        where = line.strip()
        print(json.dumps(run(*tables, None if where == "-" else where, names)), flush=True)


if __name__ == "__main__":
    main()
