"""What goes into a study: each file's hash when it began, and whether the files are still those.

A study is never made of files of which its evidence does not tell. What was begun on files that are others now is
thrown away; files that change while it runs end it, and a longer list of who has withdrawn begins it anew.
"""

import shutil
from pathlib import Path

from msgspec import Struct
from msgspec import json as quick

from citywide.systems.genomics.engine.files.digest import sha256
from citywide.systems.genomics.engine.files.genotypes import beside
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.laboratory.order import STEP_ONE, Order, write

INPUTS, WITHDRAWN = "inputs.json", "withdrawn"
KINDS = {"bfile": ("bed", "bim", "fam"), "pfile": ("pgen", "pvar", "psam"), "bgen": ("bgen",)}
Stamp = tuple[int, int, int]


class WithdrawnError(Exception):
    """Somebody has taken their consent back since the study began."""


class Inputs(Struct, frozen=True):
    """The hash of each file by its part in the study and its name, and what the file system says of it."""

    hashes: dict[str, str]
    stamps: dict[str, Stamp]


def pinned(order: Order, folder: Path) -> Inputs:
    """The files as they are now; parts that were made of others are gone."""
    file, files = folder / INPUTS, files_of(order)
    now = Inputs({name: sha256(path) for name, path in files.items()}, stamps(files))
    if file.exists() and quick.decode(file.read_bytes(), type=Inputs) != now:
        forget(folder)
    write(file, quick.encode(now))
    return now


def forget(folder: Path) -> None:
    """Throw away what a study has made so far."""
    for name in ("scan", STEP_ONE):
        shutil.rmtree(folder / name, ignore_errors=True)


def unchanged(order: Order, began: Inputs) -> None:
    """Refuse what was made of files that are others by now."""
    files = files_of(order)
    others = [name for name, stamp in stamps(files).items() if stamp != began.stamps[name]]
    others = [name for name in others if sha256(files[name]) != began.hashes[name]]
    if any(name.startswith(f"{WITHDRAWN}: ") for name in others):
        raise WithdrawnError
    if others:
        raise FileError(f"{files[others[0]]} changed while the study ran; let it go on, and it begins anew")


def stamps(files: dict[str, Path]) -> dict[str, Stamp]:
    """Size, time and number of each file."""
    seen = {name: path.stat() for name, path in files.items()}
    return {name: (one.st_size, one.st_mtime_ns, one.st_ino) for name, one in seen.items()}


def files_of(order: Order) -> dict[str, Path]:
    """The files that go in, by their part in the study and their name."""
    files: dict[str, Path | None] = {kind: _packed(order.data, f".{kind}") for kind in KINDS[order.genotypes]}
    files |= {"sample": order.sample, "pheno": order.pheno, "covar": order.covar, **order.lists}
    files |= {WITHDRAWN: order.withdrawn}
    return {f"{part}: {path.name}": path for part, path in files.items() if path is not None}


def _packed(data: Path, suffix: str) -> Path:
    """The file of this kind, packed where only that is there."""
    path = beside(data, suffix)
    packed = path.with_name(f"{path.name}.zst")
    return packed if packed.exists() and not path.exists() else path
