"""Two workers keep a city between them; one is killed, and the other goes on exactly where it stood."""

import random
import time
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from msgspec import msgpack

from citywide.hub import (
    Difference,
    Drift,
    Entity,
    Kind,
    Quantity,
    Rate,
    Ratio,
    Reading,
    Rule,
    Silence,
    Stuck,
    System,
    Text,
    Value,
    Window,
)
from citywide.hub.entities.registry import PARTS
from citywide.hub.ingest import memory as in_memory
from citywide.hub.ingest.batch import columns_of
from citywide.hub.ingest.state import PartMemory
from citywide.hub.rules.evaluator import Memory
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TrialCity, fresh_database
from citywide.hub.workers import membership

HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=7)
SIGNALS = {
    "value": (Value(), 7.0), "held": (Value(), 5.0), "rate": (Rate(MINUTES), 40.0), "silence": (Silence(), 900.0),
    "stuck": (Stuck(0.5), 600.0), "drift": (Drift(HOUR), 1.5), "window": (Window("mean", HOUR), 6.0),
    "difference": (Difference("speed"), 3.0), "ratio": (Ratio("speed"), 2.0),
    "held_apart": (Difference("speed"), -2.0),
}  # fmt: skip
HOLDS, NOT_LONG = {"held": MINUTES, "held_apart": MINUTES}, timedelta(0)
RULES = tuple(
    Rule(name, "level", Text(name, name), signal=signal, above=above, hold=HOLDS.get(name, NOT_LONG))
    for name, (signal, above) in SIGNALS.items()
)
EVERY_SIGNAL = System(
    "trial",
    Text("Trial", "试"),
    "governance",
    kinds=(Kind("pump", Text("Pump", "泵")),),
    quantities=(Quantity("level", "m", Text("Level", "水位")), Quantity("speed", "m", Text("Speed", "转速"))),
    rules=RULES,
)
PUMPS = [Entity(f"pump/{n}", "pump", f"Pump {n}", None, "drainage") for n in range(40)]


def a_day(seed: int) -> list[tuple[int, list[Reading]]]:
    """Batches by the minute they arrive in, with disorder and repeats within the hour."""
    dice = random.Random(seed)
    day = []
    for minute in range(0, 240, 4):
        pumps = dice.sample(range(40), 25)
        at = [MORNING + timedelta(minutes=minute - dice.choice((0, 0, 0, 1, 9)), seconds=n) for n in range(25)]
        day.append((minute, [
            Reading(f"pump/{pump}", quantity, when, float(dice.randrange(1, 10)))
            for pump, when in zip(pumps, at, strict=True)
            for quantity in dice.choice((("level",), ("level",), ("speed",), ("level", "speed"), ("speed", "level")))
        ]))  # fmt: skip
    return day


def play(day: Sequence[tuple[int, list[Reading]]], *workers: TrialCity, rounds: bool = True) -> None:
    """Each batch comes in at another worker's door; every sixth minute is a round of duties for all."""
    for number, (minute, readings) in enumerate(day):
        for worker in workers:
            worker.clock.set(MORNING + timedelta(minutes=minute))
        door = workers[number % len(workers)]
        door.wait(door.hub.reception.receive(columns_of(readings)))
        if number % 6 == 5 and rounds:
            for worker in workers:
                worker.hub.round()


NAMES = "select series.number, id, quantity from hub.series join hub.entity on entity.number = series.entity"


def memory(*workers: TrialCity) -> dict[tuple[str, str, str], tuple[object, ...]]:
    """What the rules remember, by the names of things: the same city has the same memory, whoever keeps it."""
    found: dict[tuple[str, str, str], tuple[object, ...]] = {}
    for worker in workers:
        state = worker.hub.committer.state
        names = {row["number"]: (row["id"], row["quantity"]) for row in worker.hub.database.rows(NAMES)}
        for part in worker.hub.committer.parts:
            kept = msgpack.decode(state.dump(part), type=PartMemory)
            times = np.frombuffer(kept.newest, np.int64).tolist()
            newest = dict(zip(state.of_parts([part]).tolist(), times, strict=True))
            rules = msgpack.decode(kept.rules, type=Memory)
            cells, slots, at, ring = np.frombuffer(rules.cells), np.frombuffer(rules.slots), 0, 0
            watches = np.frombuffer(rules.series, np.int64), np.frombuffer(rules.rules, np.int64)
            for series, rule in zip(*(each.tolist() for each in watches), strict=True):
                (size, more), key = rules.sizes[rule], (*names[series], rules.fingerprints[rule].hex())
                found[key] = (newest[series], str([*cells[at : at + size], *slots[ring : ring + more]]))
                at, ring = at + size, ring + more
    return found


def alarms(city: TrialCity) -> list[tuple[object, ...]]:
    asked = (
        "select rule, entity.id, raised, cleared, value from hub.alarm join hub.entity on entity.number = alarm.entity "
        "order by raised, entity.id, rule"
    )
    return [tuple(row.values()) for row in city.hub.database.rows(asked)]


def a_worker(cluster, tmp_path, name: str) -> TrialCity:
    return TrialCity(Settings(data=tmp_path, database_url=cluster.url(name)), [EVERY_SIGNAL])


def share(*workers: TrialCity) -> None:
    """Heartbeats until each worker has its fair share, and all agree on who keeps what."""
    fair, until = -(-PARTS // len(workers)), time.monotonic() + 30
    while True:
        for worker in workers:
            worker.hub.beat()
        kept = {part: worker.hub.members.name for worker in workers for part in worker.hub.committer.parts}
        agreed = [kept.get(part) for part in range(PARTS)]
        shares = [len(worker.hub.committer.parts) for worker in workers]
        if None not in agreed and max(shares) <= fair and all(w.hub.members.keepers == agreed for w in workers):
            return
        assert time.monotonic() < until, shares
        time.sleep(0.05)


@pytest.mark.parametrize(("seed", "rounds"), [(1, True), (2, False)])
def test_what_a_killed_worker_kept_is_taken_over_exactly(cluster, tmp_path, seed: int, rounds: bool) -> None:
    day = a_day(seed)
    for name in ("alone", "together"):
        fresh_database(cluster, name)
    alone = a_worker(cluster, tmp_path, "alone")
    alone.add(*PUMPS)
    play(day[:35], alone, rounds=rounds)
    first, second = (a_worker(cluster, tmp_path, "together") for _ in range(2))
    first.add(*PUMPS)
    share(first, second)
    play(day[:35], first, second, rounds=rounds)
    assert memory(first, second) == memory(alone)
    second.abandon()
    try:
        share(first)
        assert memory(first) == memory(alone)
        for part in (day[35:], []):
            play(part, first)
            play(part, alone)
        assert memory(first) == memory(alone)
        assert alarms(first) == alarms(alone)
        assert len({rule for rule, *_ in alarms(alone)}) >= 7
    finally:
        first.close()
        alone.close()


def test_who_hands_parts_back_goes_on_with_the_others_and_reads_nothing_anew(cluster, tmp_path, monkeypatch) -> None:
    recalled, take_up = list[int](), in_memory.take_up
    monkeypatch.setattr(in_memory, "take_up", lambda *of: recalled.extend(of[2].since) or take_up(*of))
    fresh_database(cluster, "together")
    first = a_worker(cluster, tmp_path, "together")
    first.add(*PUMPS)
    share(first)
    play(a_day(3)[:10], first)
    state = first.hub.committer.state
    recalled.clear()
    second = a_worker(cluster, tmp_path, "together")
    try:
        share(first, second)
        assert first.hub.committer.state is state
        assert sorted(recalled) == sorted(second.hub.committer.parts)
        assert state.evaluator.watches.parted > 0
    finally:
        second.close()
        first.close()


def test_who_has_kept_too_much_for_some_beats_hands_it_back_in_pieces_and_goes_on_between_them(
    cluster, tmp_path
) -> None:
    fresh_database(cluster, "together")
    first = a_worker(cluster, tmp_path, "together")
    share(first)
    second = a_worker(cluster, tmp_path, "together")
    kept = list[int]()
    try:
        for _ in range(membership.SURE_AFTER + 5):
            first.hub.beat()
            kept.append(len(first.hub.committer.parts))
        assert kept == [*[64] * membership.SURE_AFTER, 56, 48, 40, 32, 32]
    finally:
        second.close()
        first.close()


def test_who_begins_anew_before_the_dead_one_is_given_up_takes_nothing_from_the_living(cluster, tmp_path) -> None:
    fresh_database(cluster, "together")
    first, second = (a_worker(cluster, tmp_path, "together") for _ in range(2))
    share(first, second)
    ours = set(first.hub.committer.parts)
    second.abandon()
    heir = a_worker(cluster, tmp_path, "together")
    try:
        while len(heir.hub.committer.parts) < PARTS - len(ours):
            first.hub.beat()
            heir.hub.beat()
            assert first.hub.committer.parts >= ours
            time.sleep(membership.HEARTBEAT_S)
    finally:
        heir.close()
        first.close()


def test_what_is_taken_over_goes_on_piece_by_piece_while_the_rest_is_still_read(cluster, tmp_path, monkeypatch) -> None:
    fresh_database(cluster, "together")
    first = a_worker(cluster, tmp_path, "together")
    first.add(*PUMPS)
    share(first)
    play(a_day(4)[:10], first)
    second = a_worker(cluster, tmp_path, "together")
    share(first, second)
    second.abandon()
    kept, take_up = list[tuple[int, list[bool]]](), in_memory.take_up

    def watched(connection, state, legacy) -> None:
        members, ours = first.hub.members, sorted(first.hub.committer.parts)
        kept.append((len(legacy.since), [members.keepers[part] == members.name for part in ours]))
        take_up(connection, state, legacy)

    monkeypatch.setattr(in_memory, "take_up", watched)
    read, left_of = list[list[int]](), membership.left_of
    monkeypatch.setattr(membership, "left_of", lambda *of: read.append(of[1]) or left_of(*of))
    try:
        share(first)
        assert [len(parts) for parts in read] == [32], "all is looked for once"
        assert [count for count, _ in kept] == [8, 8, 8, 8]
        assert [len(ours) for _, ours in kept] == [32, 40, 48, 56]
        assert all(all(ours) for _, ours in kept), "each is known to be ours before the next is read"
    finally:
        first.close()
