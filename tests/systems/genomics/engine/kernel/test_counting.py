import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.genomics.engine.kernel import counting, summing
from citywide.systems.genomics.engine.kernel.calls import decode, encode

FAST = [level for level in counting.levels() if level != counting.NUMPY]


@pytest.mark.parametrize("level", FAST)
@settings(max_examples=25, deadline=None)
@given(people=st.integers(1, 700), variants=st.integers(1, 300), seed=st.integers(0, 2**20))
def test_every_level_gives_what_numpy_gives(level, people, variants, seed):
    random = np.random.default_rng(seed)
    raw = random.integers(0, 256, (variants, (people + 3) // 4), dtype=np.uint8)
    packed = counting.padded(raw, -(-variants // 256) * 256)
    mask = counting.mask_of(random.random(people) < 0.7, packed.shape[1])
    plain, fast = (
        [summing.turned(packed, at), counting.code_counts(raw, mask, at), *counting.planes(packed, mask, at)]
        for at in (counting.NUMPY, level)
    )
    for one, other in zip(plain, fast, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("level", FAST)
@pytest.mark.parametrize("shape", [(1, 1), (37, 5), (401, 258), (513, 1025)])
def test_sums_over_people_and_over_variants_agree_with_matrices(level, shape):
    people, variants = shape
    random = np.random.default_rng(people)
    raw = random.integers(0, 256, (variants, (people + 3) // 4), dtype=np.uint8)
    found = counting.codes(counting.padded(raw))[:, :people]
    values = random.normal(size=(variants, 4, 3)).astype(np.float32)
    out = np.zeros((people, 3))
    summing.person_sums(raw, values, out, slice(0, people), level)
    expected = sum((found == code).T @ values[:, code].astype(float) for code in range(4))
    np.testing.assert_allclose(out, expected, atol=1e-4)
    lanes = random.normal(size=(people, 4, 16)).astype(np.float32)
    expected = sum((found == code) @ lanes[:, code].astype(float) for code in range(4))
    np.testing.assert_allclose(summing.table_sums(counting.padded(raw), lanes, level), expected, atol=1e-4)


@pytest.mark.parametrize("people", [1, 3, 4, 5, 17, 64])
def test_the_bits_that_fill_the_last_byte_change_nothing(people):
    copies = np.random.default_rng(people).integers(-1, 3, (20, people))
    raw = encode(copies)
    dirty = raw.copy()
    if people % 4:
        dirty[:, -1] |= np.uint8(255 << (2 * (people % 4)) & 255)
    table = np.tile(np.array([2, -1, 1, 0], np.float32), (20, 1))
    np.testing.assert_array_equal(counting.decode(dirty, people, table), decode(raw, people))
    mask = counting.mask_of(np.ones(people, bool), 2)
    np.testing.assert_array_equal(counting.code_counts(dirty, mask), counting.code_counts(raw, mask))
