"""A study's own process: makes or reads the cohort, scans, reports, and writes down what it used.

`python -m citywide.systems.genomics FOLDER` reads `order.json` there and leaves `progress.json` while it
runs and `found.json` or `refused.json` at its end. Killed at any moment, the same call goes on from there.
"""

import json
import os
import platform
import re
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from msgspec import json as quick

from citywide.systems.genomics.engine import Request
from citywide.systems.genomics.engine.files.digest import sha256
from citywide.systems.genomics.engine.files.genotypes import Genotypes, open_genotypes
from citywide.systems.genomics.engine.files.hard_calls import calls_of
from citywide.systems.genomics.engine.files.lists import keep_mask
from citywide.systems.genomics.engine.files.wrong import InputError
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.scan.run import scan
from citywide.systems.genomics.engine.scan.summary import TraitSummary
from citywide.systems.genomics.laboratory.inputs import (
    Inputs,
    WithdrawnError,
    forget,
    pinned,
    unchanged,
)
from citywide.systems.genomics.laboratory.order import (
    FOUND,
    PROGRESS,
    REFUSED,
    STEP_ONE,
    STOP,
    Found,
    Order,
    Recipe,
    read_order,
    write,
)

STOPPED = 130
RESIDENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SAY_EVERY_S = 0.5


def main(folder: Path) -> int:
    """Do what the order in the folder says."""
    order = read_order(folder)
    try:
        if order.made is not None and not order.data.with_suffix(".bed").exists():
            make(order.made, order.data.parent)
        while (made := study(order, folder)) is None:
            forget(folder)
    except KeyboardInterrupt:
        return STOPPED
    except InputError as wrong:
        return refused(folder, str(wrong))
    except OSError as wrong:
        return refused(folder, f"{wrong.filename or folder}: {wrong.strerror}")
    write(folder / FOUND, quick.encode(made))
    return 0


def refused(folder: Path, why: str) -> int:
    """Say why there is no result."""
    write(folder / REFUSED, json.dumps({"why": why}).encode())
    return 2


def study(order: Order, folder: Path) -> Found | None:
    """Scan and report; nothing where somebody has withdrawn meanwhile, for it is to be made without them."""
    inputs = pinned(order, folder)
    try:
        traits = scan(asked(order, folder, inputs), Meter(folder, order, inputs))
        report(order, folder, traits)
        unchanged(order, inputs)
    except WithdrawnError:
        return None
    return found(order, folder, inputs.hashes, traits)


def asked(order: Order, folder: Path, inputs: Inputs) -> Request:
    """The scan of the order, with step one's predictions where it asks for them."""
    request = order.request(folder)
    if not order.step_one:
        return request
    from citywide.systems.genomics.laboratory.relatedness import predicted  # noqa: PLC0415 - few studies need it

    watch = Watch(folder, order, inputs)
    request = predicted(request, folder / STEP_ONE, lambda _done, _whole: watch())
    return replace(request, command=order.command(folder))


class Watch:
    """Ends a study when somebody has asked for that, or its files are others."""

    def __init__(self, folder: Path, order: Order, inputs: Inputs) -> None:
        """Of this study."""
        self.stop, self.order, self.inputs, self.looked = folder / STOP, order, inputs, 0.0

    def __call__(self) -> None:
        """Look, the files now and then."""
        if self.stop.exists():
            raise KeyboardInterrupt
        if (now := time.monotonic()) - self.looked >= SAY_EVERY_S:
            self.looked = now
            unchanged(self.order, self.inputs)


def make(recipe: Recipe, folder: Path) -> None:
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


def found(order: Order, folder: Path, inputs: dict[str, str], traits: list[TraitSummary]) -> Found:
    """What was found, the hashes of what went in and came out, and the versions."""
    tables = [folder / "scan" / f"{trait.name}.tsv" for trait in traits if trait.variants]
    versions = {name: version(name) for name in ("citywide", "numpy", "scipy")}
    versions |= {"python": platform.python_version(), "kernel": str(compiled.level())}
    results, part = {path.name: sha256(path) for path in tables}, residents(order.request(folder))
    return Found(order.command(folder), inputs, versions, results, traits, part)


class Meter:
    """Writes down how far the scan is and how long it will take; ends it when it is to end."""

    def __init__(self, folder: Path, order: Order, inputs: Inputs) -> None:
        """Begin with nothing said."""
        self.path, self.watch, self.said = folder / PROGRESS, Watch(folder, order, inputs), 0.0
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
            self.watch()
