"""A gauge's past storms are kept from the hub's own record, and its forecasts learn from them."""

from datetime import timedelta

import numpy as np
import pytest
from psycopg.sql import SQL, Identifier

from citywide.hub import Entity, Point, Reading
from citywide.hub.testing import MORNING, TrialCity
from citywide.systems.waterlogging.duties.arrays import from_bytes, to_bytes
from citywide.systems.waterlogging.duties.refits import packed, refits_of, unpacked
from citywide.systems.waterlogging.duties.refitting import keep_storms, refit_gauges, remember
from citywide.systems.waterlogging.duties.slots import SLOT, slot_of
from citywide.systems.waterlogging.duties.slots import SQL as QUERIES
from citywide.systems.waterlogging.engine.lessons import lessons
from citywide.systems.waterlogging.engine.refit import Refit, refit_of

GAUGES = [Entity(f"gauge/{n}", "gauge", f"Gauge {n}", Point(106.5 + n / 100, 29.5), "drainage") for n in range(2)]
SKY = Entity("rain_gauge/0", "rain_gauge", "Sky", Point(106.5, 29.5), "drainage")
EVERY = 7 * timedelta(hours=1)
STORMS = 6


@pytest.fixture
def rained(city: TrialCity) -> TrialCity:
    """A city with six storms behind it, seven hours apart, at one gauge; the other one heard of none."""
    city.add(*GAUGES, SKY)
    rng, said = np.random.default_rng(4), []
    for slot in range(-40, int(STORMS * EVERY / SLOT)):
        falls = slot >= 0 and slot % int(EVERY / SLOT) < 12
        at = MORNING + (slot + 1) * SLOT
        rain = float(rng.integers(1, 9)) if falls else 0.0
        said += [Reading(SKY.id, "rain", at, rain), Reading(GAUGES[0].id, "water_depth", at, 3 * rain)]
    city.clock.set(MORNING + STORMS * EVERY)
    city.send(*said)
    forget(city)  # the hub's own night has passed over it already
    return city


def forget(city: TrialCity, *tables: str) -> None:
    with city.hub.database.transaction() as connection:
        for table in tables or ("storm", "storms_kept", "refit"):
            connection.execute(SQL("delete from waterlogging.{}").format(Identifier(table)))


def kept(city: TrialCity) -> list[dict]:
    return city.hub.database.rows("select gauge, began, ended, rain, depth from waterlogging.storm order by began")


def test_storms_are_kept_once_however_often_one_looks(rained):
    until = slot_of(rained.clock.now())
    keep_storms(rained.hub.database, until)
    storms = kept(rained)
    assert [storm["gauge"] for storm in storms] == [GAUGES[0].id] * STORMS
    assert storms[0]["began"] == MORNING - timedelta(hours=1)
    assert storms[0]["ended"] - storms[0]["began"] == len(storms[0]["rain"]) * SLOT
    forget(rained, "storms_kept")
    keep_storms(rained.hub.database, until)
    assert kept(rained) == storms


def test_a_storm_seen_by_a_stuck_gauge_teaches_nothing(rained):
    with rained.hub.database.transaction() as connection:
        connection.execute(
            "insert into hub.alarm (rule, severity, entity, raised, value, says)"
            " select 'gauge_stuck', 'notice', number, %s, 1, '{}' from hub.entity where id = %s",
            (MORNING + 3 * EVERY, GAUGES[0].id),
        )
    keep_storms(rained.hub.database, slot_of(rained.clock.now()))
    assert len(kept(rained)) == 3


def test_the_refit_of_a_gauge_is_that_of_its_kept_storms_and_the_others_have_none(rained):
    keep_storms(rained.hub.database, slot_of(rained.clock.now()))
    refit_gauges(rained.hub.database, rained.clock.now())
    storms = [(np.array(row["rain"], float), np.array(row["depth"], float)) for row in kept(rained)]
    wanted = refit_of(list(lessons(storms)))
    found = refits_of(rained.hub.database, [GAUGES[1].id, GAUGES[0].id])
    assert found is not None
    assert not found.trust[0].any()
    assert np.array_equal(found.trust[1], wanted.trust)
    for grove, forest in zip(found.groves, wanted.forests, strict=True):
        assert np.array_equal(grove.forest.number, forest.number)


def test_a_refit_is_made_anew_only_when_there_is_enough_to_learn(rained):
    remember(rained.hub)
    database = rained.hub.database
    refit_gauges(database, rained.clock.now())
    first = database.rows("select at from waterlogging.refit")
    refit_gauges(database, rained.clock.now() + timedelta(days=1))
    assert database.rows("select at from waterlogging.refit") == first


def a_refit() -> Refit:
    rng = np.random.default_rng(8)
    storms = [(np.round(rng.gamma(1, 2, 40), 1), np.cumsum(rng.normal(size=40)) ** 2) for _ in range(5)]
    return refit_of(list(lessons(storms)))


def test_a_kept_refit_is_the_same():
    refit = a_refit()
    again = unpacked(packed(refit), refit.storms)
    assert again is not None
    assert np.array_equal(again.trust, refit.trust)
    for one, other in zip(again.forests, refit.forests, strict=True):
        assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


def test_a_refit_whose_forests_meant_another_thing_is_passed_over():
    kept = from_bytes(packed(a_refit()))
    assert unpacked(to_bytes(kept), 5) is not None
    for form in ({"form": np.array("the error of the general depth")}, {}):
        before = {name: value for name, value in kept.items() if name != "form"} | form
        assert unpacked(to_bytes(before), 5) is None


def test_a_refit_of_another_form_is_passed_over(rained):
    other = to_bytes({"trust": np.zeros(4), "weights": np.zeros((2, 2, 300))})
    kept_so = {"at": rained.clock.now(), "storms": 5, "trust": [0.0], "state": other}
    with rained.hub.database.transaction() as connection:
        connection.execute(QUERIES["keep_refit"], kept_so | {"gauge": GAUGES[0].id})
    assert refits_of(rained.hub.database, [GAUGES[0].id]) is None


def test_only_a_refit_that_was_made_anew_is_read_again(rained):
    gauge, refit, now = GAUGES[0].id, a_refit(), rained.clock.now()
    for at, trust, seen in ((now, 0.25, 0.25), (now, 0.5, 0.25), (now + timedelta(days=1), 0.5, 0.5)):
        state = packed(refit._replace(trust=np.full_like(refit.trust, trust)))
        with rained.hub.database.transaction() as connection:
            row = {"gauge": gauge, "at": at, "storms": 5, "trust": [trust], "state": state}
            connection.execute(QUERIES["keep_refit"], row)
        found = refits_of(rained.hub.database, [gauge])
        assert found is not None
        assert (found.trust == seen).all()
