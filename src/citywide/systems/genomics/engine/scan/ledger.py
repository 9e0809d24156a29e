"""Finished parts on disk, so that a scan killed at any moment goes on where it stopped.

A part's files are written under another name and renamed; then a line with their checksums joins the ledger.
A part counts only if its line is whole and its files are what the line says.
"""

import hashlib
import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from citywide.systems.genomics.engine.files.drafts import put
from citywide.systems.genomics.engine.files.genotypes import beside
from citywide.systems.genomics.engine.files.predictions import listed
from citywide.systems.genomics.engine.scan.request import Request, ScanError

SUFFIXES = (".bed", ".bim", ".fam", ".pgen", ".pvar", ".pvar.zst", ".psam", ".bgen", ".sample")
IRRELEVANT = {"threads", "memory_mb", "backend", "restart", "keep_parts", "command", "out"}


@dataclass(frozen=True)
class Ledger:
    """The parts of one scan in `folder`; `study` is the fingerprint of request and inputs."""

    folder: Path
    study: str

    @property
    def path(self) -> Path:
        """Where the lines are."""
        return self.folder / "ledger.jsonl"

    def begin(self, restart: bool) -> set[int]:
        """Numbers of the parts that are finished; refuses to mix two studies in one folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if restart or not self.path.exists():
            self._clear()
        lines = self._lines()
        if lines and lines[0].get("study") != self.study and any(map(self._whole, lines[1:])):
            raise ScanError(f"{self.folder} holds the parts of another scan; choose another --out or --restart")
        if not lines or lines[0].get("study") != self.study:
            self._clear()
            lines = []
            self._append({"study": self.study})
        return {line["part"] for line in lines[1:] if self._whole(line)}

    def keep(self, number: int, files: dict[str, bytes]) -> None:
        """Write a part's files, then its line."""
        for name, content in files.items():
            put(self.file(number, name), content)
        sums = {name: zlib.crc32(content) for name, content in files.items()}
        self._append({"part": number, "files": sums})

    def file(self, number: int, name: str) -> Path:
        """Where a part's file of this name is."""
        return self.folder / f"{number:06d}.{name}"

    def _append(self, line: dict[str, object]) -> None:
        with self.path.open("a") as ledger:
            ledger.write(json.dumps(line) + "\n")
            ledger.flush()
            os.fsync(ledger.fileno())

    def _lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for line in self.path.read_text().splitlines() if self.path.exists() else ():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue  # the line that was being written when the process died
        return found

    def _whole(self, line: dict[str, Any]) -> bool:
        files: dict[str, int] = line.get("files", {})
        number = int(line.get("part", -1))
        return bool(files) and all(_crc(self.file(number, name)) == crc for name, crc in files.items())

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if path.name[:6].isdigit() or path == self.path:
                path.unlink()


def fingerprint(request: Request) -> str:
    """What makes a scan the same: its choices and the content of its inputs (a .bed by size and time)."""
    state = hashlib.sha256()
    for name, value in sorted(asdict(request).items()):
        if name not in IRRELEVANT:
            state.update(f"{name}={value}\n".encode())
            for path in value if isinstance(value, tuple) else (value,):
                if isinstance(path, Path) and name != "predictions" and path.is_file():
                    state.update(path.read_bytes())
    for path in (file for one in request.predictions for file in (one, *(loco for _, loco in listed(one)))):
        state.update(_stamp(path))
    for path in (beside(request.data, suffix) for suffix in SUFFIXES):
        if path.exists():
            state.update(_stamp(path))
    return state.hexdigest()


def _stamp(path: Path) -> bytes:
    seen = path.stat() if path.exists() else None
    return f"{path} {seen and (seen.st_size, seen.st_mtime_ns)}\n".encode()


def _crc(path: Path) -> int | None:
    return zlib.crc32(path.read_bytes()) if path.exists() else None
