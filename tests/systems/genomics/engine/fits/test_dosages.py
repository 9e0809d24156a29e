"""Dosages of a .pgen: the same numbers as least squares on each variant's own people."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pgenlib
import pyarrow as pa
import pytest
from scipy import stats

from citywide.systems.genomics.engine.files.pgen import open_pgen
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.fits import dosage, dosage_plain, linear
from citywide.systems.genomics.engine.fits.design import designs
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.scan.request import Request, ScanError
from citywide.systems.genomics.engine.scan.run import scan
from tests.systems.genomics.commands.typed import command

PEOPLE, VARIANTS = 203, 60


def study(folder: Path, binary: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A .pgen of made dosages with hard inputs among them, phenotypes and covariates with holes."""
    random = np.random.default_rng(3)
    dosage = random.integers(0, 2 * 16384 + 1, (VARIANTS, PEOPLE)) / 16384
    dosage[random.random(dosage.shape) < 0.05] = np.nan
    dosage[:10] = random.integers(0, 3, (10, PEOPLE))
    dosage[20], dosage[21] = np.nan, 1.0
    dosage[22, 60:] = np.nan
    y, covariates = random.normal(size=PEOPLE) + dosage[0], random.normal(size=(PEOPLE, 3))
    covariates[:, 2] = np.nan_to_num(dosage[1]) * 1e6
    y[7], covariates[11, 0] = np.nan, np.nan
    with pgenlib.PgenWriter(
        str(folder / "s.pgen").encode(), PEOPLE, variant_ct=VARIANTS, nonref_flags=False, dosage_present=True
    ) as out:
        for row in dosage:
            out.append_dosages(np.nan_to_num(row, nan=-9.0).astype(np.float32))
    lines = "".join(f"{1 + v // 30}\t{v % 30 + 1}\trs{v + 1}\tG\tA\n" for v in range(VARIANTS))
    (folder / "s.pvar").write_text("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\n" + lines)
    (folder / "s.psam").write_text("#IID\tSEX\n" + "".join(f"P{i}\t{1 + i % 2}\n" for i in range(PEOPLE)))
    shown = (y > 1).astype(float) if binary else y
    write(folder / "y.tsv", "IID\ty\n", shown[:, None])
    write(folder / "c.tsv", "IID\ta\tb\tc\n", covariates)
    return dosage, y, covariates


def write(path: Path, header: str, values: np.ndarray) -> None:
    lines = (
        "\t".join([f"P{i}", *("NA" if np.isnan(v) else repr(v) for v in row)]) for i, row in enumerate(values.tolist())
    )
    path.write_text(header + "\n".join(lines) + "\n")


def scanned(folder: Path, **more: object) -> dict[str, dict[str, str]]:
    scan(Request(folder / "s", folder / "y.tsv", folder / "out", folder / "c.tsv", pgen=True, threads=1, **more))
    head, *lines = ((folder / "out" / "y.tsv").read_text()).splitlines()
    rows = [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]
    return {row["rsid"]: row for row in rows}


def by_hand(g: np.ndarray, y: np.ndarray, covariates: np.ndarray) -> tuple[float, float, int]:
    there = np.isfinite(g) & np.isfinite(y) & np.isfinite(covariates).all(axis=1)
    X = np.column_stack([g, np.ones(PEOPLE), covariates / [1, 1, 1e6]])[there]
    beta, left, *_ = np.linalg.lstsq(X, y[there])
    df = len(X) - X.shape[1]
    t = beta[0] / np.sqrt(left[0] / df * np.linalg.inv(X.T @ X)[0, 0])
    return float(beta[0]), float(2 * stats.t.sf(abs(t), df)), len(X)


def test_dosages_with_missing_calls_fit_as_float64_least_squares_on_the_called(tmp_path: Path) -> None:
    dosage, y, covariates = study(tmp_path)
    found = scanned(tmp_path)
    for variant in (0, 2, 5, 12, 22, 30, 59):
        beta, p, n = by_hand(dosage[variant], y, covariates)
        row = found[f"rs{variant + 1}"]
        assert float(row["beta"]) == pytest.approx(beta, rel=1e-8)
        assert float(row["p_value"]) == pytest.approx(p, rel=1e-7)
        assert int(row["n"]) == n
        called = np.isfinite(dosage[variant]) & np.isfinite(y) & np.isfinite(covariates).all(axis=1)
        assert float(row["effect_allele_frequency"]) == pytest.approx(dosage[variant][called].mean() / 2, rel=1e-8)


def test_dosages_without_an_answer_are_left_out_with_the_reason(tmp_path: Path) -> None:
    study(tmp_path)
    found = scanned(tmp_path)
    left = dict(line.split("\t")[4::2] for line in (tmp_path / "out" / "y.left-out.tsv").read_text().splitlines()[1:])
    assert left == {"rs2": "collinear with covariates", "rs21": "no calls", "rs22": "one genotype"}
    assert not set(left) & set(found)


def test_the_counted_allele_of_a_pgen_is_alt(tmp_path: Path) -> None:
    study(tmp_path)
    row = scanned(tmp_path)["rs1"]
    assert (row["effect_allele"], row["other_allele"]) == ("A", "G")
    assert float(row["beta"]) > 0.5


def logistic(g: np.ndarray, ill: np.ndarray, covariates: np.ndarray) -> tuple[float, float]:
    there = np.isfinite(g) & np.isfinite(ill) & np.isfinite(covariates).all(axis=1)
    X = np.column_stack([g, np.ones(PEOPLE), covariates / [1, 1, 1e6]])[there]
    at, information = np.zeros(X.shape[1]), np.eye(X.shape[1])
    for _ in range(25):
        risk = 1 / (1 + np.exp(-X @ at))
        information = X.T @ (X * (risk * (1 - risk))[:, None])
        at = at + np.linalg.solve(information, X.T @ (ill[there] - risk))
    return float(at[0]), float(np.sqrt(np.linalg.inv(information)[0, 0]))


def test_a_trait_of_two_values_on_dosages_is_fitted_by_logistic_regression(tmp_path: Path) -> None:
    dosage, y, covariates = study(tmp_path, binary=True)
    ill = np.where(np.isfinite(y), y > 1, 0.0)
    ill[7] = 0.0  # the study's own holes are in y; the table of a binary trait has none
    found = scanned(tmp_path, screen=1.0)
    for variant in (0, 2, 5, 12, 30, 59):
        row = found[f"rs{variant + 1}"]
        beta, error = logistic(dosage[variant], ill, covariates)
        assert row["test"] == "WALD"
        assert float(row["beta"]) == pytest.approx(beta, abs=1e-6 * error)
        assert float(row["standard_error"]) == pytest.approx(error, rel=1e-6)
    assert scanned(tmp_path, test="linear")["rs1"]["test"] == "LINEAR"


def test_filled_in_calls_of_two_valued_traits_are_refused_unless_linear_is_asked_for(tmp_path: Path) -> None:
    study(tmp_path, binary=True)
    with pytest.raises(ScanError, match="--test linear"):
        scanned(tmp_path, impute="mean")


@pytest.mark.parametrize("impute", [False, True])
@pytest.mark.parametrize("level", compiled.LEVELS)
def test_every_level_agrees_with_numpy_on_any_number_of_traits_and_people(level: str, impute: bool) -> None:
    if compiled.library() is None or compiled.use_level(level) != level:
        pytest.skip(f"this machine has no {level}")
    random = np.random.default_rng(11)
    try:
        for people, covariates, traits in ((23, 0, 1), (511, 3, 2), (512, 6, 9), (1030, 12, 21)):
            values = random.normal(size=(people, traits))
            there = random.random(people) < 0.9
            names = [f"t{at}" for at in range(traits)]
            labels = [str(at) for at in range(covariates)]
            design = designs(names, values, random.normal(size=(people, covariates)), labels, there)[0][0]
            tile = random.uniform(0, 2, (13, people)).astype(np.float32)
            tile[random.random(tile.shape) < 0.04] = np.nan
            tile[3], tile[4], tile[5, 2:] = np.nan, 1.5, np.nan
            ours, plain = dosage.linear(tile, linear.Lanes(design), impute), dosage_plain.linear(tile, design, impute)
            for mine, other in zip(ours, plain, strict=True):
                for name, column in vars(other).items():
                    assert np.allclose(vars(mine)[name], column, rtol=1e-8, atol=1e-10, equal_nan=True), name
    finally:
        compiled.use_level("")


def test_threads_that_lay_out_the_same_columns_at_once_get_one_threads_results() -> None:
    random = np.random.default_rng(12)
    tile = random.uniform(0, 2, (32, 400)).astype(np.float32)
    for _ in range(20):
        there = np.ones(400, np.bool_)
        lanes = linear.Lanes(designs(["t"], random.normal(size=(400, 1)), np.zeros((400, 0)), [], there)[0][0])
        with ThreadPoolExecutor(8) as pool:
            found = [rows[0].beta for rows in pool.map(lambda _, lanes=lanes: dosage.linear(tile, lanes), range(8))]
        assert all(np.array_equal(found[0], beta) for beta in found)


def test_files_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    study(tmp_path)
    psam = tmp_path / "s.psam"
    psam.write_text(psam.read_text() + "P999\t1\n")
    with pytest.raises(FileError):
        open_pgen(tmp_path / "s")
    with pytest.raises(FileError, match="no such file"):
        open_pgen(tmp_path / "nothing")


def test_each_of_several_alternatives_is_scanned_against_all_other_alleles(tmp_path: Path) -> None:
    _, y, covariates = study(tmp_path)
    random = np.random.default_rng(6)
    alleles = random.choice(4, (VARIANTS, PEOPLE, 2), p=[0.4, 0.3, 0.2, 0.1]).astype(np.int32)
    alleles[::2] %= 2  # every other variant has one alternative
    alleles[1::4][alleles[1::4] == 3] = 0
    alleles[random.random((VARIANTS, PEOPLE)) < 0.04] = -9
    sizes = {"variant_ct": VARIANTS, "nonref_flags": False, "allele_ct_limit": 4}
    with pgenlib.PgenWriter(str(tmp_path / "s.pgen").encode(), PEOPLE, **sizes) as out:
        for v, row in enumerate(alleles):
            out.append_alleles(row.ravel(), False, (2, 3, 2, 4)[v % 4])
    alts = ("A", "A,T", "A", "A,T,AT")
    lines = "".join(f"{1 + v // 30}\t{v % 30 + 1}\trs{v + 1}\tG\t{alts[v % 4]}\n" for v in range(VARIANTS))
    pvar = pa.compress(f"#CHROM\tPOS\tID\tREF\tALT\n{lines}".encode(), "zstd", asbytes=True)
    (tmp_path / "s.pvar").unlink()
    (tmp_path / "s.pvar.zst").write_bytes(pvar)
    scan(Request(tmp_path / "s", tmp_path / "y.tsv", tmp_path / "out", tmp_path / "c.tsv", pgen=True, threads=1))
    found = [line.split("\t") for line in (tmp_path / "out" / "y.tsv").read_text().splitlines()[1:]]
    wanted = [(v, alt) for v in range(VARIANTS) for alt in range(1, (2, 3, 2, 4)[v % 4])]
    assert [(row[9], row[2]) for row in found] == [(f"rs{v + 1}", alts[v % 4].split(",")[alt - 1]) for v, alt in wanted]
    for (v, alt), row in zip(wanted, found, strict=True):
        copies = np.where(alleles[v, :, 0] < 0, np.nan, (alleles[v] == alt).sum(axis=1))
        beta, p, n = by_hand(copies, y, covariates)
        assert (float(row[4]), float(row[7]), int(row[10])) == pytest.approx((beta, p, n), rel=1e-6)
    score(tmp_path)


def score(folder: Path) -> None:
    """Of a variant with several alternatives the copies of REF are not told by one of them."""
    (folder / "w").write_text("ID\tA1\tw\nrs2\tG\t1\nrs4\tT\t1\nrs5\tG\t1\n")
    assert command("score", f"--pfile {folder / 's'} --score {folder / 'w'} --out {folder / 'o'} --threads 1") == 0
    assert json.loads((folder / "o" / "match.json").read_text())["w"]["rate"] == pytest.approx(2 / 3, abs=1e-6)
