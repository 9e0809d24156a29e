"""Every system brings a recording that the doors understand, and that can be played into a running hub."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from litestar.testing import TestClient
from msgspec import structs

from citywide import cli
from citywide.app import EVERYTHING
from citywide.commands.recordings import moved, not_understood, read, samples
from citywide.demo.recording.frames import of_clinics, of_gauges
from citywide.hub import Reading
from citywide.hub.replay import files
from citywide.hub.replay.recording import Line, is_recording, keep
from citywide.systems import SYSTEMS, epidemic, waterlogging

ELM = Line(path="/v1/entities", body=[{"id": "gauge/elm", "kind": "gauge", "name": "Elm Street"}])


def test_every_system_brings_a_small_recording_that_is_understood() -> None:
    found = samples(EVERYTHING)
    assert {name.split("/")[0] for name in found} == {system.name for system in SYSTEMS}
    assert all(is_recording(file) and file.stat().st_size <= 60_000 for file in found.values())
    assert not_understood(EVERYTHING) == []


@pytest.mark.parametrize(("line", "why"), [
    (Line(topic="gauge/elm/frame", payload="D=deep"), "could not convert string to float"),
    (Line(topic="gauge/elm/frame", payload="D=9999;T=1772409600"), "cannot be a water_depth"),
    (Line(topic="gauge/oak/frame", payload="D=3;T=1772409600"), "nobody has made gauge/oak known"),
    (Line(topic="gauge/elm/song", payload="la"), "no feed reads the topic"),
    (Line(path="/v1/entities", body=[{"id": "cat/tom", "kind": "cat", "name": "Tom"}]), "unknown kind 'cat'"),
    (Line(path="/v1/hotline/poems", body=[]), "no door /v1/hotline/poems"),
])  # fmt: skip
def test_the_line_that_nobody_understands_is_named(tmp_path: Path, line: Line, why: str) -> None:
    keep(tmp_path / "samples" / "odd.jsonl", [ELM, line])
    faults = not_understood([structs.replace(waterlogging.SYSTEM, folder=tmp_path)])
    assert len(faults) == 1
    assert faults[0].startswith("waterlogging/odd: line 2: ")
    assert why in faults[0]


def test_feeds_take_apart_what_devices_put_together(tmp_path: Path) -> None:
    day, hours = datetime(2026, 3, 1, tzinfo=UTC), timedelta(microseconds=40)
    said = [
        Reading("hospital/north", "visits_pneumonia", day + hours, 3.0),
        Reading("hospital/north", "positive_tests", day + hours, 1.0),
        Reading("school/oak", "absent_pupils", day + hours, 12.0),
        Reading("gauge/elm", "water_depth", day, 12.5),
    ]
    people = [Line(path=ELM.path, body=[{"id": reading.entity, "kind": reading.entity.split("/")[0], "name": "one"}])
              for reading in said]  # fmt: skip
    keep(tmp_path / "said.jsonl", [*people, *of_clinics(said[:3]), *of_gauges(said[3:])])
    heard = read(tmp_path / "said.jsonl", [epidemic.SYSTEM, waterlogging.SYSTEM])
    assert heard.faults == []
    assert heard.readings == said


def test_a_recording_is_played_at_its_own_hours_of_yesterday() -> None:
    recorded = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    said = [Reading("gauge/elm", "water_depth", recorded + timedelta(minutes=minute), 1.0) for minute in range(3)]
    played = moved(said, datetime(2027, 8, 9, 0, 10, tzinfo=UTC))
    assert played[0].time == datetime(2027, 8, 8, 0, 30, tzinfo=UTC)
    assert played[2].time - played[0].time == timedelta(minutes=2)


def test_a_sample_is_played_into_a_running_hub(door: TestClient, monkeypatch, capsys) -> None:
    def posted(_url: str, path: str, body: bytes, kind: str, token: str) -> bytes:
        answer = door.post(path, content=body, headers={"Authorization": f"Bearer {token}", "Content-Type": kind})
        assert answer.status_code == 200, answer.text
        return answer.content

    monkeypatch.setattr(files, "_posted", posted)
    with pytest.raises(SystemExit) as ended:
        cli.main(["replay", "waterlogging/downpour", "--token", door.token])
    assert ended.value.code == 0
    said = capsys.readouterr().err
    assert "17 things made known" in said
    assert "636 of 636 sent, 0 refused" in said
    kept = door.app.state.hub.database.rows(
        "select count(*) as kept, count(distinct series) as series from hub.reading"
    )
    assert kept == [{"kept": 636, "series": 8 + 5 + 2 * 4}]
