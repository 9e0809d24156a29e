"""Who speaks is met by the batch: a worker reads no list of the city's devices, and asks few questions."""

import pytest

from citywide.hub import Entity, Reading
from citywide.hub.entities import registry
from citywide.hub.entities.registry import Registry
from citywide.hub.testing import MORNING, TrialCity


def test_a_batch_of_strangers_is_met_by_two_questions_and_a_known_one_by_none(
    lasting_city: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, asked, look_up = lasting_city, list[int](), registry._look_up
    monkeypatch.setattr(registry, "_look_up", lambda *of: asked.append(len(of[1])) or look_up(*of))
    names = [f"gauge/stranger-{n}" for n in range(30)]
    city.add(*(Entity(name, "gauge", name, None, "drainage") for name in names))
    batch = [Reading(name, "water_depth", MORNING, 1.0) for name in [*names, "gauge/nobody", "gauge/\0"]]
    receipt = city.send(*batch)
    assert (receipt.accepted, receipt.refused_count) == (30, 2)
    assert [refusal.what for refusal in receipt.refused] == [
        "unknown entity 'gauge/nobody'", "unknown entity 'gauge/\\x00'",
    ]  # fmt: skip
    assert asked == [31, 31]
    assert city.send(*batch[:30]).duplicate == 30
    assert asked == [31, 31]


def test_a_worker_that_begins_knows_nobody_and_finds_whoever_it_hears(lasting_city: TrialCity) -> None:
    lasting_city.add(Entity("gauge/heard", "gauge", "Heard", None, "drainage"))
    lasting_city.send(Reading("gauge/heard", "water_depth", MORNING, 1.0))
    number = lasting_city.hub.registry.series["gauge/heard", "water_depth"]
    newcomer = Registry(lasting_city.hub.database)
    assert newcomer.numbers(["gauge/heard"], ["water_depth"]).tolist() == [-1]
    assert newcomer.meet({("gauge/heard", "water_depth"), ("gauge/unheard", "water_depth")}) == {"gauge/unheard"}
    assert newcomer.numbers(["gauge/heard"], ["water_depth"]).tolist() == [number]
    newcomer.forget({"gauge/heard"})
    assert newcomer.numbers(["gauge/heard"], ["water_depth"]).tolist() == [-1]
