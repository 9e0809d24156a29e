"""A system that was begun with `citywide new` holds, and its own story passes as it stands."""

import os
import subprocess
import sys
from pathlib import Path

CITYWIDE = (sys.executable, "-m", "citywide")


def test_a_new_systems_own_tests_pass(tmp_path: Path) -> None:
    made = subprocess.run([*CITYWIDE, "new", "street_lights", "--into", str(tmp_path)],
                          check=False, capture_output=True, text=True)  # fmt: skip
    assert made.returncode == 0, made.stderr
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "street_lights"],
        check=False, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert told.returncode == 0, told.stdout
    assert "2 passed" in told.stdout


def test_what_is_there_already_is_left_alone_and_a_bad_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lamps").mkdir()
    for name, why in (("lamps", "is there already"), ("Lamps!", "is no name")):
        told = subprocess.run([*CITYWIDE, "new", name, "--into", str(tmp_path)],
                              check=False, capture_output=True, text=True)  # fmt: skip
        assert told.returncode == 2
        assert why in told.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["lamps"]
