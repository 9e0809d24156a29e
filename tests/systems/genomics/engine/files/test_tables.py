"""Tables as spreadsheets, other systems and other programs write them."""

import gzip
import math
from pathlib import Path

import pytest

from citywide.systems.genomics.engine.files.lists import read_names
from citywide.systems.genomics.engine.files.tables import read_table
from citywide.systems.genomics.engine.files.wrong import FileError

PLAIN = b"FID\tIID\ty\tz\nF0\tP0\t1\t2\nF1\tP1\tNA\t-9\n"
QUOTED = b'"FID" "IID" "y" "z"\n"F0" "P0" 1 2\n"F1" "P1" NA -9\n'


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(gzip.compress(PLAIN), id="gzipped"),
        pytest.param(PLAIN.replace(b"\n", b"\r\n"), id="by Windows"),
        pytest.param(PLAIN.replace(b"\n", b"\r"), id="by an old Macintosh"),
        pytest.param(b"\xef\xbb\xbf" + PLAIN, id="by a spreadsheet, marked as UTF-8"),
        pytest.param(b"#" + PLAIN.replace(b"\t", b"  "), id="with blanks and a hash"),
        pytest.param(b"## made in spring\n\n" + PLAIN, id="below a remark"),
        pytest.param(QUOTED, id="by R, in quotes"),
        pytest.param(PLAIN.replace(b"\t", b","), id="with commas"),
        pytest.param(
            QUOTED.replace(b" ", b", ") + b",,,\r\n", id="with commas, quotes, blanks, and a line of no cells"
        ),
        pytest.param(PLAIN.replace(b"\t", b",").replace(b"NA", b""), id="with commas and an empty cell"),
        pytest.param(PLAIN.replace(b"NA", b""), id="by pandas, with an empty cell"),
        pytest.param(PLAIN.replace(b"-9", b""), id="with an empty cell at the end"),
        pytest.param(PLAIN.replace(b"F1\tP1\t", b"F1 P1  "), id="with tabs, then blanks"),
        pytest.param(PLAIN.replace(b"P0", b'"P0"').replace(b"P1", b'"P1"'), id="with the people alone in quotes"),
    ],
)
def test_a_table_is_read_however_it_was_written(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "y").write_bytes(written)
    found = read_table(tmp_path / "y")
    assert (found.names, found.person, found.values[0].tolist()) == (("y", "z"), [b"P0", b"P1"], [1.0, 2.0])


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (PLAIN.decode().encode("utf-16"), "written in UTF-16"),
        (PLAIN.replace(b"\t", b";"), "semicolons do not part columns"),
        (PLAIN.replace(b"\t", b",").replace(b"NA,", b""), "line 3 has 1 fields, the header has 4"),
        (PLAIN.replace(b"z", b"y"), "two columns are called y"),
        (PLAIN.replace(b"\t", b" ").replace(b"NA", b""), "line 3 has 3 fields, the header has 4"),
        (b"## a remark\n" + PLAIN.replace(b"NA", b"high"), "line 4, column y: 'high' is not a number"),
        (b"## a remark\n" + PLAIN + b"F0 P0 1 2\n", "line 5: P0 stands twice"),
        (gzip.compress(PLAIN, mtime=0)[:-9], "cannot be unpacked"),
        (b"", "empty"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_line(tmp_path: Path, written: bytes, says: str) -> None:
    (tmp_path / "y").write_bytes(written)
    with pytest.raises(FileError, match=says):
        read_table(tmp_path / "y")


@pytest.mark.parametrize("word", ["NA", "na", "NaN", "N/A", ".", "-9", "-9.0", "-9.000"])
def test_what_is_missing_is_known_however_it_is_spelled(tmp_path: Path, word: str) -> None:
    (tmp_path / "y").write_text(f"IID y\nP0 {word}\nP1 -9.5\nP2 3\n")
    assert read_table(tmp_path / "y").values[:, 0] == pytest.approx([math.nan, -9.5, 3.0], nan_ok=True)


def test_columns_that_nobody_asks_for_may_hold_words(tmp_path: Path) -> None:
    (tmp_path / "y").write_text("IID y town z PC1 PC2\nP0 1 Lyon 2 3 4\nP1 5 Wuhan 6 7 8\n")
    assert read_table(tmp_path / "y", only=("z", "PC1-PC2", "z")).values.tolist() == [[2, 3, 4], [6, 7, 8]]
    found = read_table(tmp_path / "y", categories=("town",), only=("y",))
    assert (found.names, found.values.tolist()) == (("y", "town=Wuhan"), [[1, 0], [5, 1]])
    with pytest.raises(FileError, match="no column x; there are y, town, z, PC1, PC2"):
        read_table(tmp_path / "y", only=("x",))


def test_lists_are_read_gzipped(tmp_path: Path) -> None:
    (tmp_path / "names.gz").write_bytes(gzip.compress(b"rs1\nrs2\n"))
    assert read_names(tmp_path / "names.gz") == {b"rs1", b"rs2"}
