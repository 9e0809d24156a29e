"""A draft: batches that arrived together, told apart into new, late and known rows, ready to be written."""

from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub.ingest.batch import ACCEPTED, DUPLICATE, Rows
from citywide.hub.rules.evaluator import Transition

Outcome = NDArray[np.int8]


class Sent(Struct, frozen=True):
    """Rows of one sender, who waits to hear what became of each."""

    rows: Rows
    heard: "Future[Outcome]"


class Draft(Struct, frozen=True):
    """What one transaction writes of several senders' rows; the rows stand in time."""

    senders: Sequence[Sent]
    outcome: Outcome
    kept: Rows
    fresh: Rows
    encoded: bytes
    received: int
    folding: "Future[list[Transition]]"

    def answer(self) -> None:
        """Tell each sender what became of the rows."""
        at = 0
        for sent in self.senders:
            sent.heard.set_result(self.outcome[at : at + len(sent.rows)])
            at += len(sent.rows)


def kept_and_fresh(rows: Rows, outcome: Outcome) -> tuple[Rows, Rows]:
    """The rows that go into the table, and those of them that the rules see."""
    if not outcome.any():
        return rows, rows
    return rows.pick(outcome != DUPLICATE), rows.pick(outcome == ACCEPTED)


def back_in_place(outcome: Outcome, order: NDArray[np.int64] | None) -> Outcome:
    """Outcomes of ordered rows, as their senders sent them."""
    if order is None:
        return outcome
    placed = np.empty_like(outcome)
    placed[order] = outcome
    return placed


def refuse(senders: Sequence[Sent], error: Exception) -> None:
    """Nobody of these was acknowledged: each hears why."""
    for sent in senders:
        if not sent.heard.done():
            sent.heard.set_exception(error)
