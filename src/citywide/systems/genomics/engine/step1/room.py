"""How much memory step one takes, and how many threads keep within what is allowed; results do not depend on it."""

from collections.abc import Sequence

from citywide.systems.genomics.engine.step1.blocks import HERITABILITIES
from citywide.systems.genomics.engine.step1.cohort import FOLDS, SPAN
from citywide.systems.genomics.engine.step1.request import Request, StepOneError

PROGRAM = 150e6
FOR_A_PERSON = 700  # tables of a span of covariates while a block is made free of them
FOR_KINSHIP = 20_000  # as many variants, spread over the genome, tell who is related


def threads_within(request: Request, taken: int, covariates: int, parts: Sequence[slice]) -> int:
    """As many threads as asked for, fewer where memory is short; refuses what one thread cannot do."""
    if request.memory_mb is None:
        return request.threads
    variants, largest = parts[-1].stop, max(part.stop - part.start for part in parts)
    allowed = request.memory_mb * 1e6 - PROGRAM - _standing(request, covariates, variants)
    each = _block(request, taken, largest)
    if allowed < each:
        raise StepOneError(_too_little(request, each - allowed, f"--bsize below {request.block} takes less"))
    if (lacking := _stacking(request, taken, len(parts)) - allowed) > 0:
        raise StepOneError(_too_little(request, lacking, f"--bsize above {request.block} takes less when stacking"))
    return min(request.threads, int(allowed // each))


def _too_little(request: Request, lacking: float, hint: str) -> str:
    needed = (request.memory_mb or 0) + int(lacking / 1e6) + 1
    return f"--memory {request.memory_mb}: at least {needed:,} MB are needed; {hint}"


def _standing(request: Request, covariates: int, variants: int) -> float:
    """What every thread shares: the covariates' lanes, and while relatives are looked for, their calls."""
    people = len(request.bed.people)
    sought = request.families and not request.binary and request.relatives is None
    return people * 8.0 * (2 * covariates + 2 * len(request.names) + 16) + sought * people * 1.5 * min(
        variants, FOR_KINSHIP
    )


def _block(request: Request, taken: int, size: int) -> float:
    """A block's values of a span of people twice over, its Gram matrices, and its predictions."""
    people, traits = len(request.bed.people), len(request.names)
    predictions = 4.0 * traits * len(HERITABILITIES) * (taken + FOLDS * size)
    matrices = 10.0 * size * min(SPAN, taken) + 4.0 * (FOLDS + 4) * size**2
    return matrices + predictions + people * (size / 4 + FOR_A_PERSON)


def _stacking(request: Request, taken: int, blocks: int) -> float:
    """One trait's predictors (and the copies that Newton's steps make of them), and their Gram matrices."""
    columns = blocks * len(HERITABILITIES)
    return (16.0 if request.binary else 9.0) * columns * taken + 8.0 * (3 * FOLDS + 4) * columns**2
