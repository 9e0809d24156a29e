import gzip
import subprocess

import numpy as np
import pytest

from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel import counting
from citywide.systems.genomics.engine.scores.file import read_scores
from citywide.systems.genomics.engine.scores.match import match, match_all, target
from citywide.systems.genomics.engine.scores.score import score
from tests.systems.genomics.made_studies import drawn, needs_plink2, write

HEAD = "###PGS CATALOG SCORING FILE\n#format_version=2.0\n#pgs_id=PGS000001\n"


def expected(copies, weights):
    called = copies >= 0
    frequency = np.where(called, copies, 0).sum(1) / np.maximum(2 * called.sum(1), 1)
    frequency[~called.any(axis=1)] = 0.5
    filled = np.where(called, copies, 2 * frequency[:, None])
    return filled.T @ weights


@pytest.mark.parametrize("level", counting.levels())
@pytest.mark.parametrize("people", [64, 67])
def test_a_missing_call_counts_twice_the_frequency(tmp_path, people, level):
    random = np.random.default_rng(people)
    copies = drawn(random, 300, people)
    bed = write(tmp_path, copies)
    weights = random.normal(size=(300, 17))
    table = "\n".join("\t".join([f"v{i}", "A", *map(repr, row)]) for i, row in enumerate(weights.tolist()))
    names = "\t".join(f"S{at}" for at in range(17))
    (tmp_path / "w.txt").write_text(f"ID\tA1\t{names}\n{table}\n")
    found = score(bed, match_all(read_scores(tmp_path / "w.txt"), target(bed.variants)), level=level)
    np.testing.assert_allclose(found.sums, expected(copies, weights), atol=2e-5)
    np.testing.assert_array_equal(found.calls[:, 3], 2 * (copies >= 0).sum(axis=0))


def catalog(tmp_path, rows, columns="chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight"):
    path = tmp_path / "PGS000001.txt.gz"
    path.write_bytes(gzip.compress((HEAD + columns + "\n" + "\n".join(rows) + "\n").encode()))
    return read_scores(path)[0]


ALLELES = [("A", "G"), ("A", "G"), ("A", "G"), ("A", "G"), ("A", "T"), ("C", "G"), ("A", "G"), ("A", "C")]
ROWS = [
    "1\t1000\tA\tG\t1",  # as it stands
    "1\t2000\tG\tA\t1",  # the other allele counted
    "chr1\t3000\tT\tC\t1",  # the other strand
    "1\t4000\tC\tT\t1",  # the other strand, the other allele
    "1\t5000\tA\tT\t1",  # a palindrome
    "1\t6000\tG\tC\t1",  # a palindrome
    "1\t7000\tA\tC\t1",  # other alleles
    "1\t8000\tA\t\t1",  # one allele only
    "1\t9999\tA\tG\t1",  # not there
    "1\t1000\tG\tA\t5",  # there already
]


def test_every_line_has_one_place_in_the_report(tmp_path):
    copies = drawn(np.random.default_rng(1), 8, 30, 0.0)
    bed = write(tmp_path, copies, alleles=ALLELES)
    found = match(catalog(tmp_path, ROWS), target(bed.variants))
    assert found.name == "PGS000001"
    assert found.report == {
        "matched": 2,
        "flipped": 2,
        "no_other_allele": 1,
        "ambiguous_kept": 0,
        "ambiguous": 2,
        "other_alleles": 1,
        "not_found": 1,
        "duplicate": 1,
        "left_out": 0,
    }
    assert sum(found.report.values()) == len(ROWS)
    assert not found.enough
    ours = score(bed, [found]).sums[:, 0]
    np.testing.assert_allclose(ours, copies[0] + (2 - copies[1]) + copies[2] + (2 - copies[3]) + copies[7], atol=1e-5)


def test_palindromes_are_used_as_they_stand_only_when_asked_for(tmp_path):
    copies = drawn(np.random.default_rng(2), 8, 30, 0.0)
    bed = write(tmp_path, copies, alleles=ALLELES)
    found = match(catalog(tmp_path, ROWS[4:6]), target(bed.variants), keep_ambiguous=True)
    assert found.report["ambiguous_kept"] == 2
    np.testing.assert_allclose(score(bed, [found]).sums[:, 0], copies[4] + (2 - copies[5]), atol=1e-5)


def test_swapping_the_alleles_of_a_file_mirrors_the_score(tmp_path):
    copies = drawn(np.random.default_rng(3), 40, 33)
    bed = write(tmp_path, copies)
    rows = [f"1\t{1000 * (i + 1)}\tA\tG\t{0.1 * i}" for i in range(40)]
    other = write(tmp_path, np.where(copies < 0, -1, 2 - copies), alleles=("G", "A"), name="swapped")
    one, two = (score(data, [match(catalog(tmp_path, rows), target(data.variants))]) for data in (bed, other))
    np.testing.assert_allclose(one.sums, two.sums, atol=1e-4)


def test_dominant_recessive_and_interacting_lines_are_what_they_say(tmp_path):
    copies = drawn(np.random.default_rng(4), 8, 40, 0.0)
    bed = write(tmp_path, copies)
    columns = "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight"
    columns += "\tis_dominant\tis_recessive\tis_interaction"
    rows = [
        "1\t1000\tA\tG\t2\tTrue\tFalse\tFalse",
        "1\t2000\tG\tA\t3\tFalse\tTrue\tFalse",
        "1\t3000\tA\tG\t1\tFalse\tFalse\tTrue",
    ]
    found = match(catalog(tmp_path, rows, columns), target(bed.variants))
    assert found.report["left_out"] == 1
    np.testing.assert_allclose(score(bed, [found]).sums[:, 0], 2 * (copies[0] > 0) + 3 * (copies[1] == 0), atol=1e-5)


PLACE = "hm_rsID\thm_chr\thm_pos\thm_inferOtherAllele"


def test_a_file_as_the_catalogue_ships_it_is_read(tmp_path):
    """Columns of harmonising, alleles only inferred, names that are none, a place that was not found, and ratios."""
    copies = drawn(np.random.default_rng(9), 8, 30, 0.0)
    bed = write(tmp_path, copies)
    columns = f"rsID\teffect_allele\tlocus_name\tOR\tis_dominant\t{PLACE}\thm_match_pos"
    rows = [
        "rs1\tA\tLPA\t2\tFALSE\trs1\t1\t1000\tG\tTrue",
        "rs2\tg\t\t4\tFALSE\trs2\t1\t2000\tA/C\tTrue",  # two alleles that it might be
        "v2\tA\t\t0.5\tTRUE\t\t\t\t\tFalse",  # no place: found by its name
        ".\tA\t\t3\tFALSE\t.\t\t\t\tFalse",  # neither place nor name
        "rs5\t\t\t3\tFALSE\trs5\t1\t5000\tG\tTrue",  # no effect allele
    ]
    bim = tmp_path / "study.bim"
    bim.write_text(bim.read_text().replace(" v6 ", " . "))
    found = match(catalog(tmp_path, rows, columns), target(open_bed(tmp_path / "study").variants))
    used = {name: many for name, many in found.report.items() if many}
    assert used == {"matched": 1, "no_other_allele": 2, "other_alleles": 1, "not_found": 1}
    wanted = copies[0] * np.log(2) + (2 - copies[1]) * np.log(4) + (copies[2] > 0) * np.log(0.5)
    np.testing.assert_allclose(score(bed, [found]).sums[:, 0], wanted, atol=1e-5)


def test_weights_that_are_said_to_be_ratios_are_added_as_they_stand_and_that_is_said(tmp_path):
    path = tmp_path / "PGS000002.txt"
    path.write_text("#pgs_id=PGS000002\t\t\n#weight_type=OR\t\t\nrsID\teffect_allele\teffect_weight\nv0\tA\t1.5\n")
    [found] = read_scores(path)
    assert found.name == "PGS000002"
    assert found.adds.tolist() == [[0.0, 1.5, 3.0]]
    assert "not their logarithms" in found.doubt


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rsID\tchr_name\tchr_position\teffect_weight\nrs1\t1\t1000\t0.5\n", "no column effect_allele"),
        ("rsID\teffect_allele\tbeta\nrs1\tA\t0.5\n", "no column effect_weight"),
        ("rsID\teffect_allele\tHR\nrs1\tA\t0\n", "column HR: no ratio in line 1"),
        (
            (
                "rsID\teffect_allele\teffect_weight\tis_dominant\tis_recessive\tis_haplotype\n"
                "rs1\tA\t1\t0\t0\t1\nrs2\tA\t1\tTRUE\tTRUE\t0\n"
            ),
            "dominant and recessive at once in line 2",
        ),
    ],
)
def test_a_file_that_no_score_can_be_made_of_says_why(tmp_path, text, says):
    (tmp_path / "w.txt").write_text(text)
    with pytest.raises(FileError, match=says):
        read_scores(tmp_path / "w.txt")


def test_harmonised_positions_win_over_the_authors(tmp_path):
    copies = drawn(np.random.default_rng(5), 8, 20, 0.0)
    bed = write(tmp_path, copies)
    columns = "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\thm_chr\thm_pos"
    found = match(catalog(tmp_path, ["rs1\t7\t5\tA\tG\t1\t1\t2000"], columns), target(bed.variants))
    assert found.rows.tolist() == [1]


@pytest.mark.parametrize("cell", ["", "nan", "x"])
def test_a_weight_that_is_no_number_is_refused(tmp_path, cell):
    with pytest.raises(FileError):
        catalog(tmp_path, [f"1\t1000\tA\tG\t{cell}"])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match=r"nowhere.txt: there is no such file"):
        read_scores(tmp_path / "nowhere.txt")


def test_a_score_that_matches_nothing_is_zero_and_says_so(tmp_path):
    bed = write(tmp_path, drawn(np.random.default_rng(6), 8, 20))
    found = match(catalog(tmp_path, ["9\t1\tA\tG\t1"]), target(bed.variants))
    assert (found.rate, found.enough) == (0.0, False)
    made = score(bed, [found])
    assert not made.sums.any()
    assert np.isnan(made.averages).all()


def test_on_x_a_missing_call_is_expected_at_the_frequency_where_a_man_has_one_copy(tmp_path):
    copies = np.array([[2, 0, 2, 1, -1]], np.int8)  # two men, two women, and one of whom we know nothing
    bed = write(tmp_path, copies, ["X"], [1, 1, 2, 2, 2])
    (tmp_path / "w.txt").write_text("ID\tA1\tS\nv0\tA\t1\n")
    found = score(bed, match_all(read_scores(tmp_path / "w.txt"), target(bed.variants)))
    assert found.sums[4, 0] == pytest.approx(2 * (1 + 0 + 2 + 1) / (1 + 1 + 2 + 2))


@needs_plink2
@pytest.mark.parametrize("chromosome", ["1", "X", "Y", "MT"])
def test_plink2_gives_the_same_averages(tmp_path, chromosome):
    random = np.random.default_rng(8)
    bed = write(tmp_path, drawn(random, 500, 91), ["1"] * 100 + [chromosome] * 400, random.integers(1, 3, 91))
    alleles = random.choice(["A", "G"], 500)
    rows = "\n".join(
        f"v{i}\t{a}\t{w:.6g}" for i, (a, w) in enumerate(zip(alleles, random.normal(size=500), strict=True))
    )
    (tmp_path / "w.txt").write_text(f"ID\tA1\tS\n{rows}\n")
    command = ["plink2", "--bfile", "study", "--score", "w.txt", "header-read", "--out", "p"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    theirs = np.loadtxt(tmp_path / "p.sscore", skiprows=1, usecols=(2, 4))
    found = score(bed, match_all(read_scores(tmp_path / "w.txt"), target(bed.variants)))
    np.testing.assert_array_equal(found.calls[:, 0], theirs[:, 0])
    np.testing.assert_allclose(found.averages[:, 0], theirs[:, 1], rtol=1e-5, atol=1e-7)
