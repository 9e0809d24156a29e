"""The words of a table: its header, its cells, and what is wrong with them, by line."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.wrong import FileError

NONE = b""
BLANKS = b" \t\r,"


def words_of(path: Path) -> tuple[list[bytes], list[bytes], list[int]]:
    """The header, every word below it, and the numbers of the lines that hold any; `##` begins a remark.

    Cells are parted as the header's are: by commas, by tabs, or by any blanks. R puts words in quotes, which go.
    """
    raw = read_bytes(path)
    lines = enumerate(raw.replace(b'"', b"").splitlines(), start=1)
    filled = ((number, line) for number, line in lines if line.strip(BLANKS) and not line.startswith(b"##"))
    head = next(filled, (0, b""))[1]
    names = cells_of(head, mark := _mark(head))
    if not names:
        raise FileError(f"{path}: empty")
    words: list[bytes] = []
    numbers: list[int] = []
    for number, line in filled:
        found = cells_of(line, mark) if mark and line.count(mark) == len(names) - 1 else line.split()
        if len(found) != len(names):
            raise FileError(f"{path}: line {number} has {len(found)} fields, the header has {len(names)}")
        words += found
        numbers.append(number)
    return names, words, numbers


def _mark(head: bytes) -> bytes | None:
    """What stands between the cells of a header alone, so that a cell may be empty; nothing where blanks do."""
    words = head.split()
    if words and b"," in words[0]:
        return b","
    return b"\t" if head.count(b"\t") == len(words) - 1 > 0 else None


def cells_of(line: bytes, mark: bytes | None) -> list[bytes]:
    """The cells of a line."""
    return [cell.strip() for cell in line.split(mark)] if mark else line.split()


def numbers_of(
    path: Path,
    names: tuple[str, ...],
    cells: NDArray[np.bytes_],
    missing: Iterable[str],
    lines: Sequence[int],
    hint: str = "",
) -> NDArray[np.float64]:
    """The cells as numbers, NaN where missing; the first that is none is named."""
    codes = np.array([word.encode() for word in missing], np.bytes_)
    values = _numbers(path, names, cells, np.isin(cells, codes), lines, codes, hint)
    values[np.isin(values, [number for number in map(_number, codes.tolist()) if number is not None])] = np.nan
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        raise FileError(f"{path}: line {lines[row]}, column {names[column]}: infinite")
    return values


def _numbers(
    path: Path,
    names: tuple[str, ...],
    cells: NDArray[np.bytes_],
    absent: NDArray[np.bool_],
    lines: Sequence[int],
    codes: NDArray[np.bytes_],
    hint: str,
) -> NDArray[np.float64]:
    """The cells as numbers; `na` is NA, where a table is written so."""
    try:
        return np.where(absent, b"nan", cells).astype(np.float64)
    except ValueError:
        loosely = absent | np.isin(np.char.upper(cells), np.char.upper(codes))
        if loosely.sum() == absent.sum():
            raise FileError(_not_a_number(path, names, cells, absent, lines, hint)) from None
        return _numbers(path, names, cells, loosely, lines, codes, hint)


def _number(word: bytes) -> float | None:
    """A code of missing values as the number it is, if it is one."""
    try:
        return float(word)
    except ValueError:
        return None


def _not_a_number(
    path: Path,
    names: tuple[str, ...],
    cells: NDArray[np.bytes_],
    absent: NDArray[np.bool_],
    lines: Sequence[int],
    hint: str,
) -> str:
    for row, column in np.argwhere(~absent):
        try:
            float(cells[row, column])
        except ValueError:
            cell = bytes(cells[row, column]).decode(errors="replace")
            return f"{path}: line {lines[row]}, column {names[column]}: {cell!r} is not a number{hint}"
    return f"{path}: not numbers"
