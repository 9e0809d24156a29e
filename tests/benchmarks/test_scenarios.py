"""Maps as others keep them: packed, with clock times, flows, vehicle types aside, links that are never green."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.traffic.sumo.drive import SafeLights
from benchmarks.traffic.sumo.net import site_of
from benchmarks.traffic.sumo.roads import Connection, Roads, roads_of
from benchmarks.traffic.sumo.scenario import scenario_of, scenarios_in, seconds_of, wanted_departures

CONFIG = """<configuration><input>
<net-file value="town.net.xml.gz"/><route-files value="town.rou.xml.gz, more.rou.xml"/>
<additional-files value="types.add.xml"/></input>
<time><begin value="08:00:00"/><end value="1:00:10:00"/></time></configuration>"""
NET = """<net><edge id="a"><lane id="a_0" length="50" speed="13.9"/></edge>
<edge id="b"><lane id="b_0" length="50" speed="13.9"/></edge>
<connection from="a" fromLane="0" to="b" toLane="0" via=":j_0_0" tl="j" linkIndex="0"/>
<tlLogic id="j"><phase duration="30" state="G"/></tlLogic></net>"""
ROUTES = """<routes><vehicle id="bus" depart="08:00:30"/><trip id="car" depart="28805.5"/>
<flow id="even" begin="28800" end="28900" number="10"/><flow id="hourly" begin="28800" end="28810" vehsPerHour="1800"/>
<flow id="random" begin="28800" end="28804" period="exp(0.5)"/></routes>"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "town.sumocfg").write_text(CONFIG)
    (folder / "town.net.xml.gz").write_bytes(gzip.compress(NET.encode()))
    (folder / "town.rou.xml.gz").write_bytes(gzip.compress(ROUTES.encode()))
    (folder / "more.rou.xml").write_text('<routes><trip id="late" depart="29000"/></routes>')
    return folder


def test_a_map_is_read_packed_with_clock_times_and_with_its_vehicle_types(town: Path) -> None:
    found = scenario_of(town)
    assert (found.begin, found.end) == (28_800, 87_000)
    assert [path.name for path in found.more] == ["types.add.xml"]
    assert roads_of(found.net).length == {"a_0": 50.0, "b_0": 50.0}


def test_whoever_never_departed_has_a_time_at_which_they_wanted_to(town: Path) -> None:
    wanted = wanted_departures(scenario_of(town))
    assert (wanted["bus"], wanted["car"], wanted["late"]) == (28_830, 28_805.5, 29_000)
    assert (wanted["even.0"], wanted["even.3"]) == (28_800, 28_830)
    assert (wanted["hourly.2"], wanted["random.1"]) == (28_804, 28_802)


@pytest.mark.parametrize(("text", "seconds"), [("57600", 57_600), ("0:10", 10), ("16:00:00", 57_600), ("1.5", 1.5)])
def test_times_are_read_as_sumo_takes_them(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


def test_a_folder_may_be_the_map_itself_and_one_without_maps_is_refused(town: Path, tmp_path: Path) -> None:
    assert scenarios_in(town, None) == scenarios_in(tmp_path, ["town"])
    with pytest.raises(SystemExit, match="no map in"):
        scenarios_in(tmp_path / "nowhere", None)
    with pytest.raises(SystemExit, match="no such map"):
        scenarios_in(tmp_path, ["village"])


def roads(program: list[tuple[float, str]]) -> Roads:
    lanes = [f"{edge}_0" for edge in ("n", "e", "bike", "x", "y", "z")]
    ways = tuple(Connection(f"{a}_0", f"{b}_0", f":j_{at}_0", "j", at)
                 for at, (a, b) in enumerate((("n", "x"), ("e", "y"), ("bike", "z"))))  # fmt: skip
    everyone = frozenset({"passenger"})
    return Roads(
        dict.fromkeys(lanes, 80.0), dict.fromkeys(lanes, 13.9), ways, {"j": program}, dict.fromkeys(lanes, everyone)
    )


def test_a_link_that_is_never_green_stays_red_and_the_others_are_controlled() -> None:
    site = site_of(roads([(30, "Grr"), (3, "yrr"), (30, "rGr"), (3, "ryr")]))
    assert site.index_of == ((0, 1),)
    lights = SafeLights(site)
    shown = [lights._text(0, np.array(light)).lower() for light in ((1, 0), (2, 0), (0, 0))]
    assert shown == ["grr", "yrr", "rrr"]


@pytest.mark.parametrize(("turns_back", "lanes_reached"), [(False, [0]), (True, [])])
def test_who_has_left_a_crossing_is_expected_again_by_a_way_on_but_not_by_turning_back(
    turns_back: bool, lanes_reached: list[int]
) -> None:
    town = roads([(30, "Grr"), (3, "yrr"), (30, "rGr"), (3, "ryr")])
    again = Connection("x_0", "n_0", ":end_0", "", -1, turns_back=turns_back)
    layout = site_of(replace(town, connections=(*town.connections, again))).layout
    assert [link.lane for link in layout.links] == lanes_reached
    assert [feed.lane for feed in layout.feeds] == lanes_reached


def test_a_map_without_a_signal_to_control_is_refused() -> None:
    with pytest.raises(SystemExit, match="nothing to control"):
        site_of(roads([(30, "GGG")]))
