"""The simulated city goes on speaking when a door refuses a word, and says again what a hub could not take just now."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from structlog.testing import capture_logs

from citywide.demo.aside import Aside
from citywide.demo.life import Life
from citywide.demo.speaking import AT_ONCE, PAUSES_S, HttpDoor, RefusedError
from citywide.demo.world import World
from citywide.hub import Reading
from citywide.hub.simulated.twin import Word
from citywide.kit.clock import Clock

START = datetime(2026, 3, 2, tzinfo=UTC)


class Talker:
    """Says four words and takes in what is answered."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def words(self, now: datetime):
        yield from (Word(f"/{now:%H}/{each}", {}) for each in ("one", "two", "three", "four"))

    def answered(self, word: Word, answer: str) -> None:
        self.heard.append((word.path, answer))


class Hub(HttpDoor):
    """Answers with these, one after another."""

    def __init__(self, *statuses: int) -> None:
        super().__init__("", 0, "")
        self.statuses, self.asked = list(statuses), []

    def _request(self, verb: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        self.asked.append(path)
        return self.statuses.pop(0), b'"heard"'


def test_a_word_that_is_refused_is_shown_and_the_others_are_said() -> None:
    twin, hub = Talker(), Hub(200, 422, 200, 200)
    with capture_logs() as shown:
        World.tell(SimpleNamespace(twins=[twin], now=START), hub)
    assert hub.asked == ["/00/one", "/00/two", "/00/three", "/00/four"]
    assert twin.heard == [(f"/00/{each}", "heard") for each in ("one", "three", "four")]
    assert [(one["event"], one["path"]) for one in shown] == [("word_refused", "/00/two")]


def test_what_a_hub_cannot_take_just_now_is_sent_again_and_not_for_ever(monkeypatch) -> None:
    monkeypatch.setattr("citywide.demo.speaking.time.sleep", lambda _: None)
    assert Hub(503, 503, 200).say(Word("/x", {})) == "heard"
    with pytest.raises(RefusedError, match="503"):
        Hub(*[503] * (1 + len(PAUSES_S))).say(Word("/x", {}))


def test_a_batch_that_is_refused_for_good_is_set_aside_and_the_city_goes_on(tmp_path: Path) -> None:
    said = [Reading(f"gauge/{at}", "water_depth", START, 1.0) for at in range(2 * AT_ONCE + 1)]
    world = SimpleNamespace(_unsaid=list(said), aside=Aside(tmp_path / "refused.jsonl"))
    hub = Hub(200, 422, 200)
    with capture_logs() as shown:
        World.deliver(world, hub)
    assert hub.asked == ["/v1/readings"] * 3
    assert world._unsaid == []
    assert [(one["event"], one["readings"]) for one in shown] == [("batch_set_aside", AT_ONCE)]
    (line,) = (tmp_path / "refused.jsonl").read_text().splitlines()
    assert json.loads(line)["readings"][0]["entity"] == f"gauge/{AT_ONCE}"
    assert "422" in json.loads(line)["why"]


def test_what_a_hub_cannot_take_just_now_is_kept_from_there_on(monkeypatch) -> None:
    monkeypatch.setattr("citywide.demo.speaking.time.sleep", lambda _: None)
    said = [Reading(f"gauge/{at}", "water_depth", START, 1.0) for at in range(2 * AT_ONCE)]
    world = SimpleNamespace(_unsaid=list(said), aside=Aside(None))
    with pytest.raises(RefusedError, match="503"):
        World.deliver(world, Hub(200, *[503] * (1 + len(PAUSES_S))))
    assert world._unsaid == said[AT_ONCE:]


def test_a_life_goes_to_its_own_process_whole(tmp_path: Path) -> None:
    life = Life(1, 60_000, Clock(START, 0.0), "127.0.0.1", 8080, "cw_x", aside=str(tmp_path / "refused.jsonl"))
    assert msgspec.json.decode(msgspec.json.encode(life), type=Life) == life
