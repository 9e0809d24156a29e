"""Step one of a study: whole-genome regression of its traits, whose predictions its scan takes off."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine import Limits, Request
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.hard_calls import calls_of
from citywide.systems.genomics.engine.scan.limits import within
from citywide.systems.genomics.engine.scan.plan import Plan, make_plan
from citywide.systems.genomics.laboratory.order import BINARY, QUANTITIES, VARIANTS

if TYPE_CHECKING:
    from citywide.systems.genomics.engine.step1.request import Request as StepOne

KINDS = {False: QUANTITIES, True: BINARY}
COMMON = Limits(maf=0.01, geno=0.1)
Progress = Callable[[int, int], None]


def predicted(request: Request, folder: Path, progress: Progress) -> Request:
    """The scan with the predictions of its traits, from common autosomal variants of the whole file.

    Quantities and binary traits have a regression each.
    """
    from citywide.systems.genomics.engine.step1.run import step_one  # noqa: PLC0415 - scipy loads slowly

    plan = make_plan(request)
    rows = np.arange(len(plan.bed))
    rows = rows[within(COMMON, plan.bed, plan.keep, rows)]
    folder.mkdir(exist_ok=True)
    bed = calls_of(plan.bed, folder, rows)
    (folder / VARIANTS).write_bytes(b"\n".join([*plan.bed.variants.id()[rows].tolist(), b""]))
    lists: list[Path] = []
    for binary in sorted({trait.binary for trait in plan.traits}):
        out = folder / KINDS[binary]
        step_one(_asked(plan, bed, binary, rows, out), progress)
        lists.append(out / "step1_pred.list")
        shutil.rmtree(out / "level0")
    return replace(request, predictions=tuple(lists))


def _asked(plan: Plan, bed: Bed, binary: bool, rows: NDArray[np.int64], out: Path) -> "StepOne":
    from citywide.systems.genomics.engine.step1.request import Request as Asked  # noqa: PLC0415 - with its work

    traits = [trait for trait in plan.traits if trait.binary is binary]
    values = np.where(plan.keep[:, None], np.column_stack([trait.values for trait in traits]), np.nan)
    names = tuple(trait.name for trait in traits)
    covariates = plan.covariates if plan.labels else None
    return Asked(bed, values, names, out, covariates, binary, rows, threads=plan.request.threads)
