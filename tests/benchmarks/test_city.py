"""What the city benchmark says of a share: how sure it is, over all cities together."""

import pytest

from benchmarks.face.city import REPORTS, pooled
from benchmarks.face.record import SHARES, counted, wilson


def test_a_share_of_few_is_less_sure_than_the_same_of_many() -> None:
    few, many = wilson(9, 10), wilson(900, 1000)
    assert (few, many) == (pytest.approx((0.5958, 0.9821), abs=1e-3), pytest.approx((0.8799, 0.9171), abs=1e-3))
    assert wilson(0, 0) == (0, 1)
    assert [wilson(0, 20)[0], wilson(20, 20)[1]] == pytest.approx([0, 1])


def test_cities_count_by_what_happened_in_them() -> None:
    def city(events: int, seen: int) -> dict[str, float]:
        parts = (counted(system, seen=seen, events=events, wrong=1, answers=events) for system in REPORTS)
        return {name: value for part in parts for name, value in part.items()}

    whole = pooled([city(10, 10), city(90, 45), city(0, 0)])
    assert [whole["hotline.detected"], whole["hotline.false"], whole["hotline.events"]] == [0.55, 0.03, 100]
    assert {f"hotline.{name}_{end}" for name in SHARES for end in ("low", "high")} <= set(whole)
    assert whole["hotline.detected_low"] < 0.55 < whole["hotline.detected_high"]
