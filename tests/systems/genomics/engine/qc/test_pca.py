import numpy as np
import pytest

from citywide.systems.genomics.engine.qc.pca import components
from tests.systems.genomics.made_studies import drawn, write


def dense(copies):
    called = copies >= 0
    mean = np.where(called, copies, 0).sum(1) / np.maximum(called.sum(1), 1)
    spread = np.sqrt(mean * (1 - mean / 2))
    x = np.where(called, copies - mean[:, None], 0) / np.where(spread > 0, spread, 1)[:, None]
    x[spread == 0] = 0
    return x.T @ x / (spread > 0).sum()


@pytest.mark.parametrize(("people", "passes"), [(101, 30), (104, 30), (603, 24)])
def test_components_are_the_eigenvectors_of_the_dense_matrix(tmp_path, people, passes):
    random = np.random.default_rng(people)
    copies = drawn(random, 900, people)
    shift = random.random(900) < 0.5
    copies[np.ix_(shift, np.arange(people) < 40)] = random.binomial(2, 0.8, (shift.sum(), 40))
    found = components(write(tmp_path, copies), 4, error=1e-6, passes=passes)
    values, vectors = np.linalg.eigh(dense(copies))
    np.testing.assert_allclose(found.values, values[::-1][:4], rtol=1e-5)
    np.testing.assert_allclose(np.abs((found.vectors * vectors[:, ::-1][:, :4]).sum(0))[0], 1, atol=1e-6)
    rest = dense(copies) @ found.vectors - found.vectors * found.values
    np.testing.assert_allclose(np.linalg.norm(rest, axis=0), found.errors * found.values, atol=1e-4)


def test_people_left_out_have_no_part_in_it(tmp_path):
    random = np.random.default_rng(1)
    copies = drawn(random, 400, 50)
    people = random.random(50) < 0.7
    chosen = components(write(tmp_path, copies), 2, people=people, error=1e-6, passes=30)
    alone = components(write(tmp_path, copies[:, people], name="alone"), 2, error=1e-6, passes=30)
    np.testing.assert_allclose(chosen.values, alone.values, rtol=1e-5)
    assert not chosen.vectors[~people].any()
