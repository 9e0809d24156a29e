"""How a scan ends: parts joined to a table a trait, and the summary beside them."""

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from citywide.systems.genomics.engine.fits.design import Floats
from citywide.systems.genomics.engine.fits.rows import GENOME_WIDE
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.results.inflation import lambda_gc
from citywide.systems.genomics.engine.results.ssf import COLUMNS, LEFT_OUT, join
from citywide.systems.genomics.engine.results.texts import p_text
from citywide.systems.genomics.engine.scan.lanes import binary_lanes, linear_lanes
from citywide.systems.genomics.engine.scan.ledger import Ledger
from citywide.systems.genomics.engine.scan.plan import Plan


@dataclass(frozen=True)
class TraitSummary:
    """What a scan says about one trait beside its table."""

    name: str
    people: int
    cases: int
    variants: int
    left_out: int
    lambda_gc: float
    genome_wide: int
    smallest_p: str
    refused: str = ""


def write_summary(path: Path, about: dict[str, object], traits: Sequence[TraitSummary]) -> None:
    """The summary as JSON: what ran, on what, and a line a trait."""
    whole = {**about, "traits": [asdict(trait) for trait in traits]}
    path.write_text(json.dumps(whole, indent=1, default=str) + "\n")


def conclude(plan: Plan, ledger: Ledger, begun: float) -> list[TraitSummary]:
    """Join the parts into a table a trait and write the summary; the parts may go then."""
    out = plan.request.out
    summaries = [_conclude_trait(plan, ledger, trait.name) for trait in plan.traits]
    about: dict[str, object] = {
        "command": plan.request.command,
        "study": ledger.study,
        "kernel": compiled.level(),
        "seconds": round(time.time() - begun, 3),
        "variants": sum(len(part.rows) for part in plan.parts),
        "dropped_covariates": _dropped(plan),
    }
    write_summary(out / "summary.json", about, summaries)
    if not plan.request.keep_parts:
        shutil.rmtree(ledger.folder)
    return summaries


def _conclude_trait(plan: Plan, ledger: Ledger, name: str) -> TraitSummary:
    why = _refusals(plan, name)
    parts = [part.number for part in plan.parts if part.key not in why]
    pieces = {kind: [ledger.file(number, f"{name}.{kind}") for number in parts] for kind in ("tsv", "left-out", "nlp")}
    refused = "; ".join(f"{one}{f' (chromosome {key})' if key else ''}" for key, one in why.items())
    if not parts:
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


def _keys(plan: Plan) -> list[str]:
    return list(dict.fromkeys(part.key for part in plan.parts))


def _refusals(plan: Plan, name: str) -> dict[str, str]:
    """Why a trait is not scanned, by the chromosomes where it is not."""
    return {
        key: refusal.why
        for key in _keys(plan)
        for refusal in (*linear_lanes(plan, key)[1], *binary_lanes(plan, key)[1])
        if refusal.name == name
    }


def _dropped(plan: Plan) -> list[str]:
    made = [lanes.design for key in _keys(plan) for lanes in (*linear_lanes(plan, key)[0], *binary_lanes(plan, key)[0])]
    return sorted({label for design in made for label in design.dropped})
