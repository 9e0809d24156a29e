"""Debian's plink2 as the other side of a comparison, installed when it is not there."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.form import Clock

KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT = {**KEPT, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def plink2(path: Path | None) -> str:
    """The binary asked for, or Debian's, which is installed when missing."""
    if path is not None:
        return str(path)
    if not (found := shutil.which("plink2")):
        root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*root, "apt-get", "update", "-qq"], check=True)
        subprocess.run([*root, "apt-get", "install", "-y", "-qq", "plink2"], check=True, stdout=subprocess.DEVNULL)
        found = shutil.which("plink2")
    if not found:
        raise SystemExit("plink2 could not be installed; give one with --plink2 PATH")
    return found


def version(binary: str) -> str:
    """What the binary calls itself."""
    return subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def timed(command: Sequence[str]) -> Clock:
    """Run a command to its end with one BLAS thread and time it, its start included."""
    with Clock() as clock:
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return clock
