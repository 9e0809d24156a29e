"""Records of a .pgen read by the kernel: what pgenlib reads, whatever their type, and nothing else when broken."""

from pathlib import Path

import numpy as np
import pgenlib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citywide.systems.genomics.engine.files.pgen_index import Index, read_index
from citywide.systems.genomics.engine.kernel import compiled

needs_kernel = pytest.mark.skipif(compiled.library() is None, reason="there is no compiled kernel")
LEVELS = compiled.LEVELS if compiled.library() is not None else ()
SHARES = [(1, 0, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0.99, 0.01, 0, 0), (0.01, 0.01, 0.98, 0), (0.5, 0.5, 0, 0)]
SHARES += [(0.02, 0, 0, 0.98), (0.3, 0.4, 0.29, 0.01), (0, 0.6, 0.4, 0), (0.25, 0.25, 0.25, 0.25)]


def made(seed: int, people: int, kinds: list[tuple[int, float, str]]) -> np.ndarray:
    """Dosages, -9 where missing: drawn from shares, some moved a little; some like the row before, or turned."""
    random, rows = np.random.default_rng(seed), []
    for shares, moved, like in kinds:
        row = random.choice([0, 1, 2, -9], people, p=SHARES[shares]).astype(float)
        if rows and like != "new":
            row = np.where(rows[-1] < 0, -9, np.abs((2 if like == "turned" else 0) - np.rint(rows[-1])))
            row[random.integers(0, people, 1 + people // 100)] = 1
        here = (random.random(people) < moved) & (row >= 0)
        noise = np.rint(np.abs(random.normal(size=people)) * 2000) / 16384
        rows.append(np.where(here, np.clip(np.where(row == 2, 2 - noise, row + noise), 0, 2), row))
    return np.array(rows, np.float32)


def written(path: Path, rows: np.ndarray, hard: bool = False) -> Path:
    size = {"variant_ct": len(rows), "nonref_flags": False, "dosage_present": not hard}
    with pgenlib.PgenWriter(str(path).encode(), rows.shape[1], **size) as out:
        for row in rows:
            if hard:
                out.append_biallelic(np.rint(row).astype(np.int8))
            else:
                out.append_dosages(row)
    return path


def by_pgenlib(path: Path, rows: np.ndarray) -> np.ndarray:
    tile = np.empty(rows.shape, np.float32)
    with pgenlib.PgenReader(str(path).encode(), raw_sample_ct=rows.shape[1]) as reader:
        reader.read_dosages_range(0, len(rows), tile)
    return np.where(tile < 0, np.nan, tile)


def read(index: Index, people: int, level: str = "") -> tuple[np.ndarray, np.ndarray]:
    compiled.use_level(level)
    tile = np.full((len(index.kinds), people), -5, np.float32)
    left = index.read(np.arange(len(tile)), tile)
    compiled.use_level("")
    return tile, left


KINDS = st.lists(
    st.tuples(
        st.integers(0, len(SHARES) - 1),
        st.sampled_from([0.0, 0.004, 0.7, 1.0]),
        st.sampled_from(["new", "as", "turned"]),
    ),
    min_size=1,
    max_size=12,
)


@needs_kernel
@given(st.integers(0, 99), st.sampled_from([1, 3, 16, 203, 256, 1000]), KINDS, st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_type_of_record_is_read_as_pgenlib_reads_it(
    tmp_path: Path, seed: int, people: int, kinds: list[tuple[int, float, str]], hard: bool
) -> None:
    rows = made(seed, people, kinds)
    path = written(tmp_path / "s.pgen", rows, hard)
    index, expected = read_index(path), by_pgenlib(path, rows)
    assert index is not None
    for level in LEVELS:
        tile, left = read(index, people, level)
        assert not left.any()
        np.testing.assert_array_equal(tile, expected)


@needs_kernel
def test_the_records_made_here_are_of_every_type_that_is_read(tmp_path: Path) -> None:
    kinds = [
        (shares, moved, like) for shares in range(10) for moved in (0.0, 0.004, 0.7) for like in ("new", "as", "turned")
    ]
    rows = made(1, 70_000, kinds)
    path = written(tmp_path / "s.pgen", rows)
    index = read_index(path)
    assert index is not None
    assert {0, 1, 2, 3, 4, 6, 7} <= {int(kind) & 7 for kind in index.kinds}
    assert {0, 0x20, 0x60} <= {int(kind) & 0x60 for kind in index.kinds}
    tile, left = read(index, 70_000)
    assert not left.any()
    np.testing.assert_array_equal(tile, by_pgenlib(path, rows))


@needs_kernel
def test_a_record_with_phase_is_left_to_pgenlib(tmp_path: Path) -> None:
    path, alleles = tmp_path / "s.pgen", np.random.default_rng(2).integers(0, 2, (5, 40)).astype(np.int32)
    with pgenlib.PgenWriter(
        str(path).encode(), 20, variant_ct=5, nonref_flags=False, hardcall_phase_present=True
    ) as out:
        for row in alleles:
            out.append_alleles(row, all_phased=True)
    index = read_index(path)
    assert index is not None
    assert read(index, 20)[1].any()


@needs_kernel
@given(st.integers(0, 10_000))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_record_is_left_alone_or_read_within_bounds(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    kinds = [(int(random.integers(10)), float(random.choice([0, 0.01, 0.7])), "as") for _ in range(8)]
    path = written(tmp_path / "s.pgen", made(seed, 203, kinds))
    raw = bytearray(path.read_bytes())
    for at in random.integers(12, len(raw), 6):
        raw[at] = random.integers(256)
    path.write_bytes(raw[: len(raw) - int(random.integers(2)) * int(random.integers(60))])
    index = read_index(path)
    if index is not None:
        tile, left = read(index, 203)
        known = tile[~left]
        assert ((known >= 0) | np.isnan(known)).all()


@needs_kernel
def test_a_form_of_header_that_is_not_known_is_left_to_pgenlib(tmp_path: Path) -> None:
    path = written(tmp_path / "s.pgen", made(1, 50, [(7, 0.5, "new")]))
    raw = bytearray(path.read_bytes())
    for at, byte in ((2, 0x11), (11, raw[11] | 8), (11, raw[11] | 0x10), (12, raw[12] + 1)):
        changed = bytearray(raw)
        changed[at] = byte
        path.write_bytes(changed)
        assert read_index(path) is None
