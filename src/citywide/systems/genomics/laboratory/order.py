"""What a study's process is told and tells, as files in the study's folder."""

import shlex
from pathlib import Path

from msgspec import Struct
from msgspec import json as quick

from citywide.systems.genomics.engine import Request
from citywide.systems.genomics.engine.files.drafts import put
from citywide.systems.genomics.engine.files.predictions import listed
from citywide.systems.genomics.engine.scan.summary import TraitSummary

ORDER, PROGRESS, FOUND, REFUSED, STOP = "order.json", "progress.json", "found.json", "refused.json", "stop"
STEP_ONE, VARIANTS, QUANTITIES, BINARY = "step1", "variants.txt", "quantities", "binary"


class Recipe(Struct, frozen=True):
    """Of a made cohort: the same numbers give the same people."""

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
    made: Recipe | None = None
    lists: dict[str, Path] = {}
    step_one: bool = False
    genotypes: str = "bfile"
    sample: Path | None = None
    ref_last: bool = False
    withdrawn: Path | None = None

    def request(self, folder: Path) -> Request:
        """The scan that this order stands for."""
        return Request(
            self.data,
            self.pheno,
            folder / "scan",
            self.covar,
            self.traits,
            pgen=self.genotypes == "pfile",
            bgen=self.genotypes == "bgen",
            sample=self.sample,
            ref_last=self.ref_last,
            test=self.test,
            threads=self.threads,
            memory_mb=self.memory_mb,
            command=self.command(folder),
            keep=self._list("keep"),
            remove=(*self._list("remove"), *([self.withdrawn] if self.withdrawn else [])),
            extract=self._list("extract"),
            exclude=self._list("exclude"),
        )

    def _list(self, name: str) -> tuple[Path, ...]:
        return (self.lists[name],) if name in self.lists else ()

    def command(self, folder: Path) -> str:
        """The command with which anybody gets the same tables."""
        made = sorted(folder.glob(f"{STEP_ONE}/*/step1_pred.list"))
        scan = [*self._words("gwas", self.traits, self.lists), "--out", folder / "scan", "--test", self.test]
        commands = [*(self._step_one(one) for one in made), [*scan, *(["--pred", *made] if made else [])]]
        return " && ".join(shlex.join(map(str, words)) for words in commands)

    def _step_one(self, made: Path) -> list[str | Path]:
        traits, kind = tuple(trait for trait, _ in listed(made)), made.parent.name
        people = {name: path for name, path in self.lists.items() if name in {"keep", "remove"}}
        words = self._words("step1", traits, people | {"extract": made.parents[1] / VARIANTS})
        return [*words, "--out", made.parent, *["--bt"] * (kind == BINARY)]

    def _words(self, name: str, traits: tuple[str, ...], lists: dict[str, Path]) -> list[str | Path]:
        words: list[str | Path] = ["citywide", name, f"--{self.genotypes}", self.data]
        words += ["ref-last"] if self.ref_last else []
        words += ["--sample", self.sample] if self.sample else []
        words += ["--pheno", self.pheno]
        words += ["--covar", self.covar] if self.covar else []
        words += ["--pheno-name", ",".join(traits)] if traits else []
        words += [word for one, path in lists.items() for word in (f"--{one}", path)]
        return [*words, *(["--remove", self.withdrawn] if self.withdrawn else [])]


class Found(Struct, frozen=True):
    """What was found, with what it was made."""

    command: str
    inputs: dict[str, str]
    versions: dict[str, str]
    results: dict[str, str]
    traits: list[TraitSummary]
    residents: list[str] = []


def read_order(folder: Path) -> Order:
    """The order in a study's folder."""
    raw = (folder / ORDER).read_bytes()
    return quick.decode(raw, type=Order, dec_hook=lambda kind, value: kind(value))


def write(path: Path, content: bytes) -> None:
    """A file that appears only when it is whole."""
    put(path, content, path.with_suffix(".draft"))
