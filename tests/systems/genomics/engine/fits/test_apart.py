"""Cases and controls told apart by a variant, or only one of them called at it: the penalised fit, or no fit at all."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.scan.request import Request
from citywide.systems.genomics.engine.scan.run import scan
from tests.systems.genomics.made_studies import write

PEOPLE, ILL = 130, 4


def rows(path: Path, key: str) -> dict[str, dict[str, str]]:
    head, *lines = (line.split("\t") for line in path.read_text().splitlines())
    return {row[key]: row for row in (dict(zip(head, line, strict=True)) for line in lines)}


@pytest.mark.parametrize("level", ["", "plain", "numba"])
def test_no_likelihood_without_a_height_is_taken_for_a_fit(
    tmp_path: Path, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = np.zeros((3, PEOPLE), np.int8)
    copies[0, 100:102] = 2  # two carriers, neither ill
    copies[1, :ILL], copies[1, 7:9] = 2, 2  # all of the ill carry it, and two others
    copies[2, :ILL], copies[2, 7:60] = -1, 1  # none of the ill is called
    write(tmp_path, copies)
    ill = "".join(f"F{i} P{i} {1 + (i < ILL)}\n" for i in range(PEOPLE))
    (tmp_path / "y").write_text("FID IID ill\n" + ill)
    monkeypatch.setenv("CITYWIDE_KERNEL", level)
    compiled.library.cache_clear()
    scan(Request(tmp_path / "study", tmp_path / "y", tmp_path / "out", screen=1.0, threads=1))
    found = rows(tmp_path / "out" / "ill.tsv", "variant_id")
    assert [found[name]["test"] for name in ("v0", "v1")] == ["FIRTH", "FIRTH"]
    # of a table of two by two the penalised estimate is that with a half more in each cell
    assert float(found["v0"]["beta"]) == pytest.approx(log(0.5 * 124.5 / (4.5 * 2.5)) / 2, rel=1e-6)
    assert float(found["v1"]["beta"]) == pytest.approx(log(4.5 * 124.5 / (0.5 * 2.5)) / 2, rel=1e-6)
    assert rows(tmp_path / "out" / "ill.left-out.tsv", "variant_name")["v2"]["reason"] == "trait does not vary"


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    compiled.library.cache_clear()
