"""Lists of people, and the sexes and chromosomes of a study, as other programs spell them."""

from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.files.chromosomes import asked, kind
from citywide.systems.genomics.engine.files.lists import keep_mask, named_mask
from citywide.systems.genomics.engine.files.people import People, people_of
from citywide.systems.genomics.engine.files.text import Rows
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.scan.parts import once

FAM = b"A a 0 0 1 -9\n#B b 0 0 F -9\nC c 0 0 male -9\nD d 0 0 NA -9\n"


@pytest.fixture
def people(tmp_path: Path) -> People:
    return people_of(Rows(tmp_path, 6, FAM))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("A a\n#B b\n", "ab"),
        ("#FID\tIID\nA\ta\n#B\tb\n", "ab"),
        ("FID IID\nC c\n", "c"),
        ("#IID SEX\na 1\nd 2\n", "ad"),
        ("IID\nc\n", "c"),
        ("## made in spring\n\nc\n", "c"),
        ("stranger\nd\n", "d"),
    ],
)
def test_a_list_names_people_below_its_header(tmp_path: Path, people: People, written: str, kept: str) -> None:
    (tmp_path / "list").write_text(written)
    mask = keep_mask(people, [tmp_path / "list"])
    assert b"".join(people.person[mask].tolist()).decode() == kept


def test_a_list_of_strangers_keeps_nobody_and_says_so_and_removes_nobody(tmp_path: Path, people: People) -> None:
    (tmp_path / "list").write_text("A,a\nC,c\n")
    with pytest.raises(FileError, match="It ends with C,c, they begin with A a"):
        keep_mask(people, [tmp_path / "list"])
    assert keep_mask(people, remove=[tmp_path / "list"]).all()


def test_people_of_several_lists_are_kept_without_those_of_several(tmp_path: Path, people: People) -> None:
    for name, lines in (("ab", "A a\n#B b\n"), ("cd", "C c\nD d\n"), ("a", "A a\n"), ("d", "d\n")):
        (tmp_path / name).write_text(lines)
    mask = keep_mask(people, [tmp_path / "ab", tmp_path / "cd"], [tmp_path / "a", tmp_path / "d"])
    assert mask.tolist() == [False, True, True, False]


@pytest.fixture
def variants(tmp_path: Path) -> Variants:
    places = (("1", 10), ("chr1", 11), ("1", 20), ("1", 21), ("X", 15), ("25", 15))
    lines = [f"{chromosome}\tv{row}\t0\t{position}\tA\tG\n" for row, (chromosome, position) in enumerate(places)]
    return Variants(tmp_path, "".join(lines).encode())


@pytest.mark.parametrize(
    ("form", "spans", "within"),
    [
        ("range", "1 11 20 name\n", [1, 2]),
        ("bed1", "# made\nchr1\t11\t20\n", [1, 2]),
        ("bed0", "track x\nchr1\t10\t20\n", [1, 2]),
        ("bed1", "1 1 100\n1 11 11\n1 30 40\n", [0, 1, 2, 3]),
        ("bed1", "1 10 10\n1 21 21\n", [0, 3]),
        ("range", "23 1 99\n", [4]),
        ("range", "XY 1 99\n", [5]),
        ("range", "7 1 99\n", []),
        ("range", "\n", []),
    ],
)
def test_spans_hold_the_variants_between_their_ends(
    tmp_path: Path, variants: Variants, form: str, spans: str, within: list[int]
) -> None:
    (tmp_path / "spans").write_text(spans)
    words = [form, tmp_path / "spans"]
    assert np.flatnonzero(named_mask(variants, extract=words)).tolist() == within
    assert np.flatnonzero(~named_mask(variants, exclude=words)).tolist() == within


@pytest.mark.parametrize(
    ("written", "says"),
    [("1 5\n", "line 1: expected a chromosome"), ("1 5 6\n1 9 8\n", "line 2: the last position, 8, is before")],
)
def test_a_span_that_is_none_is_named_by_its_line(tmp_path: Path, variants: Variants, written: str, says: str) -> None:
    (tmp_path / "spans").write_text(written)
    with pytest.raises(FileError, match=says):
        named_mask(variants, exclude=["range", tmp_path / "spans"])


def test_variants_of_several_lists_of_names(tmp_path: Path, variants: Variants) -> None:
    (tmp_path / "one").write_text("v0\nv1 v9\n")
    (tmp_path / "two").write_text("v3\n")
    assert np.flatnonzero(named_mask(variants, [tmp_path / "one", tmp_path / "two"])).tolist() == [0, 1, 3]


def test_sexes_are_read_by_number_or_by_letter(people: People) -> None:
    assert people.sex.tolist() == [1, 2, 1, 0]


def test_chromosomes_are_known_in_any_case(people: People) -> None:
    assert [kind(code) for code in (b"x", b"X", b"0X", b"23", b"y", b"24", b"XY", b"25", b"7")] == [
        *"XXXXYY",
        "",
        "",
        "",
    ]
    meant = asked(np.array(["chrX", "23", "25", "xy", "PAR1", "chr07", "MT", "26"]))
    assert meant.tolist() == ["X", "X", "XY", "XY", "PAR1", "7", "MT", "MT"]


def test_a_mans_call_of_one_copy_on_x_is_no_call_whatever_the_file(people: People) -> None:
    tile = np.array([[1, 1, 2, 1], [0.9, 1, 1, 0]], np.float32)
    found = once(tile.copy(), "X", people)
    assert found == pytest.approx(np.array([[np.nan, 1, 2, 1], [0.9, 1, np.nan, 0]]), nan_ok=True)
    assert np.array_equal(once(tile.copy(), "", people), tile)
