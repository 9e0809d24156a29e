import shutil
import subprocess
from pathlib import Path

import pytest

CONSOLE = Path(__file__).parents[2] / "console"
RUNNER = CONSOLE / "node_modules" / "vitest" / "vitest.mjs"


@pytest.mark.skipif(not RUNNER.exists() or not shutil.which("node"), reason="the console came built")
def test_the_pure_parts_of_the_console_hold():
    told = subprocess.run(
        [shutil.which("node"), str(RUNNER), "run"], cwd=CONSOLE, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
