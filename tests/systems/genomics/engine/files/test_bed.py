from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.files.lists import keep_mask
from citywide.systems.genomics.engine.files.tables import align, read_table
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel.calls import decode, encode


def written(folder: Path, copies: np.ndarray, body: bytes | None = None, magic: bytes = b"\x6c\x1b\x01") -> Path:
    variants, people = copies.shape
    raw = encode(copies).tobytes() if body is None else body
    (folder / "study.bed").write_bytes(magic + raw)
    (folder / "study.fam").write_text("".join(f"F{i} P{i} 0 0 {i % 2 + 1} -9\n" for i in range(people)))
    (folder / "study.bim").write_text("".join(f"1\trs{i}\t0\t{i + 1}\tA\tG\n" for i in range(variants)))
    return folder / "study"


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_any_genotypes_come_back_from_their_two_bits(people, variants, seed):
    copies = np.random.default_rng(seed).integers(-1, 3, (variants, people)).astype(np.int8)
    assert np.array_equal(decode(encode(copies), people), copies)


def test_blocks_are_views_in_file_order_and_columns_are_read_on_demand(tmp_path):
    copies = np.random.default_rng(1).integers(-1, 3, (10, 7)).astype(np.int8)
    bed = open_bed(written(tmp_path, copies))
    seen = [(first, decode(raw, 7)) for first, raw in bed.blocks(4)]
    assert [first for first, _ in seen] == [0, 4, 8]
    assert np.array_equal(np.vstack([block for _, block in seen]), copies)
    assert bed.block(2, 3).base is not None
    assert bed.variants.position(8, 5).tolist() == [9, 10]
    assert bed.people.sex.tolist() == [1, 2, 1, 2, 1, 2, 1]


def test_a_position_is_a_whole_number_however_it_is_written(tmp_path):
    study = written(tmp_path, np.zeros((10, 7), np.int8))
    bim = (tmp_path / "study.bim").read_text()
    odd = {"\t3\t": "\t3.0\t", "\t8\t": "\t1e+05\t", "\t10\t": "\t2.5e7\t"}
    (tmp_path / "study.bim").write_text(
        "".join(
            odd.get(f"\t{i}\t", f"\t{i}\t").join(line.split(f"\t{i}\t"))
            for i, line in enumerate(bim.splitlines(keepends=True), 1)
        )
    )
    assert open_bed(study).variants.position().tolist() == [1, 2, 3, 4, 5, 6, 7, 100_000, 9, 25_000_000]
    assert open_bed(study).variants.id().tolist() == [b"rs%d" % i for i in range(10)]
    (tmp_path / "study.bim").write_text(bim.replace("\t8\t", "\t8.5\t"))
    with pytest.raises(FileError, match=r"the position of rs7, 8.5, is not a whole number"):
        open_bed(study)


@pytest.mark.parametrize(
    ("magic", "body", "says"),
    [
        (b"\x6c\x1b\x00", None, "sample-major"),
        (b"\x6c\x1c\x01", None, "not a PLINK 1 .bed"),
        (b"\x6c\x1b\x07", None, "unknown order byte"),
        (b"\x6c\x1b\x01", b"\x00" * 19, "truncated"),
        (b"\x6c\x1b\x01", b"\x00" * 21, "longer than promised"),
        (b"\x6c", b"", "not a PLINK 1 .bed"),
    ],
)
def test_a_bed_that_is_not_what_it_promises_is_refused_with_the_reason(tmp_path, magic, body, says):
    study = written(tmp_path, np.zeros((10, 7), np.int8), body, magic)
    with pytest.raises(FileError, match=says):
        open_bed(study)


def test_a_person_who_stands_twice_is_named(tmp_path):
    study = written(tmp_path, np.zeros((2, 3), np.int8))
    (tmp_path / "study.fam").write_text("F P 0 0 1 -9\nF Q 0 0 1 -9\nF P 0 0 1 -9\n")
    with pytest.raises(FileError, match="F P stands twice"):
        open_bed(study)


def test_a_line_with_too_few_fields_is_named(tmp_path):
    study = written(tmp_path, np.zeros((3, 3), np.int8))
    (tmp_path / "study.bim").write_text("1 a 0 1 A G\n1 b 0 2 A\n1 c 0 3 A G\n")
    with pytest.raises(FileError, match="line 2 has 5 fields, expected 6"):
        open_bed(study)


def test_a_missing_file_and_an_empty_study_are_refused(tmp_path):
    with pytest.raises(FileError, match="no such file"):
        open_bed(tmp_path / "nothing")
    study = written(tmp_path, np.zeros((1, 3), np.int8))
    (tmp_path / "study.bim").write_text("")
    with pytest.raises(FileError, match="no variants"):
        open_bed(study)


def test_tables_know_plinks_and_regenies_words_for_missing(tmp_path):
    people = open_bed(written(tmp_path, np.zeros((1, 5), np.int8))).people
    (tmp_path / "t").write_text("#FID IID bmi age\nF3 P3 1.5 NA\nF0 P0 -9 40\nF9 P9 1 1\n")
    values = align(read_table(tmp_path / "t"), people)
    assert np.array_equal(values[[0, 3]], [[np.nan, 40], [1.5, np.nan]], equal_nan=True)
    assert np.isnan(values[[1, 2, 4]]).all()
    (tmp_path / "t").write_text("IID bmi\nP3 -9\n")
    assert align(read_table(tmp_path / "t", missing=("NA",)), people)[3, 0] == -9


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FID IID x\nF0 P0 tall\n", "line 2, column x: 'tall' is not a number"),
        ("FID IID x\nF0 P0\n", "line 2 has 2 fields, the header has 3"),
        ("FID IID x\nF0 P0 1\nF0 P0 2\n", "P0 stands twice"),
        ("name x\nP0 1\n", "must begin with FID IID or IID"),
        ("FID IID x\nF0 P0 inf\n", "infinite"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(tmp_path, text, says):
    (tmp_path / "t").write_text(text)
    with pytest.raises(FileError, match=says):
        read_table(tmp_path / "t")


def test_keep_and_remove_lists_take_both_ids_or_one(tmp_path):
    people = open_bed(written(tmp_path, np.zeros((1, 5), np.int8))).people
    (tmp_path / "keep").write_text("#FID IID\nF0 P0\nF1 P1\nF7 P7\n")
    (tmp_path / "remove").write_text("P1\n")
    assert keep_mask(people, [tmp_path / "keep"], [tmp_path / "remove"]).tolist() == [
        True,
        False,
        False,
        False,
        False,
    ]
