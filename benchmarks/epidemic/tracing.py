"""Who infected whom, on agent epidemics with known truth, against Wallinga-Teunis and seqTrack.

Both references are written here from their papers (Wallinga and Teunis, Am J Epidemiol 2004;160:509-16;
Jombart et al., Heredity 2011;106:383-90). Ties share the credit. Four in five cases are seen, four in five
of their presences are on record. The tracer's natural history differs from the true one; Wallinga-Teunis is
given the true serial intervals. Both references know the contacts on record as well, as far as their methods
can use them: Wallinga-Teunis chooses among the infectors met (among all where none was met), seqTrack prefers
those met among equally distant ones, its matrix of proximities. `…_by_dates` and `…_alone` are the methods
without contacts, as they were published: `top1_ratio_wt` is against that and has the goal, `…_with_contacts` is
against the stronger and has none: `…_knowing_nature` beside it says what the tracer would reach if it were given
the true natural history, `…_knowing_all` if every presence of the cases were on record besides: what lies
above that no tracer can learn from onsets and contacts.
"""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.form import Benchmark, Clock, Goal
from citywide.systems.epidemic.engine.natural_history import NaturalHistory
from citywide.systems.epidemic.engine.outbreak_simulation import (
    Epidemic,
    Presences,
    live,
    sequence_distances,
    settle,
    spread,
)
from citywide.systems.epidemic.engine.tracing import Records, Traced, trace
from citywide.systems.epidemic.engine.tracing.meetings import meetings

PEOPLE, DAYS, CITIES = 4000, 80, 10
SEEN = ON_RECORD = 0.8
TRUE_HISTORY = NaturalHistory()
BELIEVED = NaturalHistory(incubation_mean=5.0, incubation_sd=2.2, infectious_mean=3.0, hazards=(0.5, 0.1, 0.1, 0.0001))


@dataclass(frozen=True)
class Given:
    """What the tracers are given of one epidemic, and the truth of the cases seen."""

    seen: Epidemic
    records: Records
    everything: Records
    distances: NDArray[np.float64]
    met: NDArray[np.bool_]
    intervals: NDArray[np.int64]


def measure(options: Namespace) -> Mapping[str, float]:
    """Shares over some epidemics; an epidemic that dies out early is drawn again."""
    rng = np.random.default_rng(options.seed)
    rows: list[dict[str, float]] = []
    for city in range(3 if options.quick else CITIES):
        rows.append(_one_epidemic(given(rng)))
        print(
            f"epidemic {city + 1}: " + " ".join(f"{name} {share:.2f}" for name, share in rows[-1].items()), flush=True
        )
    shares = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return {
        "top1_ratio_wt": shares["ours"] / shares["wallinga_teunis_by_dates"],
        "top1_ratio_wt_with_contacts": shares["ours"] / shares["wallinga_teunis"],
        "top1_ratio_wt_with_contacts_knowing_nature": shares["ours_knowing_nature"] / shares["wallinga_teunis"],
        "top1_ratio_wt_with_contacts_knowing_all": shares["ours_knowing_all"] / shares["wallinga_teunis"],
        "top1_ratio_seqtrack": shares["ours_with_sequences"] / shares["seqtrack"],
        "top1_ratio_seqtrack_alone": shares["ours_sequences_only"] / shares["seqtrack_alone"],
        **{f"top1_{name}" if not name.startswith(("place", "cpu")) else name: s for name, s in shares.items()},
    }


def given(rng: np.random.Generator) -> Given:
    """One epidemic of at least 100 cases, and the part of it that is seen."""
    population = settle(PEOPLE, rng)
    presences = live(population, DAYS, rng)
    epidemic = spread(population, presences, TRUE_HISTORY, rng)
    if len(epidemic) < 100:
        return given(rng)
    distances = sequence_distances(epidemic, TRUE_HISTORY.mutations_per_day, 1, rng).astype(np.float64)
    rows = np.flatnonzero(rng.random(len(epidemic)) < SEEN)
    seen = epidemic.observed(rows)
    has = epidemic.infector >= 0
    intervals = (epidemic.onset - epidemic.onset[epidemic.infector])[has]
    records = on_record(presences, seen, rng)
    everything = on_record(presences, seen, np.random.default_rng(0), share=1.0)
    return Given(seen, records, everything, distances[np.ix_(rows, rows)], contacts(records, seen.onset), intervals)


def on_record(presences: Presences, seen: Epidemic, rng: np.random.Generator, share: float = ON_RECORD) -> Records:
    """The presences of the cases that were recorded, with how many people were there."""
    spots = np.stack([presences.day, presences.context, presences.place])
    _, spot, present = np.unique(spots, axis=1, return_inverse=True, return_counts=True)
    case_of = np.full(PEOPLE, -1)
    case_of[seen.person] = np.arange(len(seen))
    keep = (case_of[presences.person] >= 0) & (rng.random(len(presences.person)) < share)
    return Records(case_of[presences.person[keep]], *spots[:, keep], present[spot.ravel()[keep]])


def contacts(records: Records, onset: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether [case, infector] met on a day on which the one could infect and the other be infected."""
    found = meetings(records)
    wait, age = onset[found.case] - found.day, found.day - onset[found.infector]
    longest, first = TRUE_HISTORY.longest, TRUE_HISTORY.infectious_from
    could = (wait > 0) & (wait < longest) & (age >= first) & (age < first + longest)
    met = np.zeros((len(onset), len(onset)), dtype=np.bool_)
    met[found.case[could], found.infector[could]] = True
    return met


def wallinga_teunis(
    onset: NDArray[np.int64], intervals: NDArray[np.int64], met: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Relative likelihood [case, infector] from onset dates, among the infectors met where there are any."""
    shortest = intervals.min()
    density = np.bincount(intervals - shortest) / len(intervals)
    place = onset[:, None] - onset[None, :] - shortest
    inside = (place >= 0) & (place < len(density))
    likelihood = np.where(inside, density[np.clip(place, 0, len(density) - 1)], 0.0)
    np.fill_diagonal(likelihood, 0.0)
    if met is not None:
        known = likelihood * met
        likelihood = np.where(known.any(axis=1, keepdims=True), known, likelihood)
    return likelihood / np.maximum(likelihood.sum(axis=1, keepdims=True), 1e-300)


def seqtrack(
    onset: NDArray[np.int64], distances: NDArray[np.float64], met: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """One for the ancestor: an earlier case at the least distance; of equals one who was met, then the latest."""
    apart = np.where(onset[None, :] < onset[:, None], distances, np.inf)
    nearest = (apart == apart.min(axis=1, keepdims=True)) & np.isfinite(apart)
    if met is not None:
        near_and_met = nearest & met
        nearest = np.where(near_and_met.any(axis=1, keepdims=True), near_and_met, nearest)
    when = np.where(nearest, onset[None, :], -1)
    return (nearest & (when == when.max(axis=1, keepdims=True))).astype(np.float64)


def top1(likelihood: NDArray[np.float64], infector: NDArray[np.int64]) -> float:
    """Share of cases, with an infector among the cases, whose true infector ranks first."""
    cases = np.flatnonzero(infector >= 0)
    rows = likelihood[cases]
    first = (rows == rows.max(axis=1, keepdims=True)) & (rows > 0)
    credit = first[np.arange(len(cases)), infector[cases]] / np.maximum(first.sum(axis=1), 1)
    return float(credit.mean())


def _one_epidemic(case: Given) -> dict[str, float]:
    onset, truth = case.seen.onset, case.seen.infector
    nothing = Records(*(column[:0] for column in vars(case.records).values()))
    with Clock() as clock:
        ours = trace(onset, case.records, PEOPLE, BELIEVED)
    both = trace(onset, case.records, PEOPLE, BELIEVED, distances=case.distances)
    sequences = trace(onset, nothing, PEOPLE, BELIEVED, distances=case.distances)
    knowing = trace(onset, case.records, PEOPLE, TRUE_HISTORY)
    bound = trace(onset, case.everything, PEOPLE, TRUE_HISTORY)
    return {
        "ours": top1(ours.infectors()[:, :-1], truth),
        "ours_with_sequences": top1(both.infectors()[:, :-1], truth),
        "ours_knowing_nature": top1(knowing.infectors()[:, :-1], truth),
        "ours_knowing_all": top1(bound.infectors()[:, :-1], truth),
        "ours_sequences_only": top1(sequences.infectors()[:, :-1], truth),
        "wallinga_teunis": top1(wallinga_teunis(onset, case.intervals, case.met), truth),
        "wallinga_teunis_by_dates": top1(wallinga_teunis(onset, case.intervals), truth),
        "seqtrack": top1(seqtrack(onset, case.distances, case.met), truth),
        "seqtrack_alone": top1(seqtrack(onset, case.distances), truth),
        "place_hit_at_1": _place_hits(ours, case.seen, 1),
        "place_hit_at_5": _place_hits(ours, case.seen, 5),
        "cpu_seconds": clock.cpu,
    }


def _place_hits(found: Traced, truth: Epidemic, ranks: int) -> float:
    cases = np.flatnonzero((truth.infector >= 0) & (truth.place >= 0))
    hits = [
        (int(truth.context[case]), int(truth.place[case])) in list(found.places(int(case)))[:ranks] for case in cases
    ]
    return float(np.mean(hits))


GOALS = {"top1_ratio_wt": Goal(at_least=1.3), "top1_ratio_seqtrack": Goal(at_least=1.1)}
BENCHMARK = Benchmark(
    name="tracing",
    about="Who infected whom against Wallinga-Teunis and seqTrack, on agent epidemics with known truth",
    measure=measure,
    goals=GOALS,
    packages=("numba", "numpy", "scipy"),
)
