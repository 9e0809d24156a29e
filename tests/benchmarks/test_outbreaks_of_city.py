"""What counts as seen, as false and as late of a simulated city's outbreaks."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.face.outbreaks import Rang, compared
from citywide.hub.simulated.twin import TrueEvent

WAKES = datetime(2026, 7, 6, tzinfo=UTC)
ELM, OAK = "hospital/001", "hospital/002"


def day(number: float) -> datetime:
    return WAKES + timedelta(days=number)


TRUTH = [
    TrueEvent("epidemic", "outbreak_diarrhoea", ELM, day(-3), day(20)),
    TrueEvent("epidemic", "visible_diarrhoea", ELM, day(2), day(20)),
    TrueEvent("epidemic", "touched_diarrhoea", OAK, day(1), day(16)),
    TrueEvent("epidemic", "outbreak_pneumonia", OAK, day(0), day(20)),
]


def found(*cases: Rang) -> dict[str, float]:
    return compared(TRUTH, cases, WAKES, day(14))


def test_an_outbreak_that_could_be_seen_is_seen_by_a_case_of_its_own_syndrome_and_place():
    assert found(Rang(ELM, day(3), "diarrhoea"))["epidemic.detected"] == 1
    assert found(Rang(ELM, day(3), "pneumonia"))["epidemic.detected"] == 0
    assert found(Rang(OAK, day(3), "diarrhoea"))["epidemic.detected"] == 0


def test_a_case_is_false_next_door_of_another_syndrome_and_when_all_is_over_but_not_for_a_few_people():
    told = found(Rang(OAK, day(3), "diarrhoea"), Rang(ELM, day(3), "pneumonia"), Rang("school/9", day(3), "diarrhoea"),
                 Rang(ELM, day(20.5), "diarrhoea"))  # fmt: skip
    assert (told["epidemic.wrong"], told["epidemic.answers"]) == (3, 4)


def test_delays_are_counted_from_the_first_of_the_ill_and_from_the_oracles_morning():
    told = found(Rang(ELM, day(5), "diarrhoea"))
    assert told["epidemic.delay_s"] == pytest.approx(5 * 86_400)  # the hub woke after the first had come
    assert told["epidemic.delay_oracle_s"] == pytest.approx(2 * 86_400)
    assert told["epidemic.delay_after_oracle_s"] == pytest.approx(3 * 86_400)
    assert found(Rang(ELM, day(1), "diarrhoea"))["epidemic.delay_after_oracle_s"] == 0
