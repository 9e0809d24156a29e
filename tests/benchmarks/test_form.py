"""What every benchmark prints: one line of JSON that any reader takes, with null for what could not be measured."""

import json
from argparse import Namespace

import pytest

from benchmarks.form import Benchmark, Goal, run


def test_the_last_line_is_json_and_a_measure_that_is_missing_meets_no_goal(capsys: pytest.CaptureFixture[str]) -> None:
    def measure(_: Namespace) -> dict[str, float]:
        return {"speed": 2.0, "delay": float("nan")}

    goals = {"speed": Goal(at_least=1), "delay": Goal(at_most=5)}
    run(Benchmark("trial", "A trial.", measure, goals), ["--quick", "--json"])
    report = json.loads(capsys.readouterr().out.splitlines()[-1], parse_constant=pytest.fail)
    assert report["measures"] == {"speed": 2.0, "delay": None}
    assert (report["goals"]["speed"]["met"], report["goals"]["delay"]["met"]) == (True, False)
