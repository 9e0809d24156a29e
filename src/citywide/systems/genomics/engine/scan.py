"""A whole scan: parts over threads or workers, kept as they finish, joined at the end.

from citywide.systems.genomics.engine.scan import Request, scan
summary = scan(Request(data=Path("study"), pheno=Path("pheno.tsv"), out=Path("results")))
"""

import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine import dosage, kernel, rescue
from citywide.systems.genomics.engine.bed import Bed, decode
from citywide.systems.genomics.engine.binary import Choice, scan_binary
from citywide.systems.genomics.engine.binary_lanes import BinaryLanes, NullModelError
from citywide.systems.genomics.engine.design import Design, Floats, Refusal, designs
from citywide.systems.genomics.engine.kernel import Fits, Lanes
from citywide.systems.genomics.engine.ledger import Ledger, fingerprint
from citywide.systems.genomics.engine.output import (
    COLUMNS,
    LEFT_OUT,
    LINEAR,
    Rows,
    TraitSummary,
    join,
    lambda_gc,
    p_text,
    table,
    write_summary,
)
from citywide.systems.genomics.engine.plan import Plan, Trait, make_plan
from citywide.systems.genomics.engine.regions import Part, haploid
from citywide.systems.genomics.engine.request import Progress, Request, ScanError

__all__ = ["Request", "ScanError", "scan"]

PIECE = 1024
TILE = 5 << 18  # dosages decoded at once: few enough to stay near the processor until they are used
GENOME_WIDE = 5e-8


def scan(request: Request, progress: Progress | None = None) -> list[TraitSummary]:
    """Scan everything that is asked for and write the tables; an earlier, unfinished scan goes on."""
    if request.spa and kernel.library() is None:
        raise ScanError("saddle-point p-values need the compiled kernel; install with a C compiler, or without --spa")
    begun = time.time()
    plan = make_plan(request)
    ledger = Ledger(request.out / "parts", fingerprint(request))
    done = ledger.begin(request.restart)
    whole = sum(len(part.rows) for part in plan.parts)
    finished = sum(len(part.rows) for part in plan.parts if part.number in done)
    for part in run_parts(request, [part for part in plan.parts if part.number not in done], ledger):
        finished += len(part.rows)
        if progress:
            progress(finished, whole)
    return conclude(plan, ledger, begun)


def run_parts(request: Request, todo: list[Part], ledger: Ledger) -> Iterator[Part]:
    """Do the parts on this machine's threads, or on whatever joblib backend is asked for."""
    threads = request.threads or os.cpu_count() or 1
    if request.backend != "threads":
        yield from _joblib_parts(request, todo, ledger, threads)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting = {pool.submit(do_part, request, part.number, ledger): part for part in todo}
        try:
            for ready in as_completed(waiting):
                ready.result()
                yield waiting[ready]
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _joblib_parts(request: Request, todo: list[Part], ledger: Ledger, workers: int) -> Iterator[Part]:
    joblib: Any = import_module("joblib")  # not needed by most scans

    by_number = {part.number: part for part in todo}
    with joblib.parallel_config(request.backend, n_jobs=workers):
        results: Iterator[int] = joblib.Parallel(return_as="generator_unordered")(
            joblib.delayed(do_part)(request, part.number, ledger) for part in todo
        )
        for number in results:
            yield by_number[number]


def do_part(request: Request, number: int, ledger: Ledger) -> int:
    """Scan one part and keep its tables; runs in any thread or process."""
    plan = make_plan(request)
    part = next(part for part in plan.parts if part.number == number)
    files: dict[str, list[bytes]] = {}
    for piece in part.pieces(piece_size(plan)):
        for name, (rows, left_out, strengths) in scan_piece(plan, piece).items():
            for kind, content in (("tsv", rows), ("left-out", left_out), ("nlp", strengths)):
                files.setdefault(f"{name}.{kind}", []).append(content)
        plan.bed.release(int(piece.rows[0]), int(piece.rows[-1]) - int(piece.rows[0]) + 1)
    ledger.keep(number, {name: b"".join(contents) for name, contents in files.items()})
    return number


def scan_piece(plan: Plan, piece: Part) -> dict[str, tuple[bytes, bytes, bytes]]:
    """Tables of every trait for one piece: results, left out, and -log10 p as numbers."""
    if not isinstance(plan.bed, Bed):
        return scan_dosages(plan, plan.bed.dosages(piece.rows), piece)
    raw = haploid(piece.raw(plan.bed), piece.key, plan.bed.people)
    if plan.request.impute == "mean":
        return scan_dosages(plan, copies(raw, len(plan.bed.people)), piece)
    found: dict[str, tuple[bytes, bytes, bytes]] = {}
    for lanes in linear_lanes(plan.request, piece.key)[0]:
        fits = kernel.linear(raw, lanes)
        rescue.linear(raw, lanes.design, fits)
        for at, name in enumerate(lanes.design.names):
            found[name] = _texts(plan, piece, linear_rows(fits, at))
    for lanes in binary_lanes(plan.request, piece.key)[0]:
        rows = scan_binary(raw, lanes, choice(plan.request))
        rescue.binary(raw, lanes, rows)
        found[lanes.name] = _texts(plan, piece, rows)
    return found


def choice(request: Request) -> Choice:
    """How far binary traits go beyond the score test."""
    return Choice(request.firth, request.screen, request.spa)


def copies(raw: NDArray[np.uint8], people: int) -> NDArray[np.float32]:
    """Copies of allele 1 as numbers, NaN where missing."""
    found = decode(raw, people).astype(np.float32)
    found[found < 0] = np.nan
    return found


def scan_dosages(plan: Plan, tile: NDArray[np.float32], piece: Part) -> dict[str, tuple[bytes, bytes, bytes]]:
    """Tables of every trait for one piece that is decoded: dosages, or calls to be filled in."""
    impute = plan.request.impute == "mean"
    found: dict[str, tuple[bytes, bytes, bytes]] = {}
    for lanes in linear_lanes(plan.request, piece.key)[0]:
        for name, rows in zip(lanes.design.names, dosage.linear(tile, lanes, impute), strict=True):
            found[name] = _texts(plan, piece, rows)
    for lanes in binary_lanes(plan.request, piece.key)[0]:
        rows = scan_binary(tile, lanes, choice(plan.request))
        rescue.binary(tile, lanes, rows)
        found[lanes.name] = _texts(plan, piece, rows)
    return found


def linear_rows(fits: Fits, trait: int) -> Rows:
    """One trait's rows of a block of least squares."""
    calls, hets, twos = fits.counts.T
    frequency = (hets + 2 * twos) / np.maximum(2 * calls, 1)
    test = np.full(len(calls), LINEAR, np.uint8)
    numbers = (fits.beta[trait], fits.error[trait], fits.minus_log10_p[trait])
    return Rows(np.ascontiguousarray(calls), frequency, *numbers, test, fits.status[trait])


def _texts(plan: Plan, piece: Part, rows: Rows) -> tuple[bytes, bytes, bytes]:
    return *table(plan.bed, piece.rows, rows), rows.minus_log10_p.tobytes()


@lru_cache(maxsize=64)
def linear_lanes(request: Request, key: str) -> tuple[list[Lanes], list[Refusal]]:
    """The kernel's view of the designs for a part's key, made once a process."""
    made, refused = make_plan(request).linear_designs(key)
    return [Lanes(design) for design in made], refused


@lru_cache(maxsize=64)
def binary_lanes(request: Request, key: str) -> tuple[list[BinaryLanes], list[Refusal]]:
    """Null models of the binary traits for a part's key, made once a process."""
    plan = make_plan(request)
    made: list[BinaryLanes] = []
    refused: list[Refusal] = []
    for trait in plan.traits:
        if trait.binary:
            here, not_here = _binary_lanes(plan, trait, key)
            made.extend(here)
            refused.extend(not_here)
    return made, refused


def _binary_lanes(plan: Plan, trait: Trait, key: str) -> tuple[list[BinaryLanes], list[Refusal]]:
    predicted = np.broadcast_to(plan.predicted(trait, key), trait.values.shape)
    values = np.where(np.isfinite(predicted), trait.values, np.nan)
    found, refused = designs([trait.name], values[:, None], *plan.adjusted(key))
    try:
        made = [
            BinaryLanes(
                one, trait.values[one.members], predicted[one.members], plan.request.firth, _given(plan, one, key)
            )
            for one in found
        ]
    except NullModelError as wrong:
        return [], [Refusal(trait.name, str(wrong))]
    return made, refused


def _given(plan: Plan, design: Design, key: str) -> Floats | None:
    """The members' kept covariates as they were given, where plink2's steps are to be taken."""
    if not plan.request.like_plink2:
        return None
    covariates, labels, _ = plan.adjusted(key)
    return covariates[design.members][:, [label not in design.dropped for label in labels]]


def piece_size(plan: Plan) -> int:
    """How many variants at once keep all threads within the memory asked for."""
    threads = plan.request.threads or os.cpu_count() or 1
    people, columns = len(plan.bed.people), plan.covariates.shape[1] + 2 * len(plan.traits)
    fixed = people * (60 + 30 * columns) + len(plan.bed) * 60 + 150e6
    decoded = 20 * people if plan.request.impute == "mean" else 0
    each = plan.bed.bytes_per_variant + decoded + 400 * len(plan.traits) + 40 * columns
    most = PIECE if isinstance(plan.bed, Bed) else TILE // people
    return int(np.clip((plan.request.memory_mb * 1e6 - fixed) / threads / each, 32, max(most, 32)) // 32 * 32)


def conclude(plan: Plan, ledger: Ledger, begun: float) -> list[TraitSummary]:
    """Join the parts into a table a trait and write the summary; the parts may go then."""
    out = plan.request.out
    summaries = [_conclude_trait(plan, ledger, trait.name) for trait in plan.traits]
    about: dict[str, object] = {
        "command": plan.request.command,
        "study": ledger.study,
        "kernel": kernel.level(),
        "seconds": round(time.time() - begun, 3),
        "variants": sum(len(part.rows) for part in plan.parts),
        "dropped_covariates": _dropped(plan),
    }
    write_summary(out / "summary.json", about, summaries)
    if not plan.request.keep_parts:
        shutil.rmtree(ledger.folder)
    return summaries


def _conclude_trait(plan: Plan, ledger: Ledger, name: str) -> TraitSummary:
    pieces = {kind: _pieces(plan, ledger, f"{name}.{kind}") for kind in ("tsv", "left-out", "nlp")}
    refused = _refusal(plan, name)
    if not pieces["tsv"]:
        return TraitSummary(name, 0, 0, 0, 0, float("nan"), 0, "none", refused)
    join(plan.request.out / f"{name}.tsv", COLUMNS, pieces["tsv"])
    join(plan.request.out / f"{name}.left-out.tsv", LEFT_OUT, pieces["left-out"])
    strengths = np.concatenate([np.fromfile(path, np.float64) for path in pieces["nlp"]])
    return _summary(plan, name, strengths, refused)


def _summary(plan: Plan, name: str, strengths: Floats, refused: str) -> TraitSummary:
    known = strengths[np.isfinite(strengths)]
    trait = next(trait for trait in plan.traits if trait.name == name)
    here = plan.keep & np.isfinite(trait.values) & np.isfinite(plan.covariates).all(axis=1)
    return TraitSummary(
        name=name,
        people=int(here.sum()),
        cases=int(trait.values[here].sum()) if trait.binary else 0,
        variants=len(known),
        left_out=len(strengths) - len(known),
        lambda_gc=lambda_gc(known),
        genome_wide=int((known > -np.log10(GENOME_WIDE)).sum()),
        smallest_p=p_text(float(known.max(initial=0))),
        refused=refused,
    )


def _pieces(plan: Plan, ledger: Ledger, name: str) -> list[Path]:
    paths = [ledger.file(part.number, name) for part in plan.parts]
    return [path for path in paths if path.exists()]


def _keys(plan: Plan) -> list[str]:
    return list(dict.fromkeys(part.key for part in plan.parts))


def _refusal(plan: Plan, name: str) -> str:
    found = [
        f"{refusal.why}{f' (chromosome {key})' if key else ''}"
        for key in _keys(plan)
        for refusal in (*linear_lanes(plan.request, key)[1], *binary_lanes(plan.request, key)[1])
        if refusal.name == name
    ]
    return "; ".join(found)


def _dropped(plan: Plan) -> list[str]:
    made = [
        lanes.design
        for key in _keys(plan)
        for lanes in (*linear_lanes(plan.request, key)[0], *binary_lanes(plan.request, key)[0])
    ]
    return sorted({label for design in made for label in design.dropped})
