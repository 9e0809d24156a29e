"""The first level's blocks on disk: those that are there already are not done again."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import Block
from citywide.systems.genomics.engine.kernel.counting import Floats
from citywide.systems.genomics.engine.step1.blocks import HERITABILITIES, level_zero
from citywide.systems.genomics.engine.step1.cohort import Cohort
from citywide.systems.genomics.engine.step1.request import Progress, Request


def parts_of(chromosome: NDArray[np.str_], size: int) -> list[slice]:
    """Blocks of variants that keep within a chromosome."""
    edges = np.flatnonzero(chromosome[1:] != chromosome[:-1]) + 1
    bounds = [0, *edges.tolist(), len(chromosome)]
    return [
        slice(first, min(first + size, stop)) for start, stop in pairwise(bounds) for first in range(start, stop, size)
    ]


def kept_blocks(
    request: Request, cohort: Cohort, rows: NDArray[np.int64], parts: list[slice], progress: Progress
) -> list[Path]:
    """Every block's predictions as files; those that are there already are not done again."""
    folder = request.out / "level0" / _fingerprint(request, cohort, rows)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{at:05d}.npy" for at in range(len(parts))]
    lanes = cohort.lanes
    done = sum(part.stop - part.start for part, file in zip(parts, files, strict=True) if file.exists())

    def work(at: int) -> None:
        nonlocal done
        if files[at].exists():
            return
        chosen = rows[parts[at]]
        block = Block(parts[at].start, chosen, _raw(request.bed, chosen), len(cohort.mask))
        _save(files[at], level_zero(cohort, block, lanes, len(rows)))
        request.bed.release(int(chosen[0]), int(chosen[-1] - chosen[0]) + 1)
        done += len(chosen)
        progress(done, len(rows))

    with threadpool_limits(1), ThreadPoolExecutor(request.threads) as pool:
        list(pool.map(work, range(len(parts))))
    return files


def _raw(bed: Bed, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    start, many = int(rows[0]), len(rows)
    return bed.block(start, many) if int(rows[-1]) - start + 1 == many else bed.raw[rows]


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
