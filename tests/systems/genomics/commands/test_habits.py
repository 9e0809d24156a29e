"""Words of PLINK's and REGENIE's users: those that do something here, and those that are answered."""

import gzip
import subprocess
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from citywide.systems.genomics.engine.files.ranks import QUANTILES, RINT, normal_scores
from citywide.systems.genomics.engine.files.tables import read_table
from citywide.systems.genomics.engine.files.wrong import FileError, InputError
from citywide.systems.genomics.engine.scan.plan import make_plan
from tests.systems.genomics.commands.typed import PEOPLE, asked, command
from tests.systems.genomics.made_studies import needs_plink2


@pytest.mark.parametrize(
    ("name", "words", "says"),
    [
        ("qc", "--make-king", "say --make-king-table"),
        ("qc", "--vcf a", "--make-pgen"),
        ("qc", "--pfile a", "not allowed with"),
        ("qc", "--make-king-tab", "unrecognized arguments"),
        ("qc", "--genome", "say --make-king-table"),
        ("gwas", "--pheno {0}/y --ci 0.95", "citywide report"),
        ("gwas", "--pheno {0}/y --assoc", "--test linear"),
        ("score", "--score {0}/y --score-list a", "say --score FILE FILE"),
        ("step1", "--pheno {0}/y --memory much", "much: expected a whole number of megabytes, or such as 2G"),
        ("step1", "--pheno {0}/y --phen {0}/y", "unrecognized arguments"),
        ("step1", "--pheno {0}/y --maf 0.01", "citywide qc --maf"),
        ("gwas", "--pheno {0}/y --make-king", "citywide qc --make-king-table"),
        ("gwas", "--pheno {0}/y --cov {0}/c", "unrecognized arguments"),
        ("gwas", "--pheno {0}/y --from-bp 1 --to-bp 9", "--from-bp is not done here: --extract range FILE"),
        ("gwas", "--pheno {0}/y --mpheno 2", "--pheno-name"),
        ("gwas", "--pheno {0}/y --input-missing-phenotype -99", "--missing-codes NA,-99"),
        ("gwas", "--pheno {0}/y --maf -1", "expected a number from 0 to 0.5"),
        ("gwas", "--pheno {0}/y --bt --firth --firth-se", "errors are those of its own information"),
        ("gwas", "--pheno {0}/y --king-cutoff 0.1", "citywide qc --make-king-table"),
        ("gwas", "--pheno {0}/y --set-list a --vc-tests skat", "one variant at a time"),
        ("gwas", "--pheno {0}/y --test dominant", "choose from"),
        ("step1", "--pheno {0}/y --t2e --eventColList a", "not times to an event"),
        ("step1", "--pheno {0}/y --split-l0 a,2", "goes on where it stood"),
        ("score", "--score {0}/y --keep-males", "list the people"),
        ("qc", "--chr-set 30", "23 is X"),
        ("qc", "--range", "say --extract range FILE"),
    ],
)
def test_no_word_is_taken_for_another(
    folder: Path, name: str, words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command(name, f"--bfile {folder}/study --out {folder}/o {words.format(folder)}")
    assert says in capsys.readouterr().err


def test_words_that_change_nothing_are_taken(folder: Path, tmp_path: Path) -> None:
    words = "--allow-no-sex --freq --missing --hardy --chrList 2"
    assert command("qc", f"--bed {folder / 'study'} --out {tmp_path} --threads 1 {words}") == 0
    assert len((tmp_path / "variants.tsv").read_text().splitlines()) == 21


def test_words_of_plink_1_behind_a_model_are_taken(folder: Path) -> None:
    words = "--step 2 --bsize 400 --bt --firth --approx --pThresh 0.01 --lowmem --loocv --test additive --cc12"
    assert (asked(folder, words).screen, asked(folder, words).firth) == (0.01, "always")
    assert asked(folder, "--qt --test additive").test == "linear"
    request = asked(folder, "--linear hide-covar --allow-extra-chr --ignore-pred")
    assert (request.test, request.firth) == ("linear", "fallback")
    assert asked(folder, "--logistic firth").firth == "always"
    with pytest.raises(InputError, match="--glm dominant is not done here"):
        asked(folder, "--linear dominant")


def test_ranks_are_those_of_either_program(folder: Path) -> None:
    values = np.array([3.0, np.nan, 10.0, 3.0, -1.0])
    ranks = np.array([2.5, np.nan, 4.0, 2.5, 1.0])
    normal = NormalDist()
    for offset, shares in ((RINT, (ranks - 0.375) / 4.25), (QUANTILES, (ranks - 0.5) / 4)):
        wanted = [np.nan if np.isnan(share) else normal.inv_cdf(share) for share in shares.tolist()]
        assert normal_scores(values, offset) == pytest.approx(wanted, nan_ok=True)
    (folder / "few").write_text("".join(f"F{i} P{i}\n" for i in range(70)))
    first, ill = make_plan(asked(folder, f"--apply-rint --pheno-name y1 ill --keep {folder / 'few'}")).traits
    known = read_table(folder / "y").only(["y1"]).values[:70, 0]
    assert first.values[:70] == pytest.approx(normal_scores(known, RINT))
    assert set(ill.values.tolist()) == {0.0, 1.0}


def test_a_category_is_a_column_for_each_level_but_the_first(folder: Path, tmp_path: Path) -> None:
    kinds = ["north", "south", "NA", "east"]
    rows = [f"F{i} P{i} {i % 7} {kinds[i % 4]}" for i in range(PEOPLE)]
    (tmp_path / "c").write_text("\n".join(["FID IID age town", *rows]) + "\n")
    plan = make_plan(asked(folder, f"--covar {tmp_path / 'c'} --covarColList age --catCovarList town"))
    assert plan.labels == ("age", "town=north", "town=south")
    wanted = np.array([[1, 0], [0, 1], [np.nan, np.nan], [0, 0]])
    assert np.array_equal(plan.covariates[:4, 1:], wanted, equal_nan=True)
    with pytest.raises(FileError, match="no column city"):
        make_plan(asked(folder, f"--covar {tmp_path / 'c'} --catCovarList town,city"))
    with pytest.raises(FileError, match="'north' is not a number; --catCovarList"):
        make_plan(asked(folder, f"--covar {tmp_path / 'c'}"))


def test_step_one_takes_ranks_as_a_table_of_them_would_give_packed_or_not(folder: Path, tmp_path: Path) -> None:
    scores = normal_scores(read_table(folder / "y").only(["y1"]).values[:, 0], RINT).tolist()
    (tmp_path / "y").write_text("FID IID y1\n" + "".join(f"F{i} P{i} {one!r}\n" for i, one in enumerate(scores)))
    words = f"--bfile {folder / 'study'} --chr 1-2 --pheno-name y1 --bsize 20 --threads 1 --no-families"
    assert command("step1", f"{words} --pheno {folder / 'y'} --apply-rint --out {tmp_path / 'a'}") == 0
    assert command("step1", f"{words} --pheno {tmp_path / 'y'} --gz --out {tmp_path / 'b'}") == 0
    packed = tmp_path / "b" / "step1_1.loco.gz"
    assert (tmp_path / "a" / "step1_1.loco").read_bytes() == gzip.decompress(packed.read_bytes())
    assert (tmp_path / "b" / "step1_pred.list").read_text() == "y1 step1_1.loco.gz\n"
    scanned = f"--bfile {folder / 'study'} --chr 1 --pheno {folder / 'y'} --pheno-name y1 --threads 1 --quiet"
    for name in ("a", "b"):
        assert command("gwas", f"{scanned} --pred {tmp_path / name}/step1_pred.list --out {tmp_path}/{name}o") == 0
    assert (tmp_path / "ao" / "y1.tsv").read_text() == (tmp_path / "bo" / "y1.tsv").read_text()


def test_step_one_takes_cases_and_controls_as_the_scan_does(folder: Path, tmp_path: Path) -> None:
    """1 and 2 with 0 for nobody knows are 0 and 1 with NA."""
    for name, codes in (("plink", "012"), ("regenie", ("NA", "0", "1"))):
        rows = "".join(f"F{i} P{i} {codes[0 if i % 11 == 0 else 1 + i % 3 // 2]}\n" for i in range(PEOPLE))
        (tmp_path / name).write_text("FID IID ill\n" + rows)
        words = f"--bfile {folder / 'study'} --chr 1-2 --bt --bsize 20 --threads 1 --pheno {tmp_path / name}"
        assert command("step1", f"{words} --out {tmp_path / f'of-{name}'}") == 0
    one, two = (tmp_path / f"of-{name}" / "step1_1.loco" for name in ("plink", "regenie"))
    assert one.read_text() == two.read_text()


@needs_plink2
def test_quantiles_are_normalised_as_plink2_does(folder: Path, tmp_path: Path) -> None:
    words = f"--bfile {folder / 'study'} --pheno {folder / 'y'} --pheno-name y1 --pheno-quantile-normalize --chr 1"
    assert command("gwas", f"{words} --threads 1 --quiet --out {tmp_path / 'o'}") == 0
    more = "--threads 1 --glm allow-no-covars --out p"
    subprocess.run(["plink2", *words.split(), *more.split()], check=True, capture_output=True, cwd=tmp_path)
    theirs = plink_rows(tmp_path / "p.y1.glm.linear")
    ours = [line.split("\t") for line in (tmp_path / "o" / "y1.tsv").read_text().splitlines()[1:]]
    assert len(ours) > 10
    for row in ours:
        assert float(row[7]) == pytest.approx(theirs[row[8]], rel=1e-4)


def plink_rows(path: Path) -> dict[str, float]:
    head, *lines = (line.split() for line in path.read_text().splitlines())
    rows = (dict(zip(head, line, strict=True)) for line in lines)
    return {row["ID"]: float(row["P"]) for row in rows if row["P"] != "NA"}


def test_a_trait_with_too_few_cases_is_left_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        f"--bfile {folder / 'study'} --pheno {folder / 'y'} --pheno-name ill y1 --threads 1 --chr 1 --out {tmp_path}"
    )
    assert command("gwas", f"{words} --quiet --minCaseCount 61") == 0
    assert "ill: not scanned: 60 cases, --minCaseCount asks for 61" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.glob("*.tsv")) == ["y1.left-out.tsv", "y1.tsv"]
    few = f"{words.replace('ill y1', 'ill sick')} --bt --bsize 20"
    assert command("step1", f"{few} --minCaseCount 61") == 2
    assert "no trait has 61 cases" in capsys.readouterr().err
    assert command("step1", f"{few} --minCaseCount 60") == 0


def test_memory_that_is_too_little_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = f"--bfile {folder / 'study'} --pheno {folder / 'y'} --pheno-name y1 --chr 1 --threads 1"
    assert command("gwas", f"{words} --quiet --memory 1 --out {tmp_path / 'a'}") == 0
    assert "this scan takes 151 MB at least" in capsys.readouterr().err
    assert command("gwas", f"{words} --quiet --memory 2G --out {tmp_path / 'b'}") == 0
    assert not capsys.readouterr().err
    assert (tmp_path / "a" / "y1.tsv").read_text() == (tmp_path / "b" / "y1.tsv").read_text()
    assert command("step1", f"{words} --memory 100 --out {tmp_path / 'c'}") == 2
    assert "--memory 100: at least 151 MB are needed" in capsys.readouterr().err


def test_a_cluster_that_is_not_there_is_said(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = f"--bfile {folder / 'study'} --pheno {folder / 'y'} --quiet --out {tmp_path} --backend"
    assert command("gwas", f"{words} abacus") == 2
    assert "--backend abacus: Invalid backend" in capsys.readouterr().err


def test_tables_are_gzipped_when_asked_for(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = f"--bfile {folder / 'study'} --pheno {folder / 'y'} --pheno-name y1 --threads 1 --quiet"
    assert command("gwas", f"{base} --out {tmp_path / 'a'}") == 0
    assert command("gwas", f"{base} --gz --out {tmp_path / 'b'}") == 0
    assert f"{tmp_path / 'b' / 'y1'}.tsv.gz" in capsys.readouterr().out
    assert gzip.decompress((tmp_path / "b" / "y1.tsv.gz").read_bytes()) == (tmp_path / "a" / "y1.tsv").read_bytes()
    assert not (tmp_path / "b" / "y1.tsv").exists()
