"""What real files and real people do: edge files of bed-reader, ids that fit nobody, Ctrl-C, options by name."""

import signal
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import bed_reader
import numpy as np
import pytest

from citywide.systems.genomics.cli import COMMANDS
from citywide.systems.genomics.commands import gwas
from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.kernel.calls import encode
from citywide.systems.genomics.engine.scan.request import Request, ScanError
from citywide.systems.genomics.engine.scan.run import scan

FILES = Path(bed_reader.__file__).parent / "tests" / "data"


@pytest.mark.parametrize("name", ["some_missing", "plink_sim_10s_100v_10pmiss", "toydata.5chrom"])
def test_calls_are_those_that_bed_reader_reads(name: str) -> None:
    bed = open_bed(FILES / f"{name}.bed")
    with bed_reader.open_bed(FILES / f"{name}.bed", count_A1=True) as other:
        theirs = other.read(dtype="int8", num_threads=1).T
    assert np.array_equal(bed.decode(0, len(bed)), np.where(theirs == -127, -1, theirs))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("smallmode0", "sample-major"),
        ("small_too_short", "truncated|too short|no people|no variants|expected"),
        ("small_no_bim", "no such file"),
        ("small_no_fam", "no such file"),
        ("badfile", "no such file|not a PLINK"),
        ("empty", "no such file|not a PLINK"),
    ],
)
def test_broken_files_are_refused_with_the_reason(name: str, says: str) -> None:
    with pytest.raises(FileError, match=says):
        open_bed(FILES / f"{name}.bed")


def study(folder: Path, people: int = 60, variants: int = 40) -> Request:
    random = np.random.default_rng(2)
    copies = random.binomial(2, 0.4, (variants, people)).astype(np.int8)
    copies[random.random(copies.shape) < 0.1] = -1
    copies[3] = -1
    (folder / "s.bed").write_bytes(b"\x6c\x1b\x01" + encode(copies).tobytes())
    (folder / "s.fam").write_text("".join(f"F{i} P{i} 0 0 1 -9\n" for i in range(people)))
    (folder / "s.bim").write_text("".join(f"1\trs{i}\t0\t{i + 1}\tA\tG\n" for i in range(variants)))
    rows = "".join(f"F{i} P{i} {random.normal():.6f} {i % 2}\n" for i in range(people))
    (folder / "pheno").write_text("FID IID y ill\n" + rows)
    return Request(folder / "s", folder / "pheno", folder / "out", traits=("y",), threads=1)


def test_a_table_that_names_nobody_of_the_study_is_refused(tmp_path: Path) -> None:
    asked = study(tmp_path)
    asked.pheno.write_text("FID IID y ill\n" + "".join(f"X{i} Q{i} 1.5 1\n" for i in range(60)))
    with pytest.raises(ScanError, match="do the ids match"):
        scan(asked)


def test_mean_imputation_has_a_name_and_fills_each_variants_mean_in(tmp_path: Path) -> None:
    asked = study(tmp_path)
    scan(Request(asked.data, asked.pheno, asked.out, traits=("y",), threads=1, impute="mean"))
    rows = [line.split("\t") for line in (asked.out / "y.tsv").read_text().splitlines()[1:]]
    copies = open_bed(asked.data).decode(0, 40).astype(float)
    y = np.loadtxt(asked.pheno, skiprows=1, usecols=2)
    for row in rows:
        g = copies[int(row[9][2:])]
        g[g < 0] = g[g >= 0].mean()
        assert float(row[4]) == pytest.approx(np.polyfit(g, y, 1)[0], rel=1e-8)
        assert int(row[10]) == 60
    assert len(rows) == 39


def test_mean_imputation_of_a_trait_of_two_values_is_refused(tmp_path: Path) -> None:
    asked = study(tmp_path)
    with pytest.raises(ScanError, match="--test linear"):
        scan(Request(asked.data, asked.pheno, asked.out, traits=("ill",), impute="mean"))


def test_saddle_points_without_the_compiled_kernel_are_refused_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = study(tmp_path)
    monkeypatch.setattr(compiled, "library", lambda: None)
    with pytest.raises(ScanError, match="compiled kernel"):
        scan(Request(asked.data, asked.pheno, asked.out, traits=("ill",), spa=True))


def test_ctrl_c_stops_a_scan_that_the_same_command_goes_on_with(tmp_path: Path) -> None:
    asked = study(tmp_path, variants=3000)
    code = (
        "import os, signal, sys\nfrom argparse import ArgumentParser\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background ignores it
        "from citywide.systems.genomics.commands import gwas\n"
        "parser = ArgumentParser()\ngwas.options(parser)\n"
        "gwas.Progress = lambda quiet: lambda done, whole: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.exit(gwas.run(parser.parse_args(sys.argv[1:])))"
    )
    words = ["--bfile", asked.data, "--pheno", asked.pheno, "--pheno-name", "y", "--out", asked.out, "--threads", "1"]
    stopped = subprocess.run([sys.executable, "-c", code, *words], check=False, capture_output=True, text=True)
    assert stopped.returncode == gwas.STOPPED == 128 + signal.SIGINT
    assert "goes on from here" in stopped.stderr
    assert list((asked.out / "parts").glob("*.y.tsv"))
    parser = ArgumentParser()
    gwas.options(parser)
    assert gwas.run(parser.parse_args([*map(str, words), "--quiet"])) == 0
    assert len((asked.out / "y.tsv").read_text().splitlines()) == 3000
    assert not (asked.out / "parts").exists()


def test_every_command_of_the_room_is_listed() -> None:
    assert {"gwas", "qc", "score", "step1", "report", "cohort", "study"} == {command.name for command in COMMANDS}
