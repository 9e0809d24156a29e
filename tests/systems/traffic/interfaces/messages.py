"""Messages of the road as tests make them."""

from hypothesis import strategies as st

from citywide.systems.traffic.interfaces.map import DEGREE, ELSEWHERE, LANE_KINDS, Connection, CrossingMap, Lane
from citywide.systems.traffic.interfaces.spat import Event, Movement, Spat

marks = st.none() | st.integers(0, 36_000)
movements = st.builds(
    Movement,
    st.integers(1, 255),
    st.sampled_from(Event),
    st.integers(0, 36_000),
    marks,
    marks,
)
spats = st.builds(
    Spat,
    st.integers(0, 65_535),
    st.integers(0, 127),
    st.none() | st.integers(0, 527_040),
    st.none() | st.integers(0, 60_000),
    st.lists(movements, max_size=6, unique_by=lambda one: one.group).map(tuple),
)
A_MAP = CrossingMap(
    7,
    3,
    31.2304,
    121.4737,
    (
        Lane(1, "vehicle", True, ((2.0, -12.0), (2.5, -60.0), (3.0, -150.0)), (Connection(5, 2),)),
        Lane(5, "vehicle", False, ((2.0, 14.0), (2.0, 140.0)), ()),
        Lane(6, "crosswalk", False, ((7.0, -9.0), (-7.0, -9.0)), (Connection(ELSEWHERE, 9),)),
    ),
)
places = st.tuples(st.integers(-16_000, 16_000), st.integers(-16_000, 16_000)).map(
    lambda at: (at[0] / 100, at[1] / 100)
)
connections = st.builds(Connection, st.integers(0, 255), st.none() | st.integers(1, 255))
lanes = st.builds(
    lambda number, kind, enters, nodes, connects: Lane(
        number, kind, enters and kind not in ("crosswalk", "sidewalk"), tuple(nodes), tuple(connects)
    ),
    st.integers(0, 255),
    st.sampled_from(sorted(LANE_KINDS)),
    st.booleans(),
    st.lists(places, min_size=2, max_size=6),
    st.lists(connections, max_size=4),
)
degrees = st.integers(-90 * DEGREE, 90 * DEGREE).map(lambda whole: whole / DEGREE)
maps = st.builds(
    CrossingMap,
    st.integers(0, 65_535),
    st.integers(0, 127),
    degrees,
    degrees.map(lambda half: half * 2),
    st.lists(lanes, min_size=1, max_size=4, unique_by=lambda one: one.number).map(tuple),
)
