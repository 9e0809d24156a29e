import json
import re
from dataclasses import replace
from math import erfc, sqrt

import numpy as np
import pytest
from scipy import stats

from citywide.systems.genomics.engine.files.chromosomes import numbered, table_numbers
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.results.clump import Bounds, clump, regions
from citywide.systems.genomics.engine.results.findings import console, findings
from citywide.systems.genomics.engine.results.inflation import lambda_gc, ld_regression, ld_scores
from citywide.systems.genomics.engine.results.page import verdict
from citywide.systems.genomics.engine.results.pictures import manhattan, quantiles, thinned
from citywide.systems.genomics.engine.results.read import read_results, read_tables
from citywide.systems.genomics.engine.results.report import write_report
from citywide.systems.genomics.engine.results.texts import TEXTS, p_text
from tests.systems.genomics.made_studies import linked, write

HEAD = [
    *("chromosome", "base_pair_location", "effect_allele", "other_allele", "beta", "standard_error"),
    *("effect_allele_frequency", "p_value", "variant_id", "rsid", "n", "neg_log_10_p_value"),
]


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """Two planted effects on linked genotypes, scanned by plain least squares."""
    folder = tmp_path_factory.mktemp("scan")
    random = np.random.default_rng(1)
    copies = linked(random, 800, 700)
    chromosome = ["1"] * 400 + ["2"] * 200 + ["X"] * 200
    bed = write(folder, copies, chromosome)
    trait = 0.6 * copies[100] + 0.6 * copies[500] + random.normal(size=700)
    lines = ["\t".join(HEAD)]
    for row, x in enumerate(copies - copies.mean(1, keepdims=True)):
        if not x.any():
            continue
        beta = x @ trait / (x @ x)
        rest = trait - trait.mean() - beta * x
        error = sqrt(rest @ rest / 698 / (x @ x))
        p = max(erfc(abs(beta / error) / sqrt(2)), 1e-300)
        cells = [
            chromosome[row],
            1000 * (row + 1),
            "A",
            "G",
            beta,
            error,
            copies[row].mean() / 2,
            p,
            ".",
            f"v{row}",
            700,
            -np.log10(p),
        ]
        lines.append("\t".join(map(str, cells)))
    (folder / "height.tsv").write_text("\n".join(lines) + "\n")
    return bed, copies, read_results(folder / "height.tsv")


def test_each_planted_effect_is_one_clump_and_one_region(scan):
    bed, copies, results = scan
    found = clump(results, bed, Bounds(r2=0.05, kb=250))
    leads = [int(results.name[one.lead][1:]) for one in found]
    for planted in (100, 500):
        assert any(np.corrcoef(copies[lead], copies[planted])[0, 1] ** 2 > 0.5 for lead in leads)
    assert {place.chromosome for place in regions(results, found)} == {1, 2}


def test_members_are_linked_with_their_lead_and_belong_to_one_clump(scan):
    bed, copies, results = scan
    bounds = Bounds(r2=0.2, kb=100)
    found = clump(results, bed, bounds)
    for one in found:
        for member in one.members:
            r2 = np.corrcoef(copies[int(results.name[member][1:])], copies[int(results.name[one.lead][1:])])[0, 1] ** 2
            assert r2 > 0.2
            assert abs(results.position[member] - results.position[one.lead]) <= 100_000
    members = np.concatenate([one.members for one in found])
    assert len(np.unique(members)) == len(members)


def test_the_effect_on_a_binary_trait_is_told_as_an_odds_ratio_with_its_interval(scan, tmp_path):
    bed, _, results = scan
    for odds, told in ((False, 0), (True, 1)):
        found = findings("ill", replace(results, odds=np.full(len(results), odds)), bed)
        write_report(found, tmp_path)
        assert (tmp_path / "report.html").read_text().count("Odds ratio (95 %)") == told
        head, *lines = (line.split("\t") for line in (tmp_path / "top.tsv").read_text().splitlines())
        row = dict(zip(head, lines[0], strict=True))
        if not odds:
            assert (row["odds_ratio"], row["odds_low"], row["odds_high"]) == ("NA", "NA", "NA")
            continue
        beta, error = float(row["beta"]), float(row["standard_error"])
        assert float(row["odds_ratio"]) == pytest.approx(np.exp(beta))
        assert float(row["odds_low"]) == pytest.approx(np.exp(beta - stats.norm.ppf(0.975) * error))
        assert float(row["odds_high"]) == pytest.approx(np.exp(beta + stats.norm.ppf(0.975) * error))


def test_without_genotypes_all_within_reach_join(scan):
    _, _, results = scan
    assert len(clump(results, None, Bounds(kb=1000))) == 2


def test_lambda_is_one_under_the_null_and_doubles_with_the_statistic():
    chi = np.random.default_rng(1).normal(size=200_000) ** 2
    strength = -np.log10(stats.chi2.sf([chi, 2 * chi], 1))
    assert lambda_gc(strength[0]) == pytest.approx(1, abs=0.02)
    assert lambda_gc(strength[1]) == pytest.approx(2 * lambda_gc(strength[0]))


def test_ld_scores_are_sums_of_adjusted_correlations(scan):
    bed, copies, _ = scan
    rows = np.arange(400)
    found = ld_scores(bed, rows, np.ones(400, int), 1000 * (rows + 1), reach=50_000)
    near = copies[200 - 50 : 200 + 51]
    near = near[near.std(axis=1) > 0]
    r2 = np.array([np.corrcoef(copies[200], other)[0, 1] ** 2 for other in near])
    expected = (r2 - (1 - r2) / 698).sum() - (101 - len(near)) / 698
    assert found[200] == pytest.approx(expected, abs=1e-9)


def test_ld_regression_tells_confounding_from_heritability():
    random = np.random.default_rng(2)
    ld, n = random.gamma(4, 30, 60_000) + 1, np.full(60_000, 5_000.0)
    chi = (1.1 + 0.3 * n * ld / 60_000) * random.normal(size=60_000) ** 2
    found = ld_regression(chi, ld, n)
    assert found.heritability == pytest.approx(0.3, abs=4 * found.heritability_error)
    assert found.intercept == pytest.approx(1.1, abs=4 * found.intercept_error + 0.05)


def test_a_picture_keeps_every_strong_point(scan):
    _, _, results = scan
    picture = manhattan(results)
    assert set(np.flatnonzero(results.strength >= 3)) <= set(picture.row.tolist())
    assert list(picture.ticks) == ["1", "2", "X"]
    crowd = thinned(np.linspace(0, 1, 10**6), np.full(10**6, 0.5))
    assert len(crowd) < 2000


def test_the_expected_quantiles_fall_and_their_band_holds_them(scan):
    found = quantiles(scan[2])
    assert (np.diff(found.expected) < 0).all()
    assert ((found.low <= found.expected) & (found.expected <= found.high)).all()


def test_the_page_stands_alone_and_speaks_both_languages(scan, tmp_path):
    bed, _, results = scan
    write_report(findings("height <1>", results, bed), tmp_path, ["citywide report …"])
    page = (tmp_path / "report.html").read_text()
    assert not re.search(r"(src|href)=\"?(http|//|/)", page)
    assert "height &lt;1&gt;" in page
    assert "<1>" not in page.replace("&lt;1&gt;", "")
    assert page.count("<span lang=en>") == page.count("<span lang=zh>") > 15
    found = json.loads((tmp_path / "series.json").read_text())
    assert len(found["manhattan"]["x"]) == len(found["manhattan"]["y"])
    assert found["top"][0]["region"].startswith(("1:", "2:"))
    assert all((tmp_path / name).read_bytes()[:4] == b"\x89PNG" for name in ("manhattan.png", "qq.png", "region1.png"))


def test_the_page_says_by_which_bound_its_signals_are_counted(scan, tmp_path):
    bed, _, results = scan
    write_report(findings("height", results, bed, Bounds(p1=1e-6)), tmp_path)
    assert "Independent signals, p ≤ 1e-6" in (tmp_path / "report.html").read_text()


def test_an_inflated_scan_speaks_of_an_intercept_only_where_one_is_shown():
    assert "intercept" in TEXTS[verdict(1.2, told=True)][0]
    assert "intercept" not in TEXTS[verdict(1.2, told=False)][0]
    assert verdict(1.0, told=False) == "well"
    assert verdict(0.9, told=True) == "deflated"


def test_an_empty_scan_still_has_its_page(scan, tmp_path):
    nothing = scan[2].take(np.zeros(0, int))
    write_report(findings("nothing", nothing), tmp_path)
    assert "No variant reaches" in (tmp_path / "report.html").read_text()
    assert console(findings("nothing", nothing))["top"] == []


def test_every_text_is_there_twice():
    for english, chinese in TEXTS.values():
        assert english
        assert chinese
        assert re.findall(r"\{\w+", english) == re.findall(r"\{\w+", chinese)


@pytest.mark.parametrize(
    ("strength", "text"), [(0.5, "0.316"), (7.30103, "5.00e-8"), (320.0, "1.00e-320"), (float("nan"), "NA")]
)
def test_a_p_value_of_any_smallness_can_be_read(strength, text):
    assert p_text(strength) == text


def test_chromosomes_are_numbered_however_they_are_written():
    written = ["1", "chr2", "02", "X", "23", "XY", "25", "PAR1", "Y", "MT", "26", "scaffold"]
    assert numbered(np.array(written)).tolist() == [1, 2, 2, 23, 23, 23, 23, 23, 24, 25, 25, 0]
    assert table_numbers(np.array(["1", "23", "24", "25", "MT"])).tolist() == [1, 23, 24, 25, 25]


def test_a_table_without_the_columns_is_refused(tmp_path):
    (tmp_path / "t.tsv").write_text("chromosome\tbeta\n1\t2\n")
    with pytest.raises(FileError, match="no column base_pair_location"):
        read_results(tmp_path / "t.tsv")


def test_a_table_for_each_chromosome_reads_as_the_whole_and_a_variant_in_two_is_refused(scan, tmp_path):
    whole = scan[0].path.with_name("height.tsv")
    head, *lines = whole.read_text().splitlines()
    parts = [tmp_path / name for name in ("X", "2", "1")]
    for part in parts:
        part.write_text("\n".join([head, *(line for line in lines if line.startswith(f"{part.name}\t"))]) + "\n")
    found, expected = read_tables(parts), read_results(whole)
    for column, of_whole in zip(vars(found).values(), vars(expected).values(), strict=True):
        np.testing.assert_array_equal(column, of_whole)
    with pytest.raises(FileError, match="v0 stands in several of these tables"):
        read_tables([parts[2], whole])
