"""What a scan found, summed up: signals, regions, inflation, and the series of its pictures."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import chromosome_name
from citywide.systems.genomics.engine.results.clump import Bounds, Clump, Region, clump, regions, rows_in
from citywide.systems.genomics.engine.results.inflation import LdRegression, lambda_gc, ld_regression, ld_scores
from citywide.systems.genomics.engine.results.pictures import (
    Manhattan,
    Neighbourhood,
    Quantiles,
    manhattan,
    neighbourhood,
    quantiles,
    series,
)
from citywide.systems.genomics.engine.results.read import Results

PICTURED = 6
NINETY_FIVE = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Findings:
    """Everything the page shows, before it is a page."""

    trait: str
    results: Results
    bounds: Bounds
    clumps: list[Clump]
    regions: list[Region]
    inflation: float
    ld: LdRegression | None
    manhattan: Manhattan
    quantiles: Quantiles
    neighbourhoods: list[Neighbourhood]


def findings(trait: str, results: Results, bed: Bed | None = None, bounds: Bounds | None = None) -> Findings:
    """Clump, regress and sum up one trait's results; genotypes make the linkage real."""
    bounds = bounds or Bounds()
    clumps = clump(results, bed, bounds)
    places = regions(results, clumps)
    near = [neighbourhood(results, place.leads[0], bed) for place in places[:PICTURED]]
    return Findings(
        trait,
        results,
        bounds,
        clumps,
        places,
        lambda_gc(results.strength),
        None if bed is None else _ld(results, bed),
        manhattan(results),
        quantiles(results),
        near,
    )


def _ld(results: Results, bed: Bed) -> LdRegression:
    """LD-score regression on the autosomal common variants whose genotypes are at hand."""
    rows = rows_in(results, bed)
    common = np.minimum(results.frequency, 1 - results.frequency) > 0.01
    kept = np.flatnonzero((rows >= 0) & (results.chromosome <= 22) & (common | np.isnan(results.frequency)))
    some = results.take(kept)
    scores = ld_scores(bed, rows[kept], some.chromosome, some.position)
    people = np.where(np.isfinite(some.n), some.n, len(bed.people))
    return ld_regression(some.chi_square, scores, people)


def top_table(found: Findings) -> list[dict[str, object]]:
    """The strongest signals as rows: for the page, the console and a file alike."""
    region = {lead: place for place in found.regions for lead in place.leads}
    return [_row(found, one, region[one.lead]) for one in found.clumps]


def _row(found: Findings, one: Clump, place: Region) -> dict[str, object]:
    r, at = found.results, one.lead
    name = chromosome_name(int(r.chromosome[at]))
    odds = odds_ratio(float(r.beta[at]), float(r.error[at])) if r.odds[at] else (float("nan"),) * 3
    return {
        "variant": str(r.name[at]),
        "chromosome": name,
        "position": int(r.position[at]),
        "effect_allele": str(r.effect[at]),
        "other_allele": str(r.other[at]),
        "frequency": float(r.frequency[at]),
        "beta": float(r.beta[at]),
        "standard_error": float(r.error[at]),
        **dict(zip(("odds_ratio", "odds_low", "odds_high"), odds, strict=True)),
        "strength": float(r.strength[at]),
        "linked": len(one.members),
        "region": f"{name}:{place.start}-{place.stop}",
    }


def odds_ratio(beta: float, error: float) -> tuple[float, float, float]:
    """The ratio of odds for each copy of the effect allele, and its 95 % interval."""
    at = np.exp(np.clip(beta + np.array([0, -NINETY_FIVE, NINETY_FIVE]) * error, -700, 700)).tolist()
    return at[0], at[1], at[2]


def console(found: Findings) -> dict[str, object]:
    """The series and the table as plain JSON, for a front end that draws them itself."""
    return {
        "trait": found.trait,
        "lambda": found.inflation,
        "ld": None if found.ld is None else vars(found.ld),
        "top": top_table(found),
        "manhattan": series(found.manhattan),
        "quantiles": series(found.quantiles),
        "regions": [series(near) for near in found.neighbourhoods],
    }
