"""Lists of people, and the sexes and chromosomes of a study, as other programs spell them."""

from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.files.chromosomes import asked, kind
from citywide.systems.genomics.engine.files.lists import keep_mask
from citywide.systems.genomics.engine.files.people import People, people_of
from citywide.systems.genomics.engine.files.text import Rows
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
    mask = keep_mask(people, tmp_path / "list")
    assert b"".join(people.person[mask].tolist()).decode() == kept


def test_a_list_of_strangers_keeps_nobody_and_says_so_and_removes_nobody(tmp_path: Path, people: People) -> None:
    (tmp_path / "list").write_text("A,a\nC,c\n")
    with pytest.raises(FileError, match="It ends with C,c, they begin with A a"):
        keep_mask(people, tmp_path / "list")
    assert keep_mask(people, None, tmp_path / "list").all()


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
