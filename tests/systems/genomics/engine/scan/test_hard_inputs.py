"""Every hard input has a stated result and never a wrong number: whole scans of files against plain float64 algebra.

Each variant below is one trap with its name; the oracle sees only the genotypes, the tables and numpy.
"""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pgenlib
import pytest
from bgen import BgenWriter
from scipy import stats

from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.files.lists import keep_mask
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.scan.request import Request
from citywide.systems.genomics.engine.scan.run import scan
from tests.systems.genomics.engine.fits.test_binary import fitted
from tests.systems.genomics.made_studies import needs_plink2, write

SEED = 17
TRAPS = (
    *("common", "none has it", "everybody has two", "nobody is called", "everybody has one"),
    *("one carrier of one", "one carrier of two", "two carriers", "a covariate again", "the sum of two covariates"),
    *("three are called", "one too few are called", "just enough are called"),
    *("30 % missing in one batch", "a whole batch missing", "missing with the trait", "separates", "half missing"),
    *("swapped", "not swapped"),
)
STATED = {
    "none has it": "one genotype",
    "everybody has two": "one genotype",
    "nobody is called": "no calls",
    "everybody has one": "one genotype",
    "a covariate again": "collinear with covariates",
    "the sum of two covariates": "collinear with covariates",
    "three are called": "too few people",
    "one too few are called": "too few people",
}
ROWS = {name: row for row, name in enumerate(TRAPS)}


def cohort(people: int, seed: int = SEED) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Genotypes with every trap, a trait, and covariates of every kind: batch, constant, huge, again."""
    random = np.random.default_rng(seed)
    copies = random.binomial(2, 0.35, (len(TRAPS), people)).astype(np.int8)
    y = random.normal(size=people)
    ill = (y > 0.3).astype(float)
    one, two, batch = random.binomial(2, 0.4, people), random.binomial(1, 0.4, people), np.arange(people) % 5 == 0
    covariates = np.column_stack([
        random.normal(size=people), one, two, batch, np.full(people, 7.0),
        random.normal(size=people) * 1e9, 1e9 + random.normal(size=people), one,
    ])  # fmt: skip
    at = ROWS
    copies[at["none has it"]], copies[at["everybody has two"]] = 0, 2
    copies[at["nobody is called"]], copies[at["everybody has one"]] = -1, 1
    for name, carriers in (("one carrier of one", [1]), ("one carrier of two", [2]), ("two carriers", [1, 1])):
        copies[at[name]] = 0
        copies[at[name], 9 : 9 + len(carriers)] = carriers
    copies[at["a covariate again"]] = one
    copies[at["the sum of two covariates"]] = np.minimum(one, 1) + two
    covariates[:, 2] = copies[at["the sum of two covariates"]] - one  # so that it is the sum
    copies[at["three are called"], 3:] = -1
    copies[at["three are called"], :3] = [0, 1, 2]
    for name, called in (("one too few are called", 8), ("just enough are called", 9)):
        copies[at[name], called:] = -1
    copies[at["30 % missing in one batch"], batch & (random.random(people) < 0.3)] = -1
    copies[at["a whole batch missing"], batch] = -1
    copies[at["missing with the trait"], :20] = -1
    copies[at["separates"]] = np.where(ill > 0, 2, 0)
    copies[at["half missing"], random.random(people) < 0.5] = -1
    copies[at["swapped"]] = np.where(copies[at["not swapped"]] < 0, -1, 2 - copies[at["not swapped"]])
    y[10:16], covariates[14:22, 0] = np.nan, np.nan  # of 14 and 15 both are missing
    return copies, y, covariates


def study(folder: Path, people: int, kind: str = "bed", binary: bool = False) -> tuple[Request, tuple[np.ndarray, ...]]:
    """The cohort as files of this kind, and the request that scans it."""
    copies, y, covariates = cohort(people)
    trait = np.where(np.isnan(y), np.nan, y > 0.3) if binary else y
    {"bed": write, "pgen": write_pgen, "bgen": write_bgen}[kind](folder, copies)
    table(folder / "y.tsv", ["y"], trait[:, None])
    table(folder / "c.tsv", [f"c{i}" for i in range(covariates.shape[1])], covariates)
    data = folder / ("study.bgen" if kind == "bgen" else "study")
    request = Request(data, folder / "y.tsv", folder / "out", folder / "c.tsv", threads=1)
    return replace(request, pgen=kind == "pgen", bgen=kind == "bgen"), (copies, trait, covariates)


def table(path: Path, names: list[str], values: np.ndarray) -> None:
    lines = [" ".join(["FID IID", *names])]
    for row, cells in enumerate(values.tolist()):
        lines.append(" ".join([f"F{row} P{row}", *("NA" if v != v else repr(float(v)) for v in cells)]))  # noqa: PLR0124 - NaN
    path.write_text("\n".join(lines) + "\n")


def write_pgen(folder: Path, copies: np.ndarray) -> None:
    people = copies.shape[1]
    with pgenlib.PgenWriter(
        str(folder / "study.pgen").encode(), people, variant_ct=len(copies), nonref_flags=False, dosage_present=True
    ) as out:
        for row in copies:
            out.append_dosages(np.where(row < 0, -9, row).astype(np.float32))
    lines = "".join(f"1\t{1000 * (row + 1)}\tv{row}\tG\tA\n" for row in range(len(copies)))
    (folder / "study.pvar").write_text("#CHROM\tPOS\tID\tREF\tALT\n" + lines)
    (folder / "study.psam").write_text("#FID\tIID\tSEX\n" + "".join(f"F{i}\tP{i}\t0\n" for i in range(people)))


def write_bgen(folder: Path, copies: np.ndarray) -> None:
    people = copies.shape[1]
    with BgenWriter(str(folder / "study.bgen"), people, compression="zlib", layout=2) as out:
        for row, calls in enumerate(copies):
            shares = np.eye(3)[np.maximum(calls, 0)]
            shares[calls < 0] = np.nan
            out.add_variant(f"v{row}", f"v{row}", "1", 1000 * (row + 1), ["G", "A"], shares, bit_depth=16)
    lines = "".join(f"F{i} P{i} 0\n" for i in range(people))
    (folder / "study.sample").write_text("ID_1 ID_2 missing\n0 0 0\n" + lines)


def results(request: Request) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Rows of the results and reasons of those left out, by the trap's name."""
    scan(request)
    head, *lines = (request.out / "y.tsv").read_text().splitlines()
    rows = [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]
    _, *out = (request.out / "y.left-out.tsv").read_text().splitlines()
    reasons = [line.split("\t") for line in out]
    return {TRAPS[int(row["variant_id"][1:])]: row for row in rows}, {TRAPS[int(r[4][1:])]: r[6] for r in reasons}


def whitened(X: np.ndarray) -> np.ndarray:
    """Independent columns of the covariates with 1 among them, each centred and of length one."""
    centred = X - X.mean(axis=0)
    size = np.linalg.norm(centred, axis=0)
    kept = centred[:, size > 1e-12 * np.linalg.norm(X, axis=0)] / size[size > 1e-12 * np.linalg.norm(X, axis=0)]
    left, strength, _ = np.linalg.svd(kept, full_matrices=False)
    return np.column_stack([np.ones(len(X)), left[:, strength > 1e-7]])


def by_hand(g: np.ndarray, y: np.ndarray, covariates: np.ndarray) -> tuple[float, float, float, int] | str:
    """Least squares by a singular value decomposition, or why there is none."""
    there = (g >= 0) & np.isfinite(y) & np.isfinite(covariates).all(axis=1)
    if not there.any():
        return "no calls"
    g, y, X = g[there].astype(float), y[there], whitened(covariates[there])
    if np.ptp(g) == 0:
        return "one genotype"
    if len(g) - X.shape[1] - 1 < 1:
        return "too few people"
    left = g - X @ (np.linalg.pinv(X) @ g)
    if left @ left < 1e-10 * ((g - g.mean()) @ (g - g.mean())):
        return "collinear with covariates"
    full = np.column_stack([X, g])
    beta, *_ = np.linalg.lstsq(full, y)
    rest = y - full @ beta
    df = len(g) - full.shape[1]
    error = np.sqrt(rest @ rest / df * np.linalg.inv(full.T @ full)[-1, -1])
    return beta[-1], error, -(stats.t.logsf(abs(beta[-1] / error), df) + np.log(2)) / np.log(10), len(g)


@pytest.mark.parametrize("kind", ["bed", "pgen", "bgen"])
@pytest.mark.parametrize("people", [61, 62, 63, 64, 79, 80, 301])
def test_every_trap_of_a_linear_scan(tmp_path: Path, kind: str, people: int) -> None:
    request, (copies, y, covariates) = study(tmp_path, people, kind)
    rows, reasons = results(request)
    for name, g in zip(TRAPS, copies, strict=True):
        expected = by_hand(g, y, covariates)
        if isinstance(expected, str):
            assert reasons[name] == expected, name
            assert name not in rows
        else:
            row = rows[name]
            assert int(row["n"]) == expected[3], name
            assert float(row["beta"]) == pytest.approx(expected[0], abs=2e-7 * expected[1]), name
            assert float(row["standard_error"]) == pytest.approx(expected[1], rel=2e-7), name
            assert float(row["neg_log_10_p_value"]) == pytest.approx(expected[2], rel=1e-6, abs=1e-6), name
    for name, reason in STATED.items():
        assert reasons[name] == reason, name
    swapped, plain = rows["swapped"], rows["not swapped"]
    assert float(swapped["beta"]) == pytest.approx(-float(plain["beta"]), rel=1e-7)
    assert swapped["n"] == plain["n"]
    assert float(swapped["effect_allele_frequency"]) == pytest.approx(1 - float(plain["effect_allele_frequency"]))


@pytest.mark.parametrize("people", [150, 301])
def test_every_trap_of_a_logistic_scan(tmp_path: Path, people: int) -> None:
    request, (copies, ill, covariates) = study(tmp_path, people, binary=True)
    rows, reasons = results(replace(request, screen=1.0))
    there = np.isfinite(ill) & np.isfinite(covariates).all(axis=1)
    for name, reason in STATED.items():
        assert reasons[name] == reason, name
    for name, row in rows.items():
        g = copies[ROWS[name]][there]
        if name == "just enough are called":
            continue  # as many coefficients as people: the oracle's plain Newton steps run away
        X = whitened(covariates[there][g >= 0])[:, 1:]
        beta, error = fitted(ill[there][g >= 0], X, g[g >= 0], row["test"] == "FIRTH")
        assert float(row["beta"]) == pytest.approx(beta, abs=1e-5 * error), name
        assert float(row["standard_error"]) == pytest.approx(error, rel=1e-5), name
        assert int(row["n"]) == (g >= 0).sum()
    assert {"a whole batch missing", "30 % missing in one batch", "one carrier of two"} <= set(rows)
    assert rows["separates"]["test"] == "FIRTH"
    assert rows["separates"]["note"] == "ok"
    assert set(rows) | set(reasons) == set(TRAPS)


@pytest.mark.parametrize("people", [80, 144, 159, 181, 210, 258, 281, 324])
def test_what_the_fast_fit_is_in_doubt_of_is_looked_at_again(tmp_path: Path, people: int) -> None:
    """Cohorts in which the products of digits took a covariate for a variant of its own, or few people lost digits."""
    request, (copies, y, covariates) = study(tmp_path, people)
    rows, reasons = results(request)
    for name, g in zip(TRAPS, copies, strict=True):
        expected = by_hand(g, y, covariates)
        if isinstance(expected, str):
            assert reasons[name] == expected, name
        else:
            assert float(rows[name]["standard_error"]) == pytest.approx(expected[1], rel=1e-8), name


def test_perfect_separation_without_firth_is_said_and_has_no_number(tmp_path: Path) -> None:
    request, _ = study(tmp_path, 150, binary=True)
    rows, reasons = results(replace(request, firth="off", screen=1.0))
    assert reasons["separates"] == "separated"
    assert "separates" not in rows


def test_no_more_people_than_covariates_and_one_is_refused_for_the_whole_trait(tmp_path: Path) -> None:
    request, _ = study(tmp_path, 61)
    for count, refused in ((10, True), (40, False)):
        (tmp_path / "keep").write_text("".join(f"F{i} P{i}\n" for i in range(22, 22 + count)))
        found = scan(replace(request, keep=(tmp_path / "keep",), out=tmp_path / str(count)))[0]
        assert ("too few" in found.refused) == (refused and count < 9) or found.people == count
    (tmp_path / "keep").write_text("".join(f"F{i} P{i}\n" for i in range(22, 29)))
    assert "7 people with every value are too few" in scan(replace(request, keep=(tmp_path / "keep",)))[0].refused


def test_men_count_on_x_as_having_two_copies_or_none_and_their_hets_are_missing(tmp_path: Path) -> None:
    random, people = np.random.default_rng(4), 83
    sex = random.integers(0, 3, people)
    copies = random.binomial(2, 0.4, (4, people)).astype(np.int8)
    y = random.normal(size=people) + copies[0]
    write(tmp_path, copies, ["X", "Y", "XY", "23"], sex.tolist())
    table(tmp_path / "y.tsv", ["y"], y[:, None])
    request = Request(tmp_path / "study", tmp_path / "y.tsv", tmp_path / "out", threads=1)
    scan(request)
    head, *lines = (request.out / "y.tsv").read_text().splitlines()
    rows = {line.split("\t")[8]: dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines}
    known, man = sex > 0, sex == 1
    for name, g, members, covariates in (
        ("v0", copies[0], known & ~(man & (copies[0] == 1)), sex[:, None]),
        ("v1", copies[1], man & (copies[1] != 1), np.zeros((people, 0))),
        ("v2", copies[2], np.ones(people, bool), np.zeros((people, 0))),
        ("v3", copies[3], known & ~(man & (copies[3] == 1)), sex[:, None]),
    ):
        expected = by_hand(np.where(members, g, -1), y, covariates.astype(float))
        assert int(rows[name]["n"]) == expected[3]
        assert float(rows[name]["beta"]) == pytest.approx(expected[0], rel=1e-7)
        assert float(rows[name]["standard_error"]) == pytest.approx(expected[1], rel=1e-7)
    assert [rows[f"v{i}"]["chromosome"] for i in (0, 1, 3)] == ["23", "24", "23"]


def test_ids_that_fit_in_part_leave_the_others_out(tmp_path: Path) -> None:
    request, (copies, y, covariates) = study(tmp_path, 301)
    lines = request.pheno.read_text().splitlines()
    strangers = [f"F{i} Q{i} 5.0" for i in range(50)] + [f"G{i} P{i} 5.0" for i in range(250, 300)]
    request.pheno.write_text("\n".join([lines[0], *lines[1:200][::-1], *strangers]) + "\n")
    rows, _ = results(request)
    y[199:] = np.nan
    expected = by_hand(copies[0], y, covariates)
    assert int(rows["common"]["n"]) == expected[3]
    assert float(rows["common"]["beta"]) == pytest.approx(expected[0], rel=1e-6)


def test_an_id_that_stands_in_two_families_is_never_guessed(tmp_path: Path) -> None:
    request, _ = study(tmp_path, 64)
    fam = (tmp_path / "study.fam").read_text().splitlines()
    (tmp_path / "study.fam").write_text("\n".join([*fam[:-1], "F63 P0 0 0 0 -9"]) + "\n")
    request.pheno.write_text("IID y\n" + "".join(f"P{i} {i % 7}.5\n" for i in range(63)))
    with pytest.raises(FileError, match="P0 stands in several families"):
        scan(request)
    (tmp_path / "list").write_text("P0\n")
    with pytest.raises(FileError, match="P0 stands in several families"):
        scan(replace(request, remove=(tmp_path / "list",)))


def test_a_person_who_stands_twice_is_refused_wherever(tmp_path: Path) -> None:
    request, _ = study(tmp_path, 64)
    good = request.pheno.read_text()
    request.pheno.write_text(good + "F3 P3 1.5\n")
    with pytest.raises(FileError, match="P3 stands twice"):
        scan(request)
    request.pheno.write_text(good)
    fam = (tmp_path / "study.fam").read_text()
    (tmp_path / "study.fam").write_text(fam.replace("F4 P4", "F3 P3"))
    with pytest.raises(FileError, match="F3 P3 stands twice"):
        scan(request)


def test_lines_that_end_as_on_windows_are_read_alike(tmp_path: Path) -> None:
    request, _ = study(tmp_path, 61)
    scan(request)
    first = (request.out / "y.tsv").read_bytes()
    for path in (request.pheno, request.covar, tmp_path / "study.fam", tmp_path / "study.bim"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    scan(replace(request, out=tmp_path / "windows"))
    assert (tmp_path / "windows" / "y.tsv").read_bytes() == first


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw: raw[:-5], "truncated"),
        (lambda raw: raw + b"\0", "longer than promised"),
        (lambda raw: raw[:2] + b"\0" + raw[3:], "sample-major order; convert it"),
        (lambda raw: b"\0\0" + raw[2:], "not a PLINK 1 .bed"),
        (lambda raw: raw[:2], "not a PLINK 1 .bed"),
    ],
)
def test_a_scan_of_a_broken_bed_ends_before_it_begins(tmp_path: Path, change, says: str) -> None:
    request, _ = study(tmp_path, 61)
    bed = tmp_path / "study.bed"
    bed.write_bytes(change(bed.read_bytes()))
    with pytest.raises(FileError, match=says):
        scan(request)
    assert not (request.out / "y.tsv").exists()


def test_blank_lists_keep_nobody_and_remove_nobody(tmp_path: Path) -> None:
    study(tmp_path, 61)
    people = open_bed(tmp_path / "study").people
    (tmp_path / "blank").write_text("\n#FID IID\n")
    assert not keep_mask(people, [tmp_path / "blank"]).any()
    assert keep_mask(people, remove=[tmp_path / "blank"]).all()


@needs_plink2
def test_a_mans_two_copies_on_x_are_missing_as_after_plink2_has_set_them_so(tmp_path: Path) -> None:
    random, people = np.random.default_rng(7), 90
    copies = random.binomial(2, 0.4, (12, people)).astype(np.int8)
    write(tmp_path, copies, ["X"] * 12, random.integers(1, 3, people).tolist())
    table(tmp_path / "y.tsv", ["y"], random.normal(size=(people, 1)))
    scan(Request(tmp_path / "study", tmp_path / "y.tsv", tmp_path / "out", threads=1))
    rows = [line.split("\t") for line in (tmp_path / "out" / "y.tsv").read_text().splitlines()[1:]]
    words = (
        "--bfile study --set-hh-missing --make-bed --out set",
        "--bfile set --pheno y.tsv --glm allow-no-covars hide-covar --out p",
    )
    for line in words:
        subprocess.run(["plink2", *line.split()], check=True, capture_output=True, cwd=tmp_path)
    head, *lines = (line.split() for line in (tmp_path / "p.y.glm.linear").read_text().splitlines())
    theirs = [dict(zip(head, line, strict=True)) for line in lines]
    assert [int(row["OBS_CT"]) for row in theirs] == [int(row[10]) for row in rows]
    assert [float(row["P"]) for row in theirs] == pytest.approx([float(row[7]) for row in rows], rel=1e-5)
