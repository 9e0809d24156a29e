"""`make demo` typed a second time does no harm to the city that lives already."""

from argparse import Namespace
from pathlib import Path
from socket import socket

import pytest

from citywide.commands import demo, serve
from citywide.kit.commands import NotPossibleError


def test_a_demo_that_runs_keeps_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "LINGERS_S", 0)
    for name in (demo.MARK, "its-city"):
        (tmp_path / name).touch()
    with socket() as first:
        first.bind(("127.0.0.1", 0))
        first.listen()
        options = Namespace(data=tmp_path, host="127.0.0.1", port=first.getsockname()[1])
        with pytest.raises(NotPossibleError):
            demo._made(options)
    assert (tmp_path / "its-city").exists()
