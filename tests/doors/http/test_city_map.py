"""The city's own map is sent once."""

import gzip
import json
from pathlib import Path

import pytest
from litestar.testing import TestClient
from msgspec.structs import replace

ROAD = {"type": "LineString", "coordinates": [[106.5, 29.5], [106.6, 29.5]]}
NAMES = ("Elm Street", {"en": "Oak Street", "zh": "橡树街"}, {"zh": "榆街"}, None)


def write_map(folder: Path, *layers: str) -> None:
    drawn = [{"type": "Feature", "geometry": ROAD, "properties": {"layer": layer, "name": name}}
             for layer in layers for name in NAMES]  # fmt: skip
    (folder / "map.geojson.gz").write_bytes(gzip.compress(json.dumps({"features": drawn}).encode()))


@pytest.fixture
def mapped(door: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    hub = door.app.state.hub
    monkeypatch.setattr(hub, "settings", replace(hub.settings, city=tmp_path))
    return door


def test_a_city_without_a_map_or_with_a_broken_one_says_so(mapped: TestClient, tmp_path: Path) -> None:
    assert (mapped.get("/v1/city").json()["ground"], mapped.get("/v1/city/map").status_code) == ({}, 404)
    (tmp_path / "map.geojson.gz").write_bytes(b"no map")
    assert mapped.get("/v1/city").json()["ground"] == {}


def test_the_land_and_its_buildings_are_sent_apart_and_kept_for_ever(mapped: TestClient, tmp_path: Path) -> None:
    write_map(tmp_path, "road", "building")
    ground = mapped.get("/v1/city").json()["ground"]
    answers = {part: mapped.get(address) for part, address in ground.items()}
    assert {part: {each["properties"]["layer"] for each in answer.json()["features"]}
            for part, answer in answers.items()} == {"land": {"road"}, "building": {"building"}}  # fmt: skip
    assert {answer.headers["cache-control"] for answer in answers.values()} == {"public, max-age=31536000, immutable"}
    names = [each["properties"] for each in answers["land"].json()["features"]]
    assert [(each.get("name_en"), each.get("name_zh")) for each in names] == [
        ("Elm Street", "Elm Street"), ("Oak Street", "橡树街"), ("榆街", "榆街"), (None, None)]  # fmt: skip


def test_a_map_drawn_anew_is_called_otherwise_and_what_has_not_changed_is_not(
    mapped: TestClient, tmp_path: Path
) -> None:
    write_map(tmp_path, "road", "building")
    before = mapped.get("/v1/city").json()["ground"]
    write_map(tmp_path, "park", "building")
    after = mapped.get("/v1/city").json()["ground"]
    assert (before["land"] == after["land"], before["building"] == after["building"]) == (False, True)
    assert [mapped.get(ground["land"]).status_code for ground in (before, after)] == [404, 200]


def test_whoever_has_the_whole_map_is_not_sent_it_again(mapped: TestClient, tmp_path: Path) -> None:
    write_map(tmp_path, "road")
    first = mapped.get("/v1/city/map")
    again = mapped.get("/v1/city/map", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, len(first.json()["features"]), again.status_code, again.content) == (200, 4, 304, b"")
