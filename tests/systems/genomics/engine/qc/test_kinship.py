import numpy as np
import pytest

from citywide.systems.genomics.engine.kernel import counting
from citywide.systems.genomics.engine.qc.kinship import kinship
from tests.systems.genomics.made_studies import drawn, write


def by_the_formula(copies, a: int, b: int) -> tuple[int, float, float, float]:
    both = (copies[:, a] >= 0) & (copies[:, b] >= 0)
    x, y = copies[both, a].astype(int), copies[both, b].astype(int)
    least = min((x == 1).sum(), (y == 1).sum())
    kin = 0.5 - ((x - y) ** 2).sum() / (4 * least) if least else np.nan
    return both.sum(), ((x == 1) & (y == 1)).mean(), (np.abs(x - y) == 2).mean(), kin


@pytest.mark.parametrize("level", counting.levels())
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_every_pair_is_that_of_the_formula_on_the_calls_both_have(tmp_path, level, missing):
    random = np.random.default_rng(7)
    copies = drawn(random, 500, 61, missing)
    copies[:, 9] = copies[:, 4]
    bed = write(tmp_path, copies)
    found = kinship(bed.raw, 61, threshold=-5.0, level=level)
    assert len(found.a) == 61 * 60 // 2
    for at in random.integers(0, len(found.a), 60):
        expected = by_the_formula(copies, found.a[at], found.b[at])
        got = (found.variants[at], found.hethet[at], found.ibs0[at], found.kinship[at])
        np.testing.assert_allclose(got, expected, atol=1e-12)


def test_twins_and_siblings_have_their_degree(tmp_path):
    random = np.random.default_rng(2)
    parents = random.binomial(1, 0.4, (4, 4000))
    children = [
        parents[random.integers(0, 2, 4000), np.arange(4000)]
        + parents[2 + random.integers(0, 2, 4000), np.arange(4000)]
        for _ in range(2)
    ]
    copies = np.stack([*children, children[0], *random.binomial(2, 0.4, (4, 4000))], axis=1).astype(np.int8)
    bed = write(tmp_path, copies)
    found = kinship(bed.raw, 7)
    pairs = list(zip(found.a.tolist(), found.b.tolist(), found.degree().tolist(), strict=True))
    assert pairs == [(0, 1, 1), (0, 2, 0), (1, 2, 1)]


def test_people_without_heterozygous_calls_have_no_kinship(tmp_path):
    bed = write(tmp_path, np.zeros((40, 6), np.int8))
    assert not len(kinship(bed.raw, 6, threshold=-10.0).a)


def test_threads_change_nothing(tmp_path):
    copies = drawn(np.random.default_rng(4), 300, 530)
    bed = write(tmp_path, copies)
    one, two = (kinship(bed.raw, 530, 0.05, threads) for threads in (1, 2))
    np.testing.assert_array_equal(one.kinship, two.kinship)
