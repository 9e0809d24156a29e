"""The peer in an environment of its own, asked over a pipe."""

import json
import os
import subprocess
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.traffic.atspm_columns import COLUMNS

HERE = Path(__file__).parent


ROOM = HERE.parent / ".cache" / "atspm"


PEER = ("atspm==2.6.1", "duckdb<2")


def install() -> None:
    """The peer in an environment of its own, made once."""
    if (ROOM / "ready").exists():
        return
    venv.create(ROOM, with_pip=True, clear=True)
    subprocess.run([_python(), "-m", "pip", "install", "--quiet", *PEER], check=True)
    (ROOM / "ready").touch()


@contextmanager
def peer(raw: pa.Table, config: pa.Table, folder: Path) -> Iterator[Callable[[str], dict[str, float]]]:
    """The peer's process with the sample loaded; asked, it answers with what it took."""
    paths = folder / "raw.arrow.parquet", folder / "config.arrow.parquet"
    for table, path in zip((raw, config), paths, strict=True):
        pq.write_table(table, path)
    names = ",".join([*COLUMNS, "timeline"])
    command = [_python(), "-P", str(HERE / "atspm_peer.py"), *map(str, paths), names]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        source, sink = process.stdout, process.stdin
        if source.readline().strip() != "ready":
            raise RuntimeError("the atspm package did not start; see the lines above")

        def ask(where: str) -> dict[str, float]:
            sink.write(where + "\n")
            sink.flush()
            return json.loads(source.readline())

        yield ask
        sink.close()


def _python() -> str:
    return str(ROOM / ("Scripts" if os.name == "nt" else "bin") / "python")


def versions() -> dict[str, str]:
    """What the peer's environment holds."""
    code = "from importlib.metadata import version as v; print(v('atspm'), v('duckdb'))"
    found = subprocess.run([_python(), "-c", code], check=True, capture_output=True, text=True).stdout.split()
    return dict(zip(("atspm", "duckdb (the peer's)"), found, strict=True))
