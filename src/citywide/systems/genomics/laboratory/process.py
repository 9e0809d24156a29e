"""A study's own process: makes or reads the cohort, scans, reports, and writes down what it used.

`python -m citywide.systems.genomics FOLDER` reads `order.json` there and leaves `progress.json` while it
runs and `found.json` or `refused.json` at its end. Killed at any moment, the same call goes on from there.
"""

import hashlib
import json
import os
import platform
import re
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from msgspec import json as quick

from citywide.systems.genomics.engine import Request
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.genotypes import Genotypes, open_genotypes
from citywide.systems.genomics.engine.files.hard_calls import hard_calls
from citywide.systems.genomics.engine.files.lists import keep_mask
from citywide.systems.genomics.engine.files.wrong import FileError, InputError
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.scan.run import scan
from citywide.systems.genomics.engine.scan.summary import TraitSummary
from citywide.systems.genomics.laboratory.order import (
    FOUND,
    PROGRESS,
    REFUSED,
    STEP_ONE,
    STOP,
    Found,
    Made,
    Order,
    read_order,
    write,
)

STOPPED = 130
RESIDENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SAY_EVERY_S = 0.5
KINDS = {"bfile": ("bed", "bim", "fam"), "pfile": ("pgen", "pvar", "psam"), "bgen": ("bgen",)}


def main(folder: Path) -> int:
    """Do what the order in the folder says."""
    order = read_order(folder)
    try:
        if order.made is not None and not order.data.with_suffix(".bed").exists():
            make(order.made, order.data.parent)
        inputs = hashes(order)
        traits = scan(asked(order, folder), Meter(folder))
    except KeyboardInterrupt:
        return STOPPED
    except (InputError, OSError) as wrong:
        write(folder / REFUSED, json.dumps({"why": str(wrong)}).encode())
        return 2
    report(order, folder, traits)
    write(folder / FOUND, quick.encode(found(order, folder, inputs, traits)))
    return 0


def asked(order: Order, folder: Path) -> Request:
    """The scan of the order, with step one's predictions where it asks for them."""
    request = order.request(folder)
    if not order.step_one:
        return request
    from citywide.systems.genomics.laboratory.relatedness import predicted  # noqa: PLC0415 - few studies need it

    stop = folder / STOP
    request = predicted(request, folder / STEP_ONE, lambda _done, _whole: _stopped_by(stop))
    return replace(request, command=order.command(folder))


def _stopped_by(stop: Path) -> None:
    if stop.exists():
        raise KeyboardInterrupt


def make(recipe: Made, folder: Path) -> None:
    """Write a made cohort; it appears only when it is whole."""
    from citywide.systems.genomics.engine.simulate import simulate  # noqa: PLC0415 - only made cohorts need it

    draft = folder.with_name(f"{folder.name}.{os.getpid()}")
    simulate(draft, recipe.people, recipe.variants, recipe.missing, recipe.seed, recipe.causal)
    draft.replace(folder)


def report(order: Order, folder: Path, traits: list[TraitSummary]) -> None:
    """A page and series of pictures for each trait that has results."""
    from citywide.systems.genomics.engine.results.findings import findings  # noqa: PLC0415 - after the scan
    from citywide.systems.genomics.engine.results.read import read_results  # noqa: PLC0415 - pyarrow loads slowly
    from citywide.systems.genomics.engine.results.report import write_report  # noqa: PLC0415 - after the scan

    asked = order.request(folder)
    bed = calls_of(genotypes_of(asked), folder)
    for trait in traits:
        if trait.variants:
            seen = findings(trait.name, read_results(folder / "scan" / f"{trait.name}.tsv"), bed)
            write_report(seen, folder / "reports" / trait.name, [order.command(folder)])


def genotypes_of(asked: Request) -> Genotypes:
    """The cohort's genotypes."""
    return open_genotypes(asked.data, asked.pgen, asked.bgen, asked.sample, asked.ref_last)


def residents(asked: Request) -> list[str]:
    """Those who take part under the number of a resident of the city, which is how the hub knows them."""
    people = genotypes_of(asked).people
    chosen = people.person[keep_mask(people, asked.keep, asked.remove)].tolist()
    return [name for name in map(bytes.decode, chosen) if RESIDENT.fullmatch(name)]


def calls_of(data: Genotypes, folder: Path) -> Bed:
    """The cohort's genotypes as calls, for linkage."""
    return data if isinstance(data, Bed) else hard_calls(data, np.arange(len(data)), folder)


def hashes(order: Order) -> dict[str, str]:
    """The hash of each file that goes in, by its part in the study and its name, as it was when the scan began."""
    files: dict[str, Path | None] = {kind: _beside(order.data, f".{kind}") for kind in KINDS[order.genotypes]}
    files |= {"sample": order.sample, "pheno": order.pheno, "covar": order.covar, **order.lists}
    return {f"{part}: {path.name}": sha256(path) for part, path in files.items() if path is not None}


def _beside(data: Path, suffix: str) -> Path:
    """The file of this kind, packed where only that is there; a name may have its ending already."""
    path = data.with_name(data.name.removesuffix(suffix) + suffix)
    packed = path.with_name(f"{path.name}.zst")
    return packed if packed.exists() and not path.exists() else path


def found(order: Order, folder: Path, inputs: dict[str, str], traits: list[TraitSummary]) -> Found:
    """What was found, the hashes of what went in and came out, and the versions."""
    tables = [folder / "scan" / f"{trait.name}.tsv" for trait in traits if trait.variants]
    versions = {name: version(name) for name in ("citywide", "numpy", "scipy")}
    versions |= {"python": platform.python_version(), "kernel": str(compiled.level())}
    results, part = {path.name: sha256(path) for path in tables}, residents(order.request(folder))
    return Found(order.command(folder), inputs, versions, results, traits, part)


def sha256(path: Path) -> str:
    """A file's hash, read in pieces."""
    if not path.exists():
        raise FileError(f"{path}: there is no such file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Meter:
    """Writes down how far the scan is and how long it will take; ends it when somebody has asked for that."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing said."""
        self.path, self.stop, self.said = folder / PROGRESS, folder / STOP, 0.0
        self.begun, self.first = 0.0, -1

    def __call__(self, done: int, whole: int) -> None:
        """So many variants of so many."""
        now = time.monotonic()
        if self.first < 0:
            self.begun, self.first = now, done
        if now - self.said >= SAY_EVERY_S or done == whole:
            self.said = now
            left = round((whole - done) * (now - self.begun) / (done - self.first)) if done > self.first else None
            write(self.path, json.dumps({"done": done, "whole": whole, "left_s": left}).encode())
        if done < whole:
            _stopped_by(self.stop)
