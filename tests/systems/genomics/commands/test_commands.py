"""The command line as PLINK's and REGENIE's users type it, and its answers to what is wrong."""

from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.commands import gwas
from citywide.systems.genomics.commands.names import chromosomes, names
from citywide.systems.genomics.engine.files.tables import read_table
from citywide.systems.genomics.engine.files.wrong import InputError
from citywide.systems.genomics.engine.scan.limits import within
from citywide.systems.genomics.engine.scan.plan import make_plan
from citywide.systems.genomics.engine.scan.request import Limits, Request, ScanError
from tests.systems.genomics.commands.typed import PEOPLE, asked, command


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("--pheno-name y1 y2", "traits", ("y1", "y2")),
        ("--pheno-name y1,y2", "traits", ("y1", "y2")),
        ("--phenoCol y1 --phenoCol ill", "traits", ("y1", "ill")),
        ("--phenoColList y{1:2},ill", "traits", ("y1", "y2", "ill")),
        ("--covar-name age PC1-PC3", "covariates", ("age", "PC1-PC3")),
        ("--covarColList age,PC{1:3}", "covariates", ("age", "PC1", "PC2", "PC3")),
        ("--chr 1-2,X", "chromosomes", ("1", "2", "X")),
        ("--chrList 1,10", "chromosomes", ("1", "10")),
        ("--not-chr X", "without", ("X",)),
        ("--maf", "limits", Limits(maf=0.01)),
        ("--maf 0.05 --geno 0.02 --mac 5 --hwe 1e-6", "limits", Limits(0.05, 5, 0.02, 1e-6)),
        ("--minMAC 5", "limits", Limits(mac=5)),
        ("--bt", "test", "logistic"),
        ("--qt", "test", "linear"),
        ("--linear", "test", "linear"),
        ("--firth", "firth", "always"),
        ("--firth --approx --pThresh 0.01", "screen", 0.01),
        ("--glm hide-covar no-firth", "firth", "off"),
        ("--step 2 --bsize 400", "memory_mb", 1000),
        ("--threads 3", "threads", 3),
        ("--memory 500", "memory_mb", 500),
        ("--1", "zero_one", True),
    ],
)
def test_what_others_type_is_understood(folder: Path, words: str, field: str, value: object) -> None:
    assert getattr(asked(folder, words), field) == value


def test_bgen_files_are_named_as_plink2_and_regenie_name_them(folder: Path) -> None:
    parser = ArgumentParser()
    gwas.options(parser)
    words = f"--phenoFile {folder / 'y'} --out o --sample s.sample --bgen a.bgen"
    first, last = (
        gwas.request_of(parser.parse_args([*words.split(), *more])) for more in (["ref-first"], ["ref-last"])
    )
    assert (first.data, first.bgen, first.sample, first.ref_last) == (Path("a.bgen"), True, Path("s.sample"), False)
    assert last.ref_last
    with pytest.raises(InputError, match="ref-first or ref-last"):
        gwas.request_of(parser.parse_args([*words.split(), "snpid-chr"]))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--mind 0.1", "citywide qc --mind"),
        ("--vcf a.vcf", "plink2 --vcf"),
        ("--pca 10", "citywide qc --pca"),
        ("--score w.txt", "citywide score"),
    ],
)
def test_what_another_command_does_is_said(
    folder: Path, words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        asked(folder, words)
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(("words", "says"), [("--step 1", "citywide step1"), ("--glm dominant", "additive")])
def test_what_would_be_another_model_is_refused(folder: Path, words: str, says: str) -> None:
    with pytest.raises(ScanError, match=says):
        asked(folder, words)


def test_a_range_of_columns_is_read_as_plink_reads_it(folder: Path) -> None:
    assert read_table(folder / "c").only(["age", "PC1-PC3"]).names == ("age", "PC1", "PC2", "PC3")
    assert names(["a,b c", "q{08:10}"]) == ("a", "b", "c", "q8", "q9", "q10")
    assert chromosomes(["chr1-chr3", "X,Y"]) == ("1", "2", "3", "X", "Y")


def rows_of(request: Request) -> list[int]:
    return [row for part in make_plan(request).parts for row in part.rows.tolist()]


def test_chromosomes_are_chosen_however_they_are_written(folder: Path) -> None:
    assert rows_of(asked(folder, "--chr 2,23")) == [*range(20, 40), *range(50, 60)]
    assert rows_of(asked(folder, "--not-chr chrX 1")) == [*range(20, 50)]
    assert rows_of(asked(folder, "--autosome")) == [*range(50)]
    with pytest.raises(ScanError, match="no variant is left"):
        make_plan(asked(folder, "--chr 7"))


def test_limits_are_those_of_the_table_with_men_once_on_x(folder: Path) -> None:
    (folder / "men").write_text("".join(f"F{i} P{i}\n" for i in range(90)))
    plan = make_plan(asked(folder, f"--keep {folder / 'men'}"))
    copies = plan.bed.decode(0, 60).astype(float)[:, :90]
    on_x, men = np.arange(60)[:, None] >= 50, np.arange(90)[None, :] % 2 == 0
    copies[(copies < 0) | (on_x & men & (copies == 1))] = np.nan
    each = np.where(on_x & men, 1, 2) * np.isfinite(copies)
    share = np.nansum(copies * np.where(on_x & men, 0.5, 1), axis=1) / each.sum(axis=1)
    rarer, gone = np.minimum(share, 1 - share), np.isnan(copies).mean(axis=1)
    rows = np.arange(60)
    for limits, kept in (
        (Limits(maf=0.1), rarer >= 0.1),
        (Limits(geno=0.1), gone <= 0.1),
        (Limits(mac=12), np.rint(rarer * each.sum(axis=1)) >= 12),
        (Limits(maf=0.1, geno=0.2), (rarer >= 0.1) & (gone <= 0.2)),
    ):
        assert np.array_equal(within(limits, plan.bed, plan.keep, rows), kept), limits
    assert 30 not in rows_of(asked(folder, "--hwe 1e-6"))
    assert len(rows_of(asked(folder, "--hwe 1e-30"))) > 50
    with pytest.raises(ScanError, match="none of 60 variants"):
        make_plan(asked(folder, "--mac 1000"))


def test_one_with_another_coding_is_refused(folder: Path) -> None:
    assert make_plan(asked(folder, "--pheno-name ill --1")).traits[0].binary
    assert make_plan(asked(folder, "--pheno-name sick")).traits[0].binary
    assert not make_plan(asked(folder, "--pheno-name sick --1")).traits[0].binary
    with pytest.raises(ScanError, match="other than 0/1;"):
        make_plan(asked(folder, "--pheno-name sick --1 --bt"))


def test_a_trait_that_cannot_be_a_files_name_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("../y", "a/b", ".hidden"):
        (tmp_path / "y").write_text(f"FID IID {name}\n" + "".join(f"F{i} P{i} {i % 7}.5\n" for i in range(PEOPLE)))
        with pytest.raises(ScanError, match="rename the column"):
            make_plan(Request(folder / "study", tmp_path / "y", tmp_path / name.replace("/", "_")))


@pytest.mark.parametrize("name", ["gwas", "qc", "score", "step1", "report"])
def test_every_command_answers_a_missing_file_in_words(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {
        "gwas": "--bfile {0}/no --pheno {0}/no --out {0}/o",
        "qc": "--bfile {0}/no --out {0}/o",
        "score": "--bfile {0}/no --score {0}/no --out {0}/o",
        "step1": "--bfile {0}/no --pheno {0}/no --out {0}/o",
        "report": "--results {0}/no.tsv --out {0}/o",
    }
    assert command(name, words[name].format(tmp_path)) == 2
    assert "there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words", "says"),
    [
        ("gwas", "--bfile {0}/study --pheno {0}/y --out {0}/o --threads -2", "expected a whole number from 0 on"),
        ("gwas", "--bfile {0}/study --pheno {0}/y --out {0}/o --memory 0", "0: expected a whole number of megabytes"),
        ("qc", "--bfile {0}/study --out {0}/o --pca 0", "expected a whole number from 1 on"),
        ("step1", "--bfile {0}/study --pheno {0}/y --out {0}/o --bsize 0", "expected a whole number from 1 on"),
        ("gwas", "--bfile {0}/study --pheno {0}/y --pheno-name hight --out {0}/o", "y: no column hight; there are"),
        ("gwas", "--bfile {0}/study --pheno {0}/turned --out {0}/o", "begins with P0 F0, the genotypes with F0 P0"),
        ("gwas", "--bfile {0}/study --pheno {0}/y --out {0}/y/o", "Not a directory"),
        ("qc", "--bfile {0}/study --out {0}/o --indep-pairwise 50 5 low", "expected such as 50 5 0.2"),
        ("qc", "--bfile {0}/study --out {0}/o --extract {0}/none", "do the names match"),
        ("score", "--bfile {0}/study --out {0}/o --score {0}/none --keep {0}/none", "do the ids match"),
        ("step1", "--bfile {0}/study --pheno {0}/y --pheno-name y1 --bt --out {0}/o", "a binary trait has two"),
    ],
)
def test_what_cannot_be_done_as_asked_is_answered_in_words(
    folder: Path, name: str, words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "turned").write_text("FID IID height\n" + "".join(f"P{i} F{i} {i}.5\n" for i in range(PEOPLE)))
    (folder / "none").write_text("nobody nothing\n")
    try:
        status = command(name, words.format(folder))
    except SystemExit as left:
        status = left.code
    assert status == 2
    said = capsys.readouterr().err
    assert says in said
    assert "variants" not in said  # nothing was begun


def test_the_quality_command_knows_chromosomes_too(folder: Path, tmp_path: Path) -> None:
    assert command("qc", f"--bed {folder / 'study'} --chr 2 --out {tmp_path} --threads 1") == 0
    assert len((tmp_path / "variants.tsv").read_text().splitlines()) == 21
