"""Scans that meet other scans: beside them in one folder, before them in one process, after one that was refused."""

from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.files.alone import alone
from citywide.systems.genomics.engine.files.wrong import InputError
from citywide.systems.genomics.engine.scan.ledger import Ledger
from citywide.systems.genomics.engine.scan.request import Request
from citywide.systems.genomics.engine.scan.run import scan
from tests.systems.genomics.made_studies import drawn, write

PEOPLE = 60


@pytest.fixture
def asked(tmp_path: Path) -> Request:
    random = np.random.default_rng(3)
    write(tmp_path, drawn(random, 40, PEOPLE), ["1"] * 30 + ["Y"] * 10, [2] * PEOPLE)
    traits(tmp_path / "y", random.normal(size=PEOPLE))
    return Request(tmp_path / "study", tmp_path / "y", tmp_path / "out", threads=1)


def traits(path: Path, values: np.ndarray) -> None:
    rows = "".join(f"F{i} P{i} {value!r}\n" for i, value in enumerate(values.tolist()))
    path.write_text("FID IID height\n" + rows)


def betas(out: Path) -> list[float]:
    return [float(line.split("\t")[4]) for line in (out / "height.tsv").read_text().splitlines()[1:]]


def test_a_folder_belongs_to_one_scan_at_a_time(asked: Request) -> None:
    with alone(asked.out), pytest.raises(InputError, match="another process is writing here"):
        scan(asked)
    assert not list(asked.out.iterdir())
    assert scan(asked)[0].variants == 28


def test_the_same_request_on_changed_files_is_another_scan(asked: Request) -> None:
    scan(asked)
    before = betas(asked.out)
    traits(asked.pheno, np.arange(PEOPLE) * 100.0)
    scan(asked)
    assert max(map(abs, betas(asked.out))) > 20 * max(map(abs, before))


def test_a_table_is_never_made_of_some_of_its_parts(asked: Request) -> None:
    def thief(_done: int, _whole: int) -> None:
        (asked.out / "parts" / "000000.height.tsv").unlink()

    with pytest.raises(FileNotFoundError):
        scan(asked, thief)
    assert not (asked.out / "height.tsv").exists()


def test_a_scan_that_never_finished_a_part_stands_in_nobodys_way(asked: Request) -> None:
    Ledger(asked.out / "parts", "of another study").begin(restart=False)
    found = scan(asked)
    assert "chromosome Y" in found[0].refused
    assert found[0].variants == len(betas(asked.out))
