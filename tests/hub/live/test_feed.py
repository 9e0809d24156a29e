"""A subscriber that is cut off anywhere resumes where it was: nothing missed, nothing twice, nothing of others."""

import asyncio
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from citywide.doors.http.live import _lines
from citywide.hub import Entity, Reading, Who
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.live import bulletin, feed
from citywide.hub.live import news as in_news
from citywide.hub.live.position import Position, position_of
from citywide.hub.testing import MORNING, TrialCity
from citywide.kit.text import Text

DRAINAGE, PARKS = Who("wen", ("officer",), ("drainage",)), Who("lin", ("officer",), ("parks",))
TOPICS = frozenset({"case", "alarm", "evidence"})
KINDS = ("alarm", "case", "decision", "clear")


def happen(city: TrialCity, *departments: str) -> None:
    """One thing after another, each in a department."""
    with city.hub.database.transaction() as connection:
        for at, department in enumerate(departments):
            says = Text(f"thing {at} of {department}", "某事")
            witness(connection, KINDS[at % 4], says, department=department, facts={"department": department})
    with city.hub.database.dedicated() as connection:
        while city.log.take_pending(connection):
            pass
    city.hub.live._wake()


async def listen(city: TrialCity, who: Who, last: str, most: int, seconds: float = 0.5) -> list[dict[str, str]]:
    """Read so many events off the wire as the door writes them, then hang up without a word."""
    heard: list[dict[str, str]] = []
    lines = _lines(city.hub.live.follow(lambda: who, TOPICS, position_of(last)))
    try:
        async with asyncio.timeout(seconds):
            async for chunk in lines:
                fields = dict(line.split(": ", 1) for line in chunk.decode().strip().splitlines())
                if "event" in fields:
                    heard.append(fields)
                if len(heard) >= most:
                    break
    except TimeoutError:
        pass
    await lines.aclose()
    return heard


def heard_in_pieces(city: TrialCity, who: Who, sizes: Sequence[int]) -> list[tuple[int, str, str]]:
    last, heard = "-1", []
    for size in [*sizes, 10_000]:
        events = city.wait(listen(city, who, last, size))
        last = events[-1]["id"] if events else last
        heard += [(json.decode(event["data"]), event["event"]) for event in events]
    return [(about["index"], topic, about["department"]) for about, topic in heard]


@pytest.fixture
def busy(city: TrialCity) -> TrialCity:
    happen(city, *(["drainage", "parks", "parks", "drainage", "drainage"] * 4))
    return city


def test_cuts_anywhere_lose_nothing_tell_nothing_twice_and_nothing_of_others(busy: TrialCity) -> None:
    whole = heard_in_pieces(busy, DRAINAGE, [])
    assert {department for *_, department in whole} == {"drainage"}
    assert len({index for index, *_ in whole}) == 12
    assert len(whole) == len(set(whole)) > 12  # an alarm is told under two topics
    for sizes in ([1] * 25, [2, 1, 3, 1, 4], [7]):
        assert heard_in_pieces(busy, DRAINAGE, sizes) == whole


def test_what_happens_while_a_subscriber_is_away_is_told_when_it_returns(busy: TrialCity) -> None:
    before = busy.wait(listen(busy, PARKS, "-1", 8 + 6, seconds=30))  # all but two decisions are told twice
    happen(busy, *(["parks", "drainage"] * 400))  # more than one look brings
    after = busy.wait(listen(busy, PARKS, before[-1]["id"], 400 + 200, seconds=30))
    told = [json.decode(event["data"])["index"] for event in after if event["event"] == "evidence"]
    assert told == list(range(20, 820, 2))


def test_a_position_of_somebody_else_opens_nothing(busy: TrialCity) -> None:
    for last in ("-1", "0", "2.1", "7"):
        told = [json.decode(event["data"]) for event in busy.wait(listen(busy, PARKS, last, 100))]
        assert {about["department"] for about in told} == {"parks"}


def test_latest_values_written_during_a_cut_are_told_after_it(city: TrialCity) -> None:
    gauges = [Entity(f"gauge/{n}", "gauge", f"Gauge {n}", None, "drainage") for n in range(3)]
    city.add(*gauges)
    news = in_news.News(city.hub.database, None)
    assert news.look(DRAINAGE) is None
    city.send(Reading("gauge/0", "water_depth", MORNING, 1.0))
    assert json.decode(news.look(DRAINAGE) or b"")["entity"] == ["gauge/0"]
    assert news.look(DRAINAGE) is None
    city.send(*(Reading(f"gauge/{n}", "water_depth", MORNING + timedelta(minutes=1), 2.0) for n in (1, 2)))
    again = in_news.News(city.hub.database, news.since)
    assert {"gauge/1", "gauge/2"} <= set(json.decode(again.look(DRAINAGE) or b"")["entity"])
    assert in_news.News(city.hub.database, news.since).look(PARKS) is None


def test_a_latest_value_whose_writing_took_long_is_told_after_those_that_were_quicker(city: TrialCity) -> None:
    database = city.hub.database
    for name in ("slow", "quick"):
        city.add(Entity(f"gauge/{name}", "gauge", name, None, "parks"))
        city.send(Reading(f"gauge/{name}", "water_depth", MORNING, 1.0))
    writes = """update hub.latest set written = clock_timestamp() + interval '{} seconds' from hub.series, hub.entity
        where latest.series = series.number and series.entity = entity.number and entity.id = 'gauge/{}'"""
    news = in_news.News(database, None)
    with database.dedicated() as slow:
        with slow.transaction():
            slow.execute(sql("writing_latest"))
            slow.execute(writes.format(0, "slow"))
            with database.transaction() as quick:
                quick.execute(sql("writing_latest"))
                quick.execute(writes.format(10, "quick"))
            assert told(news) == ["gauge/quick"]
            resumed, begun = in_news.News(database, news.since), in_news.News(database, None)
        assert told(news) == ["gauge/slow"]
        assert "gauge/slow" in told(resumed)
        assert "gauge/slow" in told(begun)
    assert told(news) == []


def told(news: in_news.News) -> list[str]:
    """Whose latest values are told at this look."""
    columns = news.look(PARKS)
    return json.decode(columns)["entity"] if columns else []


def test_a_position_in_the_future_keeps_no_latest_value_back(city: TrialCity) -> None:
    news = in_news.News(city.hub.database, datetime(5138, 1, 1, tzinfo=UTC))
    city.add(Entity("gauge/late", "gauge", "Late", None, "drainage"))
    city.send(Reading("gauge/late", "water_depth", MORNING, 1.0))
    assert json.decode(news.look(DRAINAGE) or b"")["entity"] == ["gauge/late"]


def test_whoever_signs_out_or_has_rights_taken_back_hears_no_more(busy: TrialCity, monkeypatch) -> None:
    monkeypatch.setattr(feed, "RIGHTS_HOLD_S", -1)
    for then, departments in ((PARKS, {"drainage", "parks"}), (None, {"drainage"})):
        told, rights = [], iter([DRAINAGE])

        async def follow(then=then, told=told, rights=rights) -> None:
            events = busy.hub.live.follow(lambda: next(rights, then), TOPICS, Position(-1))
            async for event in events:
                told.append(json.decode(event.data)["department"])
                if told[-1] == "parks":
                    break
                if len(told) == 1:
                    await asyncio.to_thread(happen, busy, "drainage", "parks")

        busy.wait(follow())
        assert set(told) == departments


@given(
    st.integers(-1, 10**17),
    st.integers(0, 1),
    st.none() | st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year > 1970),
)
def test_an_id_stands_for_its_position(entry: int, part: int, latest: datetime | None) -> None:
    position = Position(entry, part, latest)
    assert position_of(position.id) == position


@pytest.mark.parametrize(
    "id_", ["", "²", "x", "-2", "1.", "1.2.3.4", "9" * 30, "1.1." + "9" * 18, "1.2", "1.9999", "1\n"]
)
def test_what_is_no_id_is_as_good_as_none(id_: str) -> None:
    assert position_of(id_) is None


def test_who_has_heard_more_than_a_restored_log_holds_hears_what_comes_next(busy: TrialCity) -> None:
    hearing = asyncio.run_coroutine_threadsafe(listen(busy, DRAINAGE, "9999", 1, seconds=20), busy._loop)
    until = time.monotonic() + 20
    while not busy.hub.live._subscribers and time.monotonic() < until:
        time.sleep(0.01)
    happen(busy, "drainage")
    assert [json.decode(event["data"])["index"] for event in hearing.result(timeout=30)] == [20]


def test_many_who_may_see_the_same_follow_by_one_look(city: TrialCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "EVERY_S", 0.05)
    monkeypatch.setattr(bulletin, "EVERY_S", 0.05)
    city.add(*(Entity(f"{of}/0", "gauge", of, None, of) for of in ("drainage", "parks")))
    asked, reading_as = list[str](), city.hub.database.reading_as
    monkeypatch.setattr(city.hub.database, "reading_as", lambda who: asked.append(who.name) or reading_as(who))

    async def first_news(who: Who) -> list[str]:
        async for event in city.hub.live.follow(lambda: who, frozenset({"latest", "case"}), None):
            if event.topic == "latest":
                return json.decode(event.data)["entity"]
        return []

    async def crowd() -> list[list[str]]:
        followers = [asyncio.create_task(first_news(who)) for who in (DRAINAGE, PARKS) for _ in range(30)]
        await asyncio.sleep(0.5)
        before = len(asked)
        readings = [Reading(f"{of}/0", "water_depth", MORNING, 1.0) for of in ("drainage", "parks")]
        await asyncio.to_thread(city.send, *readings)
        heard = await asyncio.gather(*followers)
        asked[:before] = []
        return heard

    heard = city.wait(crowd())
    assert heard == [["drainage/0"]] * 30 + [["parks/0"]] * 30
    assert len(asked) < 60  # a look of each of the sixty is more than that


def test_who_reads_too_slowly_for_the_bulletin_misses_nothing(city: TrialCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulletin, "EVERY_S", 0.0)
    monkeypatch.setattr(bulletin, "KEPT", 2)
    names = [f"gauge/{n}" for n in range(5)]
    city.add(*(Entity(name, "gauge", name, None, "drainage") for name in names))
    bulletins, told = bulletin.Bulletins(city.hub.database), list[bytes]()
    quick, slow = bulletin.Reader(bulletins, None), bulletin.Reader(bulletins, None)
    city.wait(slow.look(DRAINAGE))
    for at, name in enumerate(names):
        city.send(Reading(name, "water_depth", MORNING + timedelta(minutes=at), 1.0))
        told += city.wait(quick.look(DRAINAGE))
    for heard in (told, city.wait(slow.look(DRAINAGE))):
        assert {entity for each in heard for entity in json.decode(each)["entity"]} == set(names)


def test_who_hangs_up_in_the_middle_of_a_look_takes_no_news_from_the_others(city: TrialCity, monkeypatch) -> None:
    """Else a wall's map stays as it was, until each thing speaks again."""
    monkeypatch.setattr(bulletin, "EVERY_S", 0.0)
    city.add(Entity("gauge/0", "gauge", "Gauge", None, "drainage"))
    bulletins, looking, go_on = bulletin.Bulletins(city.hub.database), threading.Event(), threading.Event()
    hasty, patient = bulletin.Reader(bulletins, None), bulletin.Reader(bulletins, None)
    for reader in (hasty, patient):
        city.wait(reader.look(DRAINAGE))
    look = in_news.News.look

    def slow(news: in_news.News, who: Who) -> bytes | None:
        told = look(news, who)
        looking.set()
        assert go_on.wait(20)
        return told

    monkeypatch.setattr(in_news.News, "look", slow)
    city.send(Reading("gauge/0", "water_depth", MORNING, 1.0))
    hanging_up = asyncio.run_coroutine_threadsafe(hasty.look(DRAINAGE), city._loop)
    assert looking.wait(20)
    hanging_up.cancel()
    heard = asyncio.run_coroutine_threadsafe(patient.look(DRAINAGE), city._loop)
    go_on.set()
    assert [json.decode(each)["entity"] for each in heard.result(20)] == [["gauge/0"]]


def test_of_values_that_were_written_in_one_moment_none_is_left_out_at_the_end_of_a_piece(
    city: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_news, "MOST", 2)
    names = [f"gauge/{n}" for n in range(5)]
    city.add(*(Entity(name, "gauge", name, None, "parks") for name in names))
    news = in_news.News(city.hub.database, None)
    city.send(*(Reading(name, "water_depth", MORNING, 1.0) for name in names))
    city.hub.database.rows("update hub.latest set written = (select max(written) from hub.latest) returning series")
    assert sorted(told(news) + told(news) + told(news)) == names
