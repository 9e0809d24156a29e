"""One piece of a part: every trait's tables, within the memory asked for."""

import os

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.tiles import CELLS
from citywide.systems.genomics.engine.fits import dosage, linear, second_look
from citywide.systems.genomics.engine.fits.binary import scan_binary
from citywide.systems.genomics.engine.fits.linear import linear_rows
from citywide.systems.genomics.engine.fits.rows import Rows
from citywide.systems.genomics.engine.fits.screen import Choice
from citywide.systems.genomics.engine.kernel.calls import decode
from citywide.systems.genomics.engine.results.ssf import table
from citywide.systems.genomics.engine.scan.lanes import binary_lanes, linear_lanes
from citywide.systems.genomics.engine.scan.parts import Part, haploid, once
from citywide.systems.genomics.engine.scan.plan import Plan
from citywide.systems.genomics.engine.scan.request import Request

PIECE, LEAST = 1024, 32


def scan_piece(plan: Plan, piece: Part) -> dict[str, tuple[bytes, bytes, bytes]]:
    """Tables of every trait for one piece: results, left out, and -log10 p as numbers."""
    if not isinstance(plan.bed, Bed):
        return scan_dosages(plan, once(plan.bed.dosages(piece.rows), piece.key, plan.bed.people), piece)
    raw = haploid(plan.bed.some(piece.rows), piece.key, plan.bed.people)
    if plan.request.impute == "mean":
        return scan_dosages(plan, copies(raw, len(plan.bed.people)), piece)
    found: dict[str, tuple[bytes, bytes, bytes]] = {}
    for lanes in linear_lanes(plan, piece.key)[0]:
        fits = linear.linear(raw, lanes)
        second_look.linear(raw, lanes.design, fits)
        for at, name in enumerate(lanes.design.names):
            found[name] = _texts(plan, piece, linear_rows(fits, at))
    for lanes in binary_lanes(plan, piece.key)[0]:
        rows = scan_binary(raw, lanes, choice(plan.request))
        second_look.binary(raw, lanes, rows)
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
    for lanes in linear_lanes(plan, piece.key)[0]:
        for name, rows in zip(lanes.design.names, dosage.linear(tile, lanes, impute), strict=True):
            found[name] = _texts(plan, piece, rows)
    for lanes in binary_lanes(plan, piece.key)[0]:
        rows = scan_binary(tile, lanes, choice(plan.request))
        second_look.binary(tile, lanes, rows)
        found[lanes.name] = _texts(plan, piece, rows)
    return found


def _texts(plan: Plan, piece: Part, rows: Rows) -> tuple[bytes, bytes, bytes]:
    return *table(plan.bed.variants, piece.rows, rows), rows.minus_log10_p.tobytes()


def piece_size(plan: Plan) -> int:
    """How many variants at once keep all threads within the memory asked for."""
    fixed, each = _bytes(plan)
    most = CELLS // len(plan.bed.people) if not isinstance(plan.bed, Bed) else PIECE
    wanted = (plan.request.memory_mb * 1e6 - fixed) / _threads(plan) / each
    return int(np.clip(wanted, LEAST, max(most, LEAST)) // LEAST * LEAST)


def least_memory_mb(plan: Plan) -> int:
    """What a scan takes with the smallest pieces there are."""
    fixed, each = _bytes(plan)
    return int((fixed + LEAST * _threads(plan) * each) / 1e6) + 1


def _threads(plan: Plan) -> int:
    return plan.request.threads or os.cpu_count() or 1


def _bytes(plan: Plan) -> tuple[float, float]:
    """What a scan takes whatever its pieces, and what each variant of a piece adds."""
    people, columns = len(plan.bed.people), plan.covariates.shape[1] + 2 * len(plan.traits)
    decoded = 20 * people if plan.request.impute == "mean" else 0
    fixed = people * (60 + 30 * columns) + len(plan.bed) * 60 + 150e6
    return fixed, plan.bed.bytes_per_variant + decoded + 400 * len(plan.traits) + 40 * columns
