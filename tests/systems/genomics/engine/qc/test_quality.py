import subprocess
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.genomics.engine.qc.hwe import hwe
from citywide.systems.genomics.engine.qc.hwe_x import hwe_with_men
from citywide.systems.genomics.engine.qc.persons import person_quality
from citywide.systems.genomics.engine.qc.quality import variant_quality
from tests.systems.genomics.made_studies import drawn, needs_plink2, write


def exact_mid_p(one: int, het: int, other: int) -> float:
    """The definition in whole numbers: every way to share the rare alleles out."""
    people, alleles = one + het + other, 2 * one + het
    weights = {}
    for hets in range(alleles % 2, min(alleles, 2 * people - alleles) + 1, 2):
        homs = (alleles - hets) // 2
        weights[hets] = comb(people, hets) * comb(people - hets, homs) * 2**hets
    rarer = sum(weight for weight in weights.values() if weight < weights[het])
    same = sum(weight for weight in weights.values() if weight == weights[het])
    return float(Fraction(2 * rarer + same, 2 * sum(weights.values())))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_mid_p_is_that_of_whole_numbers(one, het, other):
    if one + het + other:
        found = hwe(np.array([one]), np.array([het]), np.array([other]))[0]
        assert found == pytest.approx(exact_mid_p(one, het, other), rel=1e-9)


def outcomes_with_men(women: tuple[int, int, int], men: tuple[int, int]) -> dict[tuple[int, int], int]:
    """In whole numbers, how often each number of men with the allele goes with each number of women with one."""
    many, copies = sum(women), 2 * women[0] + women[1] + men[0]
    ways = {}
    for man in range(max(0, copies - 2 * many), min(sum(men), copies) + 1):
        left = copies - man
        for hets in range(left % 2, min(left, 2 * many - left) + 1, 2):
            homs = (left - hets) // 2
            ways[man, hets] = comb(sum(men), man) * comb(many, hets) * comb(many - hets, homs) * 2**hets
    return ways


@settings(max_examples=150, deadline=None)
@given(st.tuples(*[st.integers(0, 25)] * 3), st.tuples(*[st.integers(0, 25)] * 2))
def test_the_mid_p_with_the_men_on_x_is_that_of_whole_numbers(women, men):
    found = hwe_with_men(np.array([women]), np.array([men]))[0]
    if not sum(women) + sum(men):
        assert np.isnan(found)
        return
    ways = outcomes_with_men(women, men)
    seen = ways[men[0], women[1]]
    rarer, same = sum(way for way in ways.values() if way < seen), sum(way for way in ways.values() if way == seen)
    assert found == pytest.approx(float(Fraction(2 * rarer + same, 2 * sum(ways.values()))), rel=1e-9)


def test_an_allele_that_men_seldom_have_is_seen_only_with_the_men():
    women, men = np.array([[2_500, 5_000, 2_500]]), np.array([[4_500, 5_500]])
    assert hwe(*women.T)[0] > 0.5
    assert hwe_with_men(women, men)[0] < 1e-10


def test_a_large_study_far_from_equilibrium_has_a_small_but_finite_mid_p():
    assert 0 <= hwe(np.array([50_000]), np.array([0]), np.array([50_000]))[0] < 1e-300
    assert hwe(np.array([25_000]), np.array([50_000]), np.array([25_000]))[0] == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize("people", [40, 41, 42, 43])
def test_counts_and_frequencies_are_those_of_the_table(tmp_path, people):
    copies = drawn(np.random.default_rng(people), 60, people)
    found = variant_quality(write(tmp_path, copies))
    for kind, value in ((found.two, 2), (found.one, 1), (found.none, 0), (found.missing, -1)):
        np.testing.assert_array_equal(kind, (copies == value).sum(axis=1))
    expected = np.where(copies >= 0, copies, 0).sum(axis=1) / np.maximum(2 * (copies >= 0).sum(axis=1), 1)
    called = (copies >= 0).any(axis=1)
    np.testing.assert_allclose(found.frequency[called], expected[called])
    assert np.isnan(found.frequency[5])
    assert np.isnan(found.hwe[5])
    assert found.hwe[3] == 0.5


def test_heterozygosity_and_missingness_are_those_of_the_table(tmp_path):
    copies = drawn(np.random.default_rng(3), 300, 37)
    bed = write(tmp_path, copies)
    quality = variant_quality(bed)
    found = person_quality(bed, quality)
    np.testing.assert_array_equal(found.missing, (copies < 0).sum(axis=0))
    spread = 2 * quality.frequency * (1 - quality.frequency)
    varies = np.nan_to_num(spread) > 0
    used = (copies >= 0) & varies[:, None]
    expected = (used * (1 - np.nan_to_num(spread))[:, None]).sum(axis=0)
    homs = (used & (copies != 1)).sum(axis=0)
    np.testing.assert_allclose(found.inbreeding, (homs - expected) / (used.sum(axis=0) - expected), atol=1e-6)


def test_men_count_one_allele_on_x_and_are_told_from_women_by_it(tmp_path):
    random = np.random.default_rng(5)
    sex = np.arange(60) % 2 + 1
    copies = random.binomial(2, 0.4, (200, 60)).astype(np.int8)
    copies[:, sex == 1] = 2 * random.binomial(1, 0.4, (200, 30))
    copies[0, 0] = 1  # a man with two different copies: no call
    found = variant_quality(bed := write(tmp_path, copies, ["X"] * 200, sex))
    women, men = copies[:, sex == 2], copies[:, sex == 1]
    assert found.haploid_het.tolist() == [1] + [0] * 199
    assert found.missing[0] == 1
    assert found.alleles[1] == 2 * 30 + 30
    assert found.frequency[1] == pytest.approx((women[1].sum() + men[1].sum() / 2) / 90)
    tested = [(women[1] == value).sum() for value in (2, 1, 0)]
    assert found.hwe[1] == pytest.approx(exact_mid_p(*tested))
    people = person_quality(bed, found)
    np.testing.assert_array_equal(people.sex_by_x(), sex)
    assert np.isnan(people.inbreeding).all()


@pytest.mark.parametrize("code", ["XY", "25", "PAR1"])
def test_where_x_and_y_pair_men_have_two_copies_as_women_do(tmp_path, code):
    copies = drawn(np.random.default_rng(7), 20, 50)
    paired = variant_quality(write(tmp_path, copies, [code] * 20, np.arange(50) % 2 + 1))
    plain = variant_quality(write(tmp_path, copies, ["1"] * 20, np.arange(50) % 2 + 1))
    for name, column in vars(plain).items():
        np.testing.assert_array_equal(getattr(paired, name), column, name)


def test_without_an_x_nothing_is_said_of_the_sex(tmp_path):
    bed = write(tmp_path, drawn(np.random.default_rng(1), 50, 20))
    assert not person_quality(bed, variant_quality(bed)).sex_by_x().any()


@needs_plink2
def test_on_x_women_and_men_are_told_apart_as_plink2_does(tmp_path):
    """plink2 (alpha 3.5) halves of several outcomes of one chance those with its number of men: they are left out."""
    random, sex = np.random.default_rng(9), np.arange(60) % 3
    copies = drawn(random, 200, 60)
    copies[:, sex == 1] = np.where(copies[:, sex == 1] == 1, -1, copies[:, sex == 1])
    found = variant_quality(write(tmp_path, copies, ["X"] * 200, sex.tolist()))
    words = "--bfile study --hardy midp --out p"
    subprocess.run(["plink2", *words.split()], check=True, capture_output=True, cwd=tmp_path)
    theirs = np.genfromtxt(tmp_path / "p.hardy.x", skip_header=1, comments=None, usecols=(4, 5, 6, 7, 8, 13))
    counts = theirs[:, :5].astype(int)
    np.testing.assert_array_equal(np.sort(found.men), np.sort(counts[:, 3:]))
    alone = [row for row, count in enumerate(counts.tolist()) if any(count) and not tied(*count)]
    assert len(alone) > 150
    np.testing.assert_allclose(found.hwe_with_men[alone], theirs[alone, 5], rtol=2e-5)


def tied(one: int, het: int, other: int, man: int, woman: int) -> bool:
    ways = outcomes_with_men((one, het, other), (man, woman))
    return list(ways.values()).count(ways[man, het]) > 1


@needs_plink2
def test_people_and_variants_of_every_chromosome_are_counted_as_plink2_does(tmp_path):
    random, people = np.random.default_rng(9), 61
    copies, sex = drawn(random, 300, people), np.arange(people) % 3
    on_x, not_a_woman, mothers = slice(60, 120), sex == 1, slice(240, 300)
    copies[on_x, not_a_woman] = np.where(copies[on_x, not_a_woman] == 1, -1, copies[on_x, not_a_woman])
    copies[180:240] = np.where(copies[180:240] == 1, -1, copies[180:240])
    copies[mothers] = np.where(copies[mothers] == 1, 2, copies[mothers])
    bed = write(tmp_path, copies, np.repeat(["1", "X", "XY", "Y", "MT"], 60).tolist(), sex.tolist())
    words = "--bfile study --missing --het --freq counts --out p"
    subprocess.run(["plink2", *words.split()], check=True, capture_output=True, cwd=tmp_path)
    found = variant_quality(bed)
    seen = person_quality(bed, found)
    gone, het, counted = (
        np.genfromtxt(tmp_path / f"p.{name}", skip_header=1, comments=None)[:, -4:]
        for name in ("smiss", "het", "acount")
    )
    np.testing.assert_array_equal(np.column_stack([seen.missing, seen.variants]), gone[:, 1:3])
    np.testing.assert_array_equal(np.column_stack([seen.homozygous, seen.called]), het[:, [0, 2]])
    np.testing.assert_allclose(seen.inbreeding, het[:, 3], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(found.alleles, counted[:, 3])
    np.testing.assert_allclose(np.nan_to_num(found.frequency) * found.alleles, counted[:, 2], atol=1e-9)
    assert np.isnan(found.hwe[mothers]).all()
