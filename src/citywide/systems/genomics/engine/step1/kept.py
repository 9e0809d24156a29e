"""The first level's blocks on disk: those that are there already are not done again."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import Block
from citywide.systems.genomics.engine.kernel.counting import Doubles, Floats
from citywide.systems.genomics.engine.kernel.runs import alike
from citywide.systems.genomics.engine.step1.blocks import HERITABILITIES, level_zero
from citywide.systems.genomics.engine.step1.cohort import Cohort
from citywide.systems.genomics.engine.step1.request import Progress, Request


def parts_of(chromosome: NDArray[np.str_], size: int) -> list[slice]:
    """Blocks of variants that keep within a chromosome."""
    return [
        slice(first, min(first + size, run.stop))
        for run in alike(chromosome)
        for first in range(run.start, run.stop, size)
    ]


def kept_blocks(
    request: Request, cohort: Cohort, rows: NDArray[np.int64], parts: list[slice], progress: Progress
) -> list[Path]:
    """Every block's predictions as files; those that are there already are not done again."""
    folder = request.out / "level0" / _fingerprint(request, cohort, rows)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{at:05d}.npy" for at in range(len(parts))]
    tally = Tally(len(rows), progress)
    todo = [one for one in zip(files, parts, strict=True) if not tally.is_there(*one)]
    lanes = cohort.lanes

    def work(one: tuple[Path, slice]) -> None:
        _save(one[0], _block(request.bed, cohort, lanes, rows, one[1]))
        tally.add(one[1])

    with threadpool_limits(1), ThreadPoolExecutor(request.threads) as pool:
        list(pool.map(work, todo))
    return files


@dataclass
class Tally:
    """How many of the variants are done, told after each block."""

    variants: int
    progress: Progress
    done: int = 0

    def is_there(self, file: Path, part: slice) -> bool:
        """Whether a block is kept already; then it counts as done."""
        self.done += (part.stop - part.start) * (there := file.exists())
        return there

    def add(self, part: slice) -> None:
        """Another block is done."""
        self.done += part.stop - part.start
        self.progress(self.done, self.variants)


def _block(bed: Bed, cohort: Cohort, lanes: Doubles, rows: NDArray[np.int64], part: slice) -> Floats:
    chosen = rows[part]
    block = Block(part.start, chosen, bed.some(chosen), len(cohort.mask))
    found = level_zero(cohort, block, lanes, len(rows))
    bed.release(int(chosen[0]), int(chosen[-1] - chosen[0]) + 1)
    return found


def _save(path: Path, found: Floats) -> None:
    """Whole or not at all: a killed run leaves no half file under the final name."""
    half = path.with_suffix(".part")
    with half.open("wb") as file:
        np.save(file, found)
    half.replace(path)


def _fingerprint(request: Request, cohort: Cohort, rows: NDArray[np.int64]) -> str:
    """What the blocks' results depend on, in a name; other inputs do not meet these files."""
    digest = hashlib.sha256()
    stat = os.stat(request.bed.path)  # noqa: PTH116 - size and time in one call
    digest.update(json.dumps([stat.st_size, stat.st_mtime_ns, request.block, request.seed]).encode())
    for array in (rows, cohort.mask, cohort.folds, cohort.basis, cohort.traits):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def columns(files: list[Path], trait: int) -> Floats:
    """A trait's predictors from every block: float32[blocks · strengths, people]."""
    many = len(HERITABILITIES)
    here = slice(trait * many, (trait + 1) * many)
    return np.concatenate([np.load(file, mmap_mode="r")[here] for file in files])
