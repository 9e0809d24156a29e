"""A system that was begun with `citywide new` holds, and its own story passes as it stands."""

import sys
from pathlib import Path

import pytest
from msgspec.structs import asdict

from citywide import cli
from citywide.hub import testing
from citywide.hub.database.cluster import Cluster


class Lent(Cluster, frozen=True):
    """The session's cluster: whoever borrows it does not stop it."""

    def stop(self, mode: str = "fast") -> None:
        """Not ours to stop."""


class Tally:
    """How the new system's own tests went."""

    def __init__(self) -> None:
        self.went: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            self.went.append((report.outcome, report.longreprtext))


def new(name: str, into: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["new", name, "--into", str(into)])
    return int(ended.value.code or 0)


def test_a_new_systems_own_tests_pass(cluster: Cluster, tmp_path: Path, monkeypatch) -> None:
    assert new("street_lights", tmp_path) == 0
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(testing, "trial_cluster", lambda *_: Lent(**asdict(cluster)))
    tally = Tally()
    try:
        options = [
            "-p",
            "no:cacheprovider",
            "-p",
            "no:asyncio",
            "--import-mode=importlib",
            f"--basetemp={tmp_path / 'own'}",
        ]
        pytest.main([*options, str(tmp_path / "street_lights")], plugins=[tally])
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "street_lights"]:
            del sys.modules[name]
    assert tally.went == [("passed", "")] * 2


def test_what_is_there_already_is_left_alone_and_a_bad_name_is_refused(tmp_path: Path, capsys) -> None:
    (tmp_path / "lamps").mkdir()
    for name, why in (("lamps", "is there already"), ("Lamps!", "is no name")):
        assert new(name, tmp_path) == 2
        assert why in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["lamps"]
