"""A city declares its own syndromes, how each runs, and how small a number it shows."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from litestar.testing import TestClient

from citywide.app import EVERYTHING, build, systems_of
from citywide.hub import Point, Text
from citywide.hub.city_file import CityFileError
from citywide.hub.database.cluster import Cluster
from citywide.hub.entities.registry import register
from citywide.hub.people.devices import new_token
from citywide.hub.settings import Settings
from citywide.hub.testing import fresh_database
from citywide.hub.vocabulary.check import faults
from citywide.hub.vocabulary.things import Entity
from citywide.systems import epidemic
from citywide.systems.epidemic import SYSTEM, for_city
from citywide.systems.epidemic.watch.daily_watch import take_in
from citywide.systems.epidemic.watch.watched import STANDARD, watched_in

README = Path(epidemic.__file__).with_name("README.md").read_text(encoding="utf-8")
DENGUE = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[0]
BAD = {
    "no syndrome": "syndromes = []",
    "a name with a space": '[[syndromes]]\nname = "two words"\nlabel = { en = "x", zh = "x" }',
    "nobody shown": DENGUE.replace("minimum_cell = 8", "minimum_cell = 0"),
    "a word nobody knows": DENGUE.replace("minimum_cell", "least"),
    "twice": DENGUE.replace('"jaundice"\nlabel', '"dengue_like"\nlabel'),
    "a series of another kind": DENGUE.replace('"jaundice"\nlabel', '"absence"\nlabel'),
}


@pytest.fixture
def tropics(tmp_path: Path) -> Path:
    (tmp_path / "city.toml").touch()
    (tmp_path / "epidemic.toml").write_text(DENGUE, encoding="utf-8")
    return tmp_path


def test_a_city_without_the_file_watches_the_standard_syndromes(tmp_path):
    assert watched_in(tmp_path) == watched_in(None) == STANDARD
    assert for_city(tmp_path).rules == SYSTEM.rules


def test_a_citys_own_syndromes_have_their_rules_numbers_pages_and_delays(tropics):
    system, watched = for_city(tropics), watched_in(tropics)
    assert watched.names == ["dengue_like", "jaundice"]
    assert [one.name for one in system.rules[:2]] == ["outbreak_dengue_like", "outbreak_jaundice"]
    assert {"visits_jaundice", "excess_dengue_like"} <= {one.name for one in system.quantities}
    assert "visits_pneumonia" not in {one.name for one in system.quantities}
    assert watched.history_of("dengue_like").incubation_mean == 5.9
    assert faults([system if one is SYSTEM else one for one in EVERYTHING]) == []


@pytest.mark.parametrize("said", BAD.values(), ids=BAD)
def test_a_wrong_file_is_named(tmp_path, said):
    (tmp_path / "epidemic.toml").write_text(said, encoding="utf-8")
    with pytest.raises(CityFileError, match=r"epidemic\.toml"):
        watched_in(tmp_path)


def test_a_hub_takes_in_what_its_city_watches_and_hides_what_its_city_hides(cluster: Cluster, tropics, tmp_path):
    settings = Settings(data=tmp_path, city=tropics, database_url=fresh_database(cluster, "tropics"))
    assert [one.name for one in systems_of(settings)] == [one.name for one in EVERYTHING]
    with TestClient(build(settings)) as client:
        hub = client.app.state.hub
        with hub.database.transaction() as connection:
            register(connection, [Entity("hospital/1", "hospital", "First", Point(106.5, 29.5))])
            token = new_token(connection, "registry", ("readings:write",))
        reported = datetime(2026, 6, 2, tzinfo=UTC).timestamp()
        history = {"place": ["hospital/1"] * 2, "kind": ["jaundice", "pneumonia"], "day": ["2026-06-01"] * 2,
                   "reported": [reported] * 2, "count": [3, 3]}  # fmt: skip
        answer = client.post("/v1/epidemic/history", json=history, headers={"authorization": f"Bearer {token}"}).json()
        assert (answer["taken"], [one["where"] for one in answer["refused"]]) == (1, ["rows[1].kind"])
        take_in(hub)
        shown = hub.database.rows("select epidemic.shown(7) as seven, epidemic.shown(8) as eight")
        assert shown == [{"seven": None, "eight": 8.0}]


def test_the_name_of_a_syndrome_is_said_in_both_languages(tropics):
    assert watched_in(tropics).by_name["jaundice"].label == Text("jaundice", "黄疸")
