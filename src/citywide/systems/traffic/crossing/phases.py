"""The ordinary crossing of the city: four arms, two lanes each; its phases and its guard."""

from citywide.systems.traffic.engine.control.layout import Crossing, Lane, Movement
from citywide.systems.traffic.engine.safety import Guard

LANES = 8  # from the south, west, north, east: the left lane, then the through lane
ADVANCE, PRESENCE = 10, 30  # detector numbers begin here
LEFTS, THROUGHS = (0, 2, 4, 6), (1, 3, 5, 7)
HEADINGS = (90.0, 0.0, 270.0, 180.0)  # anticlockwise from east, the way that its vehicles go
ARMS = (
    ("from the south", "南进口"),
    ("from the west", "西进口"),
    ("from the north", "北进口"),
    ("from the east", "东进口"),
)
SERVED = ((1, 5), (0, 4), (3, 7), (2, 6))  # lanes of each phase
MOVES = tuple((lane,) if lane in LEFTS else (lane, lane) for lane in range(LANES))
LANE_OF = tuple(lane for moves in MOVES for lane in moves)
WAYS = tuple(way for moves in MOVES for way in ((0,) if len(moves) == 1 else (1, 2)))  # left, through, right
WALKS = 2  # along the first street, along the second
WALK_GROUPS = tuple(range(LANES + 1, LANES + 1 + WALKS))
CROSSED = ((0.0, 180.0), (90.0, 270.0))  # the arms that each walk crosses, by their headings
VEHICLES = len(LANE_OF)
THROUGH_PHASE = 2  # of the street along which crossings are tied into corridors


def crossing() -> Crossing:
    """As the controller sees it: vehicles only."""
    lanes = tuple(Lane(tuple(Movement() for _ in moves)) for moves in MOVES)
    phases = tuple(tuple(2 if lane in lanes else 0 for lane in LANE_OF) for lanes in SERVED)
    return Crossing(lanes, phases, lost_s=4.0, min_green_s=5.0)


def guard() -> Guard:
    """As the safety layer sees it: walkers go beside the through traffic of their street."""
    walks = ((2, 0), (0, 0), (0, 2), (0, 0))
    phases = tuple(lights + walk for lights, walk in zip(crossing().phases, walks, strict=True))
    return Guard(
        phases,
        conflicts=_conflicts(phases),
        min_green_s=(5,) * VEHICLES + (7,) * WALKS,
        yellow_s=(3,) * VEHICLES + (6,) * WALKS,
        all_red_s=(1,) * VEHICLES + (0,) * WALKS,
        plan=((0, 24), (1, 12), (2, 24), (3, 12)),
        on_call=(VEHICLES, VEHICLES + 1),
    )


def _conflicts(phases: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, int], ...]:
    """Whoever never shares a phase is in conflict."""
    count = len(phases[0])
    pairs = ((one, other) for one in range(count) for other in range(one + 1, count))
    return tuple((a, b) for a, b in pairs if not any(phase[a] and phase[b] for phase in phases))
