import gzip
import json

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from citywide.demo.land import make_city, write_city
from citywide.demo.land.pieces import BRIDGE, TRUNK, TUNNEL
from citywide.demo.land.relief import lon_lat, metres
from citywide.hub.dispatch.roads import load_roads
from citywide.hub.settings import Settings
from citywide.kit.geometry import Point


@pytest.fixture(scope="module", params=[(1, 1_000_000), (2, 50_000), (3, 300_000)], ids=str)
def city(request):
    return make_city(*request.param)


def between(city, which):
    streets, shares = city.streets, np.linspace(0, 1, 21)[:, None, None]
    return streets.xy[streets.start[which]] * (1 - shares) + streets.xy[streets.end[which]] * shares


def test_every_crossing_can_be_reached_from_every_other(city):
    streets = city.streets
    size = len(streets.xy)
    graph = coo_array((np.ones(len(streets.start)), (streets.start, streets.end)), shape=(size, size))
    assert connected_components(graph, directed=False)[0] == 1


def test_bridges_cross_the_rivers_and_nothing_else_does(city):
    wet = city.relief.bank_m(between(city, slice(None)).reshape(-1, 2)).reshape(21, -1).min(axis=0) < 0
    bridges = city.streets.kind == BRIDGE
    assert bridges.sum() >= 4
    assert not wet[~bridges].any()
    assert (city.relief.bank_m(between(city, bridges).reshape(-1, 2)).reshape(21, -1).min(axis=0) < 40).all()
    assert (city.relief.bank_m(city.streets.xy) > 0).all()


def test_only_trunks_and_the_ring_pass_the_wooded_ridges_by_tunnel(city):
    lines = city.streets.line[city.streets.kind == TUNNEL]
    carried = city.streets.line[np.isin(city.streets.kind, [TRUNK, TUNNEL])]
    assert set(lines.tolist()) <= {-1, *carried.tolist()}


def test_the_same_seed_gives_the_same_city_and_another_seed_another():
    one, again, other = make_city(5, 200_000), make_city(5, 200_000), make_city(6, 200_000)
    assert np.array_equal(one.streets.xy, again.streets.xy)
    assert one.plan.places == again.plan.places
    assert one.plan.districts == again.plan.districts
    assert one.plan.places != other.plan.places


def test_the_same_city_is_written_byte_by_byte_the_same(tmp_path):
    folders = [write_city(make_city(5, 60_000), tmp_path / name) for name in ("one", "two")]
    for name in ("map.geojson.gz", "grids.geojson.gz", "city.toml"):
        assert len({(folder / name).read_bytes() for folder in folders}) == 1


def test_names_are_in_both_languages_and_none_twice_within_a_sort(city):
    for kind in {place.kind for place in city.plan.places}:
        names = [place.name.zh for place in city.plan.of_kind(kind)]
        assert kind == "station" or len(set(names)) == len(names)
    assert all(place.name.en.isascii() and not place.name.zh.isascii() for place in city.plan.places)


def test_a_city_has_all_sorts_of_places_on_dry_land_within_its_districts(city):
    kinds = {"underpass", "hospital", "school", "housing", "crossing", "depot", "rain_station", "station"}
    assert {place.kind for place in city.plan.places} == kinds
    assert {place.district for place in city.plan.places} <= set(city.plan.districts)
    at = metres(*np.array([(place.at.lon, place.at.lat) for place in city.plan.places]).T)
    assert (city.relief.bank_m(at) > 0).all()


def test_degrees_and_metres_are_inverse():
    xy = np.random.default_rng(0).uniform(-9000, 9000, (50, 2))
    assert np.allclose(metres(*lon_lat(xy).T), xy)
    one, two = (Point(*lon_lat(np.array(at)).tolist()) for at in ((0.0, 0.0), (3000.0, 4000.0)))
    assert one.distance_m(two) == pytest.approx(5000, rel=0.005)


def test_the_folder_is_what_a_hub_reads(city, tmp_path):
    folder = write_city(city, tmp_path)
    settings = Settings(data=tmp_path, city=folder).city_settings()
    west, south, east, north = settings.bounds
    assert west < settings.centre[0] < east
    assert south < settings.centre[1] < north
    drawn = json.loads(gzip.decompress((folder / "map.geojson.gz").read_bytes()))
    layers = {feature["properties"]["layer"] for feature in drawn["features"]}
    assert layers == {"land", "water", "wood", "park", "road", "rail", "building", "district", "label"}
    roads = load_roads(folder / "roads.npz")
    far = roads.seconds_to(Point(*settings.centre), [place.at for place in city.plan.of_kind("depot")])
    assert (far < 3600).all()


def test_a_way_begins_and_ends_where_asked_and_takes_as_long_as_the_roads_say(city):
    start, goal = (place.at for place in city.plan.of_kind("underpass")[:2])
    way = city.plan.streets.way(start, goal)
    assert way.at(0) == start
    assert way.at(way.takes_s).distance_m(goal) < 0.01
    by_roads = float(city.plan.streets.roads.seconds_to(goal, [start])[0])
    assert way.takes_s == pytest.approx(by_roads + 20, abs=1)
    assert (np.diff(way.seconds) >= 0).all()
