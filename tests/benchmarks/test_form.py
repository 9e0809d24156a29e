"""What every benchmark prints: one line of JSON that any reader takes, with null for what could not be measured."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import form
from benchmarks.form import Benchmark, Goal, run


def test_the_last_line_is_json_and_a_measure_that_is_missing_meets_no_goal(capsys: pytest.CaptureFixture[str]) -> None:
    def measure(_: Namespace) -> dict[str, float]:
        return {"speed": 2.0, "delay": float("nan")}

    goals = {"speed": Goal(at_least=1), "delay": Goal(at_most=5)}
    run(Benchmark("trial", "A trial.", measure, goals), ["--quick", "--json"])
    report = json.loads(capsys.readouterr().out.splitlines()[-1], parse_constant=pytest.fail)
    assert report["measures"] == {"speed": 2.0, "delay": None}
    assert (report["goals"]["speed"]["met"], report["goals"]["delay"]["met"]) == (True, False)


def test_a_run_on_somebody_s_own_data_keeps_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(form, "PAGE", tmp_path / "docs" / "benchmarks.md")
    trial = Benchmark("trial", "A trial.", lambda _: {"speed": 2.0}, {})
    run(trial, ["--data", str(tmp_path)])
    assert not form.RESULTS.exists()
    run(trial, [])
    assert [path.name for path in form.RESULTS.iterdir()] == ["trial.json"]
