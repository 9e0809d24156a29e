"""Studies done by the test's own process: all of a study but the start of a Python."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from citywide.systems.genomics.laboratory import process
from citywide.systems.genomics.laboratory import round as rounds


@contextmanager
def at_once() -> Iterator[None]:
    """A study is through as soon as it has begun."""

    def start(folder: Path, keeps: list[int]) -> "subprocess.Popen[bytes]":
        process.main(folder)
        return subprocess.Popen(["true"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "_start", start)
        yield
