"""What a study's process is told and tells, as files in the study's folder."""

import shlex
from pathlib import Path

from msgspec import Struct
from msgspec import json as quick

from citywide.systems.genomics.engine import Request
from citywide.systems.genomics.engine.scan.summary import TraitSummary

ORDER, PROGRESS, FOUND, REFUSED, STOP = "order.json", "progress.json", "found.json", "refused.json", "stop"


class Made(Struct, frozen=True):
    """A made cohort: the same numbers give the same people."""

    people: int
    variants: int
    missing: float
    seed: int
    causal: int


class Order(Struct, frozen=True):
    """What the process is to do."""

    data: Path
    pheno: Path
    covar: Path | None
    traits: tuple[str, ...]
    test: str
    threads: int = 1
    memory_mb: int = 1000
    made: Made | None = None

    def request(self, folder: Path) -> Request:
        """The scan that this order stands for."""
        return Request(
            self.data,
            self.pheno,
            folder / "scan",
            self.covar,
            self.traits,
            test=self.test,
            threads=self.threads,
            memory_mb=self.memory_mb,
            command=self.command(folder),
        )

    def command(self, folder: Path) -> str:
        """The command with which anybody gets the same tables."""
        words = ["citywide", "gwas", "--bfile", self.data, "--pheno", self.pheno, "--out", folder / "scan"]
        words += ["--covar", self.covar] if self.covar else []
        words += ["--pheno-name", ",".join(self.traits)] if self.traits else []
        return shlex.join([*map(str, words), "--test", self.test])


class Found(Struct, frozen=True):
    """What was found, with what it was made."""

    command: str
    inputs: dict[str, str]
    versions: dict[str, str]
    results: dict[str, str]
    traits: list[TraitSummary]


def read_order(folder: Path) -> Order:
    """The order in a study's folder."""
    raw = (folder / ORDER).read_bytes()
    return quick.decode(raw, type=Order, dec_hook=lambda kind, value: kind(value))


def write(path: Path, content: bytes) -> None:
    """A file that appears only when it is whole."""
    draft = path.with_suffix(".draft")
    draft.write_bytes(content)
    draft.replace(path)
