"""A run that fails is told, and loses none of the others."""

import math
from argparse import Namespace

import pytest

from benchmarks.traffic import control as traffic

CHOSEN = Namespace(quick=False, seeds="1-2", sumo="current", peer_seeds=None, only_ours=False, cadence="free",
                   demand=1.0, closures=0, dropout=0.0, seconds=0)  # fmt: skip


def test_a_failing_simulator_is_told_and_yields_no_rows(capsys):
    assert traffic._work({"folder": "nowhere", "seed": 3}) == []
    assert "nowhere seed 3 failed" in capsys.readouterr().out


def test_what_is_missing_is_counted():
    whole = {driver: {1: 10.0, 2: 12.0} for driver in traffic._drivers(1, CHOSEN)}
    parted = whole | {"ours": {1: 10.0}}
    runs = {"one": {("ours" if name == "ours@1" else name): found for name, found in whole.items()}}
    assert traffic._failed(runs, CHOSEN) == 0
    runs["one"]["ours"] = parted["ours"]
    assert traffic._failed(runs, CHOSEN) == 1


def test_a_peer_is_compared_on_the_seeds_that_both_ran():
    found = traffic._map_measures("one", {"ours": {1: 10.0}, "fixed": {1: 20.0, 2: 90.0}}, CHOSEN)
    assert found["one.ratio_builtin"] == pytest.approx(0.5)


def test_a_peer_without_a_common_seed_leaves_the_comparison_open():
    found = traffic._map_measures("one", {"ours": {1: 10.0}, "fixed": {2: 20.0}, "actuated": {1: 20.0}}, CHOSEN)
    assert math.isnan(found["one.ratio_builtin"])
