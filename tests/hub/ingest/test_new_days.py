"""A day that nobody spoke of before is made room for while others write, and nobody waits in a circle."""

import threading
from typing import Any

import numpy as np
import pytest

from citywide.hub import Entity, Reading
from citywide.hub.ingest import hand
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.writer import Writer
from citywide.hub.testing import MORNING, TrialCity
from citywide.kit.clock import microseconds

HOUR_US = 3_600_000_000
START = microseconds(MORNING)


def at(city: TrialCity, gauge: str, hours: int) -> Rows:
    number = city.hub.registry.series[gauge, "water_depth"]
    return Rows(np.array([number]), np.array([START + hours * HOUR_US]), np.array([1.0]))


def test_a_group_of_a_new_day_does_not_wait_for_the_one_that_waits_for_it(
    city: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.add(*[Entity(f"gauge/{n}", "gauge", "Gauge", None, "drainage") for n in (1, 2)])
    city.send(*[Reading(f"gauge/{n}", "water_depth", MORNING, 1.0) for n in (1, 2)])
    monkeypatch.setattr(hand, "WORTH_ROWS", 1)
    begun, copied = threading.Event(), threading.Event()
    for writer in city.hub.committer.writers:
        writer._need_days(at(city, "gauge/1", 0).time)
        slow_at_new_days(writer, monkeypatch, begun, copied)
    tomorrow = city.hub.committer.submit(at(city, "gauge/1", 24))
    assert begun.wait(20)
    today = city.hub.committer.submit(at(city, "gauge/2", 1))
    assert [tomorrow.result(20).tolist(), today.result(20).tolist()] == [[0], [0]]


def slow_at_new_days(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, begun: threading.Event, copied: threading.Event
) -> None:
    """Whoever needs a new day gets to it only when the next group is copied."""
    need_days, copy = writer._need_days, writer._copy

    def need_days_later(times: Any) -> None:
        if times.max() > START + 12 * HOUR_US:
            begun.set()
            copied.wait(20)
        need_days(times)

    def copy_and_tell(drafts: Any) -> None:
        copy(drafts)
        copied.set()

    monkeypatch.setattr(writer, "_need_days", need_days_later)
    monkeypatch.setattr(writer, "_copy", copy_and_tell)
