"""What a crossing is like, as its facts and its lanes' facts say; where they are silent, as the city's ordinary one.

A crossing's `phases` lists the lanes that each phase serves, `through` is the phase along its street (from 1). A lane's
`group` is its signal group, `advance` and `presence` are its detectors' numbers (null: it has none), `exits` the
headings it leads to. A pedestrian signal has its group as `walk`, and `crosses` lists the headings of the arms that
people walk across.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from citywide.systems.traffic.crossing.facts import Facts, ShapeError, headings, lists_of_lanes, number, whole
from citywide.systems.traffic.crossing.phases import ADVANCE, LANES, LEFTS, PRESENCE, SERVED, THROUGH_PHASE
from citywide.systems.traffic.crossing.times import Times, times_of

ORDINARY = [{"lane": n + 1, "turns": "left" if n in LEFTS else "through, right"} for n in range(LANES)]
TURNS = {"left": 90.0, "through": 0.0, "right": -90.0}  # degrees anticlockwise
MOST_ASIDE_M, LONGEST_CYCLE_S = 60.0, 240


@dataclass(frozen=True)
class Lane:
    """A lane that ends at the stop line; its number and those of its group and detectors count from 1."""

    number: int
    group: int
    advance: int | None
    presence: int | None
    heading: float | None
    aside_m: float
    exits: tuple[float, ...]
    only_left: bool


@dataclass(frozen=True)
class Walk:
    """A pedestrian signal group, and the headings of the arms across which it leads."""

    group: int
    crosses: tuple[float, ...]


@dataclass(frozen=True)
class Shape:
    """A crossing's lanes in order, the lanes (by place, from 0) that each phase serves, and the phase of its street."""

    number: int
    lanes: tuple[Lane, ...]
    phases: tuple[tuple[int, ...], ...]
    through: int
    times: Times

    @property
    def phase_of(self) -> list[int]:
        """For each lane the first phase that serves it."""
        return [next(at for at, lanes in enumerate(self.phases) if lane in lanes) for lane in range(len(self.lanes))]

    @property
    def least_s(self) -> tuple[int, ...]:
        """For each phase the shortest split: people may walk beside all but left turns."""
        return tuple(
            self.times.least_s if self.only_lefts(phase) else self.times.walkers_s for phase in range(len(self.phases))
        )

    def only_lefts(self, phase: int) -> bool:
        """Whether nobody but left turners goes."""
        return all(self.lanes[lane].only_left for lane in self.phases[phase])


def shapes_of(rows: Sequence[Mapping[str, Any]]) -> Iterator[Shape | ShapeError]:
    """Every crossing's shape from rows of (number, id, crossing's facts, lane's facts), or why it has none."""
    for _, found in groupby(rows, key=lambda row: row["number"]):
        group = list(found)
        try:
            lanes = [row["lane_facts"] for row in group if row["lane_facts"] is not None] or ORDINARY
            yield shape_of(group[0]["number"], group[0]["id"], group[0]["facts"], lanes)
        except ShapeError as error:
            yield error


def shape_of(number: int, name: str, facts: Facts, lanes: Sequence[Facts]) -> Shape:
    """One crossing's shape."""
    found = sorted((_lane(name, lane) for lane in lanes), key=lambda lane: lane.number)
    places = {lane.number: place for place, lane in enumerate(found)}
    if len(places) < len(found):
        raise ShapeError(name, [lane.number for lane in found], "each lane once")
    phases = _phases(name, facts, found, places)
    through = whole(name, facts, "through", min(THROUGH_PHASE + 1, len(phases)))
    if through > len(phases):
        raise ShapeError(f"{name}, through", through, f"a phase from 1 to {len(phases)}")
    shape = Shape(number, tuple(found), phases, through - 1, times_of(name, facts))
    if sum(shape.least_s) > LONGEST_CYCLE_S:
        raise ShapeError(name, f"{sum(shape.least_s)} s to serve everybody once", f"at most {LONGEST_CYCLE_S} s")
    return shape


def walk_of(name: str, facts: Facts) -> Walk:
    """One pedestrian signal group."""
    group = whole(name, facts, "walk", None)
    return Walk(group, headings(f"{name}, walk {group}, crosses", facts.get("crosses")))


def _phases(name: str, facts: Facts, lanes: Sequence[Lane], places: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    told = facts.get("phases")
    if told is None:
        return SERVED if len(lanes) == LANES else _arm_by_arm(lanes)
    phases = lists_of_lanes(told)
    if not phases:
        raise ShapeError(f"{name}, phases", told, "a list of lanes for each phase, such as [[1, 2], [3]]")
    missed = {lane for phase in phases for lane in phase} ^ set(places)
    if missed:
        raise ShapeError(f"{name}, phases", sorted(missed), f"each of its lanes {sorted(places)}")
    return tuple(tuple(places[lane] for lane in phase) for phase in phases)


def _arm_by_arm(lanes: Sequence[Lane]) -> tuple[tuple[int, ...], ...]:
    """Nobody has told of phases, and the shape is not the ordinary one: each arm in its turn is always right."""
    headings = dict.fromkeys(lane.heading for lane in lanes)
    return tuple(tuple(at for at, lane in enumerate(lanes) if lane.heading == heading) for heading in headings)


def _lane(name: str, facts: Facts) -> Lane:
    place = whole(name, facts, "lane", None)
    where = f"{name}, lane {place}"
    heading, turns = number(where, facts, "heading", None, 360.0), _turns(where, facts)
    around = [(heading + TURNS[turn]) % 360 for turn in turns] if heading is not None else []
    return Lane(
        place,
        whole(where, facts, "group", place),
        _detector(where, facts, "advance", ADVANCE + place),
        _detector(where, facts, "presence", PRESENCE + place),
        heading,
        number(where, facts, "aside_m", 0.0, MOST_ASIDE_M) or 0.0,
        headings(f"{where}, exits", facts.get("exits", around)),
        turns == ["left"],
    )


def _detector(where: str, facts: Facts, name: str, usual: int) -> int | None:
    """A detector's number; a lane that is said to have none has none."""
    return None if facts.get(name, usual) is None else whole(where, facts, name, usual)


def _turns(where: str, facts: Facts) -> list[str]:
    turns = [turn.strip() for turn in str(facts.get("turns", "through")).split(",")]
    if not set(turns) <= set(TURNS):
        raise ShapeError(f"{where}, turns", facts.get("turns"), f"{', '.join(TURNS)}, or several with commas between")
    return turns
