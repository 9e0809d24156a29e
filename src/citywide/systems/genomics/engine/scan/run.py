"""A whole scan: parts over threads or workers, kept as they finish, joined at the end.

from citywide.systems.genomics.engine import Request, scan
summary = scan(Request(data=Path("study"), pheno=Path("pheno.tsv"), out=Path("results")))
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from citywide.systems.genomics.engine.files.alone import alone
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.scan.ledger import Ledger, fingerprint
from citywide.systems.genomics.engine.scan.parts import Part
from citywide.systems.genomics.engine.scan.pieces import piece_size, scan_piece
from citywide.systems.genomics.engine.scan.plan import make_plan
from citywide.systems.genomics.engine.scan.request import Progress, Request, ScanError
from citywide.systems.genomics.engine.scan.summary import TraitSummary, conclude


def scan(request: Request, progress: Progress | None = None) -> list[TraitSummary]:
    """Scan everything that is asked for and write the tables; an earlier, unfinished scan goes on."""
    if request.spa and compiled.library() is None:
        raise ScanError("saddle-point p-values need the compiled kernel; install with a C compiler, or without --spa")
    with alone(request.out):
        return _scan(request, progress)


def _scan(request: Request, progress: Progress | None) -> list[TraitSummary]:
    begun, study = time.time(), fingerprint(request)
    plan, ledger = make_plan(request, study), Ledger(request.out / "parts", study)
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
    with _cluster(joblib, request.backend, workers):
        results: Iterator[int] = joblib.Parallel(return_as="generator_unordered")(
            joblib.delayed(do_part)(request, part.number, ledger) for part in todo
        )
        for number in results:
            yield by_number[number]


@contextmanager
def _cluster(joblib: Any, backend: str, workers: int) -> Iterator[None]:
    """The joblib backend asked for; a cluster's own is made known to joblib by the cluster's package."""
    try:
        if backend == "ray":
            import_module("ray.util.joblib").register_ray()
        if backend == "dask":
            import_module("distributed").Client()  # at DASK_SCHEDULER_ADDRESS, else a cluster on this machine
        config = joblib.parallel_config(backend, n_jobs=workers)
    except (ValueError, ImportError) as wrong:
        raise ScanError(f"--backend {backend}: {wrong}") from None
    with config:
        yield


def do_part(request: Request, number: int, ledger: Ledger) -> int:
    """Scan one part and keep its tables; runs in any thread or process."""
    plan = make_plan(request, ledger.study)
    part = next(part for part in plan.parts if part.number == number)
    files: dict[str, list[bytes]] = {}
    for piece in part.pieces(piece_size(plan)):
        for name, (rows, left_out, strengths) in scan_piece(plan, piece).items():
            for kind, content in (("tsv", rows), ("left-out", left_out), ("nlp", strengths)):
                files.setdefault(f"{name}.{kind}", []).append(content)
        plan.bed.release(int(piece.rows[0]), int(piece.rows[-1]) - int(piece.rows[0]) + 1)
    ledger.keep(number, {name: b"".join(contents) for name, contents in files.items()})
    return number
