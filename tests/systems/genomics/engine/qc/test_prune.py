import subprocess

import numpy as np
import pytest

from citywide.systems.genomics.engine.kernel import counting
from citywide.systems.genomics.engine.qc.linkage import bits_of, moments, squared
from citywide.systems.genomics.engine.qc.prune import Window, prune
from tests.systems.genomics.made_studies import linked, needs_plink2, write


@pytest.mark.parametrize("level", counting.levels())
def test_linkage_is_the_squared_correlation_of_those_called_in_both(tmp_path, level):
    random = np.random.default_rng(1)
    copies = linked(random, 40, 75)
    copies[random.random(copies.shape) < 0.1] = -1
    bed = write(tmp_path, copies)
    bits, _ = bits_of(bed, np.arange(40), np.ones(75, bool))
    a, b = (pairs.astype(np.int64) for pairs in np.triu_indices(40, 1))
    found = squared(moments(bits, a, b, level))
    for at in range(0, len(a), 7):
        both = (copies[a[at]] >= 0) & (copies[b[at]] >= 0)
        x, y = copies[a[at], both], copies[b[at], both]
        expected = np.corrcoef(x, y)[0, 1] ** 2 if x.std() and y.std() else 0.0
        assert found[at] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("window", [Window(30, 1), Window(30, 30), Window(base_pairs=20_000)])
def test_no_linked_pair_is_left_within_a_window(tmp_path, window):
    copies = linked(np.random.default_rng(2), 150, 90)
    bed = write(tmp_path, copies, ["1"] * 80 + ["2"] * 70)
    kept = np.flatnonzero(prune(bed, 0.3, window))
    reach = 20 if window.base_pairs else 29
    r2 = np.corrcoef(copies[kept]) ** 2
    near = (np.abs(kept[:, None] - kept) <= reach) & ((kept[:, None] < 80) == (kept < 80))
    if window.step == window.variants:
        near &= kept[:, None] // 30 == kept // 30
        near &= (kept[:, None] < 80) & (kept < 80)
    assert (r2[near & ~np.eye(len(kept), dtype=bool)] <= 0.3 + 1e-9).all()
    assert 10 < len(kept) < 150


def test_variants_that_do_not_vary_go(tmp_path):
    copies = np.random.default_rng(3).binomial(2, 0.5, (5, 40)).astype(np.int8)
    copies[1], copies[2] = 2, -1
    assert prune(write(tmp_path, copies), 0.99).tolist() == [True, False, False, True, True]


@needs_plink2
@pytest.mark.parametrize("window", [("30", "1", "0.3"), ("50", "5", "0.15"), ("20", "20", "0.1"), ("25kb", "1", "0.2")])
def test_plink2_keeps_the_same_variants(tmp_path, window):
    bed = write(tmp_path, linked(np.random.default_rng(4), 400, 101))
    command = ["plink2", "--bfile", tmp_path / "study", "--indep-pairwise", *window, "--out", tmp_path / "p"]
    subprocess.run(command, check=True, capture_output=True)
    mine = Window(base_pairs=25_000) if "kb" in window[0] else Window(int(window[0]), int(window[1]))
    kept = {f"v{row}" for row in np.flatnonzero(prune(bed, float(window[2]), mine))}
    assert kept == set((tmp_path / "p.prune.in").read_text().split())
