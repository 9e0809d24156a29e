"""The scan's benchmark on folders of other people's: what it finds there, and what it must not hide."""

import sys
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import _gwas_runs, gwas
from benchmarks.form import parse


def asked(*words: str) -> Namespace:
    return parse(gwas.BENCHMARK, words)


def test_a_scan_that_is_refused_ends_the_run_with_its_message(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _gwas_runs.CODE]
    words = ["--bfile", str(tmp_path / "none"), "--pheno", str(tmp_path / "none"), "--out", str(tmp_path)]
    with pytest.raises(SystemExit, match="there is no such file"):
        _gwas_runs.timed([*command, *words], tmp_path / "y.tsv")


@pytest.mark.parametrize(
    ("words", "row"),
    [
        ((), "gwas"),
        (("--trait", "binary"), "gwas-binary"),
        (("--dosages",), "gwas-dosages"),
        (("--data", "DIR"), ""),
        (("--simulate", "1000", "1000", "0.01", "--trait", "binary"), ""),
    ],
)
def test_only_the_default_cohort_is_kept_as_the_row(words: tuple[str, ...], row: str) -> None:
    assert gwas.row(asked(*words)) == row
