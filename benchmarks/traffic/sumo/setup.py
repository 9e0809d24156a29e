"""Fetch the simulators into the benchmark's own cache; the engine never imports them."""

import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache"
PACKAGES = {
    "1.9.2": ["eclipse-sumo==1.9.2"],
    "current": ["eclipse-sumo==1.28.0", "libsumo==1.28.0", "traci==1.28.0", "sumolib==1.28.0"],
}


def home_of(version: str) -> Path:
    """The folder with this SUMO; installed on first use."""
    home = CACHE / f"sumo-{version}"
    if not (home / ".ready").exists():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run([*_installer(), "--target", str(home), "--no-deps", *PACKAGES[version]], check=True)
        (home / ".ready").touch()
    return home


def _installer() -> list[str]:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install", "--quiet"]
