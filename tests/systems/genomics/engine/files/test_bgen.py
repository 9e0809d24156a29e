"""BGEN files written by another hand (the `bgen` package) or byte by byte: dosages, people, refusals, whole scans."""

import sqlite3
import struct
from pathlib import Path

import numpy as np
import pytest
from bgen import BgenWriter
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from citywide.systems.genomics.engine.files.bgen import Bgen, open_bgen
from citywide.systems.genomics.engine.files.bgen_block import Block, dosage
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.scan.request import Request
from citywide.systems.genomics.engine.scan.run import scan

PEOPLE, VARIANTS = 37, 12
ALL = np.arange(VARIANTS)


def written(path: Path, compression: str | None = "zstd", bits: int = 8, phased: bool = False) -> np.ndarray:
    """A file by another writer; returns the dosages of the second allele as the stored bits have them."""
    random = np.random.default_rng(8)
    kinds = [f"P{i}" for i in range(PEOPLE)]
    dosages = np.empty((VARIANTS, PEOPLE))
    with BgenWriter(str(path), PEOPLE, samples=kinds, compression=compression, layout=2) as out:
        for row in range(VARIANTS):
            if phased:
                one = random.random((PEOPLE, 2))
                shares = np.column_stack([one[:, 0], 1 - one[:, 0], one[:, 1], 1 - one[:, 1]])
                dosages[row] = shares[:, 1] + shares[:, 3]
            else:
                shares = random.dirichlet([0.4, 0.4, 0.4], PEOPLE)
                dosages[row] = shares[:, 1] + 2 * shares[:, 2]
            gone = random.random(PEOPLE) < 0.1 if row else np.zeros(PEOPLE, bool)
            gone |= row == 5
            shares[gone], dosages[row, gone] = np.nan, np.nan
            out.add_variant(f"v{row}", f"rs{row}", "01", 100 * (row + 1), ["G", "A"], shares, 2, phased, bits)
    return dosages


@pytest.mark.parametrize("compression", [None, "zlib", "zstd"])
@pytest.mark.parametrize("bits", [8, 11, 16, 32])
@pytest.mark.parametrize("phased", [False, True])
def test_dosages_are_those_that_another_writer_wrote(
    tmp_path: Path, compression: str | None, bits: int, phased: bool
) -> None:
    wrote = written(tmp_path / "s.bgen", compression, bits, phased)
    bgen = open_bgen(tmp_path / "s")
    found = bgen.dosages(ALL)
    assert np.allclose(found, wrote, atol=max(2 / (2**bits - 1), 1e-6), equal_nan=True)
    assert np.array_equal(np.isnan(found), np.isnan(wrote))
    assert bgen.variants.id(3, 1)[0] == b"rs3"
    assert (bgen.variants.chromosome(0, 1)[0], bgen.variants.allele1(0, 1)[0]) == (b"1", b"A")


def test_the_first_allele_is_counted_when_asked_for(tmp_path: Path) -> None:
    written(tmp_path / "s.bgen")
    second, first = (open_bgen(tmp_path / "s.bgen", ref_last=last) for last in (False, True))
    assert np.allclose(second.dosages(ALL), 2 - first.dosages(ALL), equal_nan=True, atol=1e-6)
    assert first.variants.allele1(0, 1)[0] == second.variants.allele2(0, 1)[0] == b"G"


def test_an_index_changes_nothing_and_a_stale_one_is_not_believed(tmp_path: Path) -> None:
    wrote = written(tmp_path / "s.bgen", "zlib", 16)
    walked = open_bgen(tmp_path / "s.bgen")
    index = tmp_path / "s.bgen.bgi"
    index.unlink(missing_ok=True)
    make_index(index, walked)
    indexed = open_bgen(tmp_path / "s.bgen")
    assert np.array_equal(indexed.starts, walked.starts)
    assert np.array_equal(indexed.dosages(ALL), walked.dosages(ALL), equal_nan=True)
    make_index(index, walked, shift=5)
    assert np.allclose(open_bgen(tmp_path / "s.bgen").dosages(ALL), wrote, atol=1e-4, equal_nan=True)
    index.write_bytes(b"no database")
    assert np.array_equal(open_bgen(tmp_path / "s.bgen").starts, walked.starts)


def make_index(path: Path, bgen: Bgen, shift: int = 0) -> None:
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.execute(
        "create table Variant (chromosome text, position int, rsid text, number_of_alleles int, allele1 text,"
        " allele2 text, file_start_position int, size_in_bytes int)"
    )
    names, sizes = bgen.variants.id(), np.diff(bgen.starts)
    for row, (name, size) in enumerate(zip(names.tolist(), sizes.tolist(), strict=True)):
        place = (int(bgen.starts[row]) + shift, size)
        base.execute(
            "insert into Variant values ('01', ?, ?, 2, 'G', 'A', ?, ?)", (100 * (row + 1), name.decode(), *place)
        )
    base.commit()
    base.close()


def block(ploidy: list[int], numbers: list[int], bits: int = 8, phased: bool = False, alleles: int = 2) -> bytes:
    """A genotype block by the letter of the format."""
    kinds = [min(kind & 0x3F for kind in ploidy), max(kind & 0x3F for kind in ploidy), *ploidy]
    loose = [number >> bit & 1 for number in numbers for bit in range(bits)]
    packed = np.packbits(loose, bitorder="little").tobytes()
    return struct.pack("<IH", len(ploidy), alleles) + bytes([*kinds, phased, bits]) + packed


def test_who_has_one_copy_counts_it_twice_and_who_has_none_is_missing() -> None:
    raw = block([1, 2, 0, 1 | 0x80, 2 | 0x80, 2, 1], [255, 0, 255, 0, 0, 0, 51, 102, 0])
    assert dosage(Block(raw, 7), of_first=False) == pytest.approx([0, 1, np.nan, np.nan, np.nan, 1.2, 2], nan_ok=True)
    assert dosage(Block(raw, 7), of_first=True) == pytest.approx([2, 1, np.nan, np.nan, np.nan, 0.8, 0], nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(bits=st.integers(1, 32), phased=st.booleans(), seed=st.integers(0, 1 << 16))
def test_any_ploidies_and_any_bits_are_read_as_written(bits: int, phased: bool, seed: int) -> None:
    random = np.random.default_rng(seed)
    ploidy = random.integers(0, 3, 9).tolist()
    whole = (1 << bits) - 1
    numbers: list[int] = []
    expected: list[float] = []
    for copies in ploidy:
        first = int(random.integers(0, whole + 1))
        second = int(random.integers(0, (whole if phased else whole - first) + 1))
        numbers += [first, second][:copies]
        two = (first + second if phased else 2 * first + second) / whole
        expected.append([np.nan, 2 - 2 * first / whole, 2 - two][copies])
    found = dosage(Block(block(ploidy, numbers, bits, phased), 9), of_first=False)
    assert found == pytest.approx(expected, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (block([2, 2], [200, 100, 0, 0]), "above one"),
        (block([2, 2], [0, 0, 0, 0], alleles=3), "3 alleles"),
        (block([2], [0, 0]), "1 people"),
        (block([4, 2], [0] * 6), "ploidy 4"),
        (block([2, 2], [0, 0, 0]), "bytes of probabilities"),
    ],
)
def test_a_block_that_is_no_block_is_refused_in_words(raw: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        dosage(Block(raw, 2), of_first=False)


def test_broken_files_are_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "s.bgen"
    written(path, "zlib")
    good = path.read_bytes()
    layout1 = bytearray(good)
    length = struct.unpack_from("<I", good, 4)[0]
    layout1[length] = layout1[length] & 3 | 1 << 2
    cases = {
        "truncated: 11 of 12": good[:-9],
        "bytes after the last": good + b"123",
        "truncated before": good[:30],
        "not a .bgen": good[:16] + b"vcf!" + good[20:],
        "layout 1, expected 2": bytes(layout1),
        "empty": b"",
    }
    for says, raw in cases.items():
        path.write_bytes(raw)
        with pytest.raises(FileError, match=says):
            open_bgen(path)
    with pytest.raises(FileError, match="no such file"):
        open_bgen(tmp_path / "other")


def test_a_damaged_variant_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.bgen"
    written(path, "zlib")
    raw = bytearray(path.read_bytes())
    raw[-20:] = bytes(20)
    path.write_bytes(raw)
    with pytest.raises(FileError, match="variant rs11"):
        open_bgen(path).dosages(ALL)


def test_people_come_from_the_file_or_from_its_sample_file(tmp_path: Path) -> None:
    path = tmp_path / "s.bgen"
    written(path)
    assert open_bgen(path).people.person[2] == open_bgen(path).people.family[2] == b"P2"
    lines = "".join(f"F{i} Q{i} 0 {1 + i % 2}\n" for i in range(PEOPLE))
    (tmp_path / "o.sample").write_text("ID_1 ID_2 missing sex\n0 0 0 D\n" + lines)
    people = open_bgen(path, tmp_path / "o.sample").people
    assert (people.family[2], people.person[2], people.sex[:2].tolist()) == (b"F2", b"Q2", [1, 2])
    (tmp_path / "o.sample").write_text("ID_1 ID_2 missing\n0 0 0\n" + "a b 0\n")
    with pytest.raises(FileError, match="37 people, but 1"):
        open_bgen(path, tmp_path / "o.sample")
    (tmp_path / "o.sample").write_text("who\nme\n")
    with pytest.raises(FileError, match=r"not a \.sample"):
        open_bgen(path, tmp_path / "o.sample")


def test_a_scan_of_a_bgen_is_least_squares_on_its_dosages(tmp_path: Path) -> None:
    asked, y = study(tmp_path)
    scan(asked)
    rows = [line.split("\t") for line in (asked.out / "y.tsv").read_text().splitlines()[1:]]
    dosages = open_bgen(asked.data).dosages(ALL).astype(float)
    for row in rows:
        g = dosages[int(row[9][2:])]
        fit = stats.linregress(g[np.isfinite(g)], y[np.isfinite(g)])
        assert float(row[4]) == pytest.approx(fit.slope, rel=1e-8)
        assert float(row[11]) == pytest.approx(-np.log10(fit.pvalue), rel=1e-6)
        assert int(row[10]) == np.isfinite(g).sum()
    assert len(rows) == VARIANTS - 1
    assert "rs5" in (asked.out / "y.left-out.tsv").read_text()


def test_workers_and_threads_find_the_same_in_a_bgen(tmp_path: Path) -> None:
    asked, _ = study(tmp_path)
    scan(asked)
    first = (asked.out / "y.tsv").read_bytes()
    other = Request(asked.data, asked.pheno, tmp_path / "two", bgen=True, threads=2, backend="loky")
    scan(other)
    assert (other.out / "y.tsv").read_bytes() == first


def study(folder: Path) -> tuple[Request, np.ndarray]:
    written(folder / "s.bgen", "zstd", 16)
    y = np.random.default_rng(1).normal(size=PEOPLE)
    (folder / "y.tsv").write_text("IID\ty\n" + "".join(f"P{i}\t{value!r}\n" for i, value in enumerate(y.tolist())))
    return Request(folder / "s.bgen", folder / "y.tsv", folder / "out", bgen=True, threads=1), y
