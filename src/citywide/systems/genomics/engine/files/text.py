"""Whitespace-separated text held as raw bytes, split only where somebody looks."""

import codecs
import gzip
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.wrong import FileError

LINES_AT_ONCE = 200_000
LONG = 64
GZIP, ZSTD, UTF16 = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Rows:
    """The lines of a text file, each of a fixed number of fields; 8 bytes a line beside the file's.

    `odd` are the lines whose field `whole`, if one is named, is not written in digits alone.
    """

    def __init__(self, path: Path, fields: int, text: bytes | None = None, whole: int = -1) -> None:
        """Read the file (or `text` in its place); refuse it when a line has not exactly `fields` fields."""
        self.path, self.fields = Path(path), fields
        self.odd: list[int] = []
        self.raw = _read(self.path) if text is None else np.frombuffer(text, np.uint8)
        self.starts = line_starts(self.raw)
        for first in range(0, len(self), LINES_AT_ONCE):
            words = self._check(first, min(first + LINES_AT_ONCE, len(self)))
            if whole >= 0:
                begins = words[whole::fields] + self.starts[first]
                self.odd += (first + np.flatnonzero(~digits_alone(self.raw, begins))).tolist()

    def __len__(self) -> int:
        return len(self.starts) - 1

    def column(self, field: int, first: int = 0, count: int | None = None) -> NDArray[np.bytes_]:
        """One field of the lines `first … first + count` as byte strings."""
        stop = len(self) if count is None else min(first + count, len(self))
        text = self.raw[self.starts[first] : self.starts[stop]]
        begins, ends = (bounds[field :: self.fields] for bounds in (word_starts(text), word_ends(text)))
        width = max(int((ends - begins).max(initial=1)), 1)
        if width > LONG:
            return np.array([bytes(text[b:e]) for b, e in zip(begins, ends, strict=True)], dtype=np.bytes_)
        cells = np.zeros((len(begins), width), np.uint8)
        for at in range(width):
            here = begins + at
            cells[:, at] = np.where(here < ends, text[np.minimum(here, len(text) - 1)], 0)
        return cells.view(f"S{width}")[:, 0]

    def _check(self, first: int, stop: int) -> NDArray[np.int64]:
        words = word_starts(self.raw[self.starts[first] : self.starts[stop]])
        ends = self.starts[first : stop + 1] - self.starts[first]
        bounds = np.asarray(np.searchsorted(words, ends), np.int64)
        counts = np.diff(np.asarray(bounds, np.int64))
        wrong = np.flatnonzero(counts != self.fields)
        if len(wrong):
            line, found = first + int(wrong[0]), int(counts[wrong[0]])
            raise FileError(f"{self.path}: line {line + 1} has {found} fields, expected {self.fields}")
        return words


def line_starts(raw: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Offsets of the lines that hold anything, and the end of the text."""
    ends = np.flatnonzero(raw == ord("\n")) + 1
    if len(raw) and (not len(ends) or ends[-1] != len(raw)):
        ends = np.append(ends, len(raw))
    return np.concatenate([np.zeros(1, np.int64), ends.astype(np.int64)])


def word_starts(raw: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Offsets where a word begins."""
    inside = raw > ord(" ")
    begins = inside.copy()
    begins[1:] &= ~inside[:-1]
    return np.flatnonzero(begins).astype(np.int64)


def word_ends(raw: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Offsets just behind each word."""
    inside = raw > ord(" ")
    last = inside.copy()
    last[:-1] &= ~inside[1:]
    return np.flatnonzero(last).astype(np.int64) + 1


def digits_alone(raw: NDArray[np.uint8], begins: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the words that begin here are digits and nothing else."""
    fine, inside, at = np.ones(len(begins), np.bool_), np.ones(len(begins), np.bool_), 0
    while inside.any():
        byte = raw[np.minimum(begins + at, len(raw) - 1)]
        inside &= (byte > ord(" ")) & (begins + at < len(raw))
        fine &= ~inside | (byte - np.uint8(ord("0")) < 10)
        at += 1
    return fine


def read_bytes(path: Path) -> bytes:
    """A whole file of text: unpacked where it is packed, without the mark that spreadsheets put before UTF-8."""
    try:
        raw = _unpacked(path, path.read_bytes())
    except FileNotFoundError:
        raise FileError(f"{path}: there is no such file") from None
    if raw.startswith(UTF16):
        raise FileError(f"{path}: written in UTF-16; save it as UTF-8 or plain text")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _unpacked(path: Path, raw: bytes) -> bytes:
    """What was packed by gzip or zstd, whatever the file is called."""
    try:
        return gzip.decompress(raw) if raw.startswith(GZIP) else _zstd(raw) if raw.startswith(ZSTD) else raw
    except (EOFError, OSError, zlib.error) as wrong:
        raise FileError(f"{path}: cannot be unpacked: {wrong}") from None


def _zstd(raw: bytes) -> bytes:
    """Unpacked with the codec that the column tables use."""
    import pyarrow as pa  # noqa: PLC0415 - loads slowly, and few files are packed so

    return pa.input_stream(pa.BufferReader(raw), compression="zstd").read()


def _read(path: Path) -> NDArray[np.uint8]:
    raw = np.frombuffer(read_bytes(path), np.uint8)
    return raw[: len(raw) - _blank_tail(raw)] if len(raw) else raw


def _blank_tail(raw: NDArray[np.uint8]) -> int:
    """How many bytes of empty lines stand at the end."""
    tail = 0
    while tail + 1 < len(raw) and raw[-1 - tail] in b"\r\n" and raw[-2 - tail] in b"\r\n":
        tail += 1
    return tail
