"""A SUMO network as the engine's layout, and the names that lead from one to the other."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from benchmarks.traffic.sumo.roads import Connection, Reached, Roads, Ways
from benchmarks.traffic.sumo.sides import Sides
from citywide.systems.traffic.engine.control.layout import (
    Crossing,
    Feed,
    Lane,
    Layout,
    Link,
    Movement,
    lay_out,
)
from citywide.systems.traffic.engine.control.yields import Yield

SIGHT_M, LINK_M, YELLOW_S = 200.0, 1500.0, 3
LIGHT = {"G": 2, "g": 1, "s": 1}


@dataclass(frozen=True)
class Site:
    """The engine's layout of a network, with SUMO's names beside its indices."""

    roads: Roads
    layout: Layout
    signals: tuple[str, ...]
    greens: tuple[tuple[str, ...], ...]
    lanes: dict[str, int]
    sightings: dict[str, int]
    further: dict[str, float]
    by_via: dict[str, int]
    by_edge: dict[tuple[str, str], int]
    exits: dict[str, int]
    index_of: tuple[tuple[int, ...], ...]
    lit: np.ndarray  # movement: whether it has a light
    within: dict[str, int]  # by piece of way within a crossing: the movement that leads over it


def greens_of(program: list[tuple[float, str]]) -> tuple[str, ...]:
    """The distinct green states of a program: no yellow in them, and something green."""
    states = [state for _, state in program if "y" not in state.lower() and set(state) & set("Gg")]
    return tuple(dict.fromkeys(states))


def site_of(roads: Roads) -> Site:
    """Lay out every signal that has two green states or more; a link that is never green stays as it is."""
    signals = tuple(name for name in sorted(roads.programs) if len(greens_of(roads.programs[name])) > 1)
    if not signals:
        raise SystemExit("no signal of this map has two green states: there is nothing to control")
    greens = tuple(greens_of(roads.programs[name]) for name in signals)
    rows = {name: _rows(roads, name) for name in signals}
    sides = _sides(roads, rows)
    rows = {name: lit | sides.rows_of(name) for name, lit in rows.items()}
    exits = _numbered(c.end for name in signals for lane in rows[name].values() for c in lane)
    lanes = _numbered(lane for name in signals for lane in rows[name])
    yields = {lane: side[1] for lane, side in sides.found.items()}
    moves = [c for name in signals for lane in rows[name].values() for c in lane]
    sightings, further, feeds = _upstream(roads, lanes)
    layout = lay_out(
        [_crossing(roads, rows[n], g, exits, yields) for n, g in zip(signals, greens, strict=True)],
        feeds,
        _downstream(roads, moves, lanes),
        len(exits),
    )
    by_edge = {(c.start, c.end.rsplit("_", 1)[0]): at for at, c in enumerate(moves)}
    over = {at: lane for lane, at in sightings.items()}
    for feed in layout.feeds:  # a fast vehicle can pass a short lane within one second
        for move in range(layout.move_from[feed.lane], layout.move_from[feed.lane + 1]):
            by_edge.setdefault((over[feed.sighting], moves[move].end.rsplit("_", 1)[0]), move)
    by_via = {c.via: at for at, c in enumerate(moves)}
    index_of = tuple(tuple(c.index for lane in rows[n].values() for c in lane if c.tl) for n in signals)
    ways = lanes, sightings, further, by_via, by_edge, exits, index_of
    return Site(roads, layout, signals, greens, *ways, np.array([bool(c.tl) for c in moves]), _within(roads, moves))


def _rows(roads: Roads, signal: str) -> dict[str, list[Connection]]:
    greens, rows = greens_of(roads.programs[signal]), defaultdict(list)
    for connection in sorted((c for c in roads.connections if c.tl == signal), key=lambda c: c.index):
        if any(state[connection.index] in LIGHT for state in greens):
            rows[connection.start].append(connection)
    return dict(rows)


def _numbered(names) -> dict[str, int]:  # noqa: ANN001 - any iterable of names
    return {name: at for at, name in enumerate(dict.fromkeys(names))}


def _crossing(
    roads: Roads,
    rows: dict[str, list[Connection]],
    greens: tuple[str, ...],
    exits: dict[str, int],
    yields: dict[str, tuple[Yield, ...]],
) -> Crossing:
    lanes = tuple(
        Lane(tuple(Movement(exits[c.end] if c.tl else -1) for c in ways), roads.speed[lane], yields.get(lane, ()))
        for lane, ways in rows.items()
    )
    order = [c.index for ways in rows.values() for c in ways if c.tl]
    phases = tuple(tuple(LIGHT.get(state[at], 0) for at in order) for state in greens)
    return Crossing(lanes, phases, float(YELLOW_S))


def _sides(roads: Roads, rows: dict[str, dict[str, list[Connection]]]) -> Sides:
    lanes = _numbered(lane for signal in rows.values() for lane in signal)
    return Sides(roads, rows, _joined(roads)[1], _walked_back(roads, lanes))


def _within(roads: Roads, moves: list[Connection]) -> dict[str, int]:
    """The pieces of way that a movement uses within its crossing."""
    further = {c.start: c.via for c in roads.connections if c.start.startswith(":")}
    found: dict[str, int] = {}
    for at, move in enumerate(moves):
        piece = move.via if move.tl else ""
        while piece:
            found[piece], piece = at, further.get(piece, "")
    return found


def _upstream(
    roads: Roads,
    lanes: dict[str, int],
) -> tuple[dict[str, int], dict[str, float], tuple[Feed, ...]]:
    """Lanes to look at, the way from each to a stop line, and which stop lines each leads to."""
    shares = _walked_back(roads, lanes)
    upstream = [lane for lane in shares if lane not in lanes]
    sightings = lanes | {lane: len(lanes) + at for at, lane in enumerate(upstream)}
    further = {lane: min(far for _, far in shares[lane].values()) for lane in upstream}
    feeds = tuple(
        Feed(sightings[lane], at, min(share, 1.0), far)
        for lane in upstream
        for at, (share, far) in shares[lane].items()
    )
    return sightings, further, feeds


def _walked_back(roads: Roads, lanes: dict[str, int]) -> dict[str, Reached]:
    """From each stop line back as far as sight goes, not beyond another one."""
    into, out = _joined(roads)
    shares: dict[str, Reached] = defaultdict(dict)
    for lane, at in lanes.items():
        edge = [(lane, 1.0, roads.length[lane])]
        while edge:
            here, share, far = edge.pop()
            for c in into[here] if far < SIGHT_M else ():
                part, reach = share / len(out[c.start]), far + roads.length.get(c.via, 0.0)
                before, least = shares[c.start].get(at, (0.0, reach))
                shares[c.start][at] = before + part, min(least, reach)
                if c.start not in lanes:
                    edge.append((c.start, part, reach + roads.length[c.start]))
    return shares


def _joined(roads: Roads) -> tuple[Ways, Ways]:
    """The connections without a light, by the lane they lead into and by the one they leave; nobody turns back."""
    into, out = defaultdict(list), defaultdict(list)
    for c in roads.connections:
        if not c.tl and not c.turns_back and not c.start.startswith(":"):
            into[c.end].append(c)
            out[c.start].append(c)
    return into, out


def _downstream(roads: Roads, moves: list[Connection], lanes: dict[str, int]) -> tuple[Link, ...]:
    _, out = _joined(roads)
    lit = [(at, move) for at, move in enumerate(moves) if move.tl]
    return tuple(link for at, move in lit for link in _follow(roads, at, move, lanes, out))


def _follow(roads: Roads, at: int, move: Connection, lanes: dict[str, int], out: Ways) -> list[Link]:
    found: dict[int, list[float]] = {}
    edge = [(move.end, 1.0, 0.0, 3.0)]
    while edge:
        lane, share, far, seconds = edge.pop()
        seconds += roads.length[lane] / roads.speed[lane]
        far += roads.length[lane]
        beside = _same_edge(lane, lanes)
        for other in beside:
            row = found.setdefault(other, [0.0, seconds])
            row[0] += share / len(beside)
        if not beside and far < LINK_M and share > 0.02:
            edge += [(c.end, share / len(out[lane]), far, seconds) for c in out[lane]]
    return [Link(at, lane, share, seconds) for lane, (share, seconds) in found.items()]


def _same_edge(lane: str, lanes: dict[str, int]) -> list[int]:
    edge = lane.rsplit("_", 1)[0]
    return [lanes[f"{edge}_{k}"] for k in range(12) if f"{edge}_{k}" in lanes]
