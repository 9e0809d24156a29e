"""What neighbours tell one another: who has crossed towards whom, and who is planned to."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.known import Known
from citywide.systems.traffic.engine.control.layout import Floats, Ground, Ints
from citywide.systems.traffic.engine.control.sights import Far


@compiled
def expect(lay: Ground, known: Known, lane: int, row: Floats, far: Far, part: float) -> None:
    """Beyond sight: what neighbours sent and plan to send, else the lane's mean flow."""
    beyond = int(lay.sight_m / lay.speed[lane])
    stray = known.flow[lane] * part
    if far.linked[lane] >= 0.0:
        stray = max(0.0, known.flow[lane] - far.linked[lane]) * part
    for second in range(beyond, len(row)):
        row[second] += stray + far.pending[lane, second] + far.planned[lane, second]


@compiled
def remember(
    pending: Floats,
    linked: Floats,
    link_start: Ints,
    link_lane: Ints,
    link_share: Floats,
    link_s: Floats,
    crossed: Ints,
) -> None:
    """Shift the list of vehicles on their way by a second; add those that just crossed upstream."""
    horizon = pending.shape[1]
    for lane in range(pending.shape[0]):
        for second in range(1, horizon):
            pending[lane, second - 1] = pending[lane, second]
        pending[lane, horizon - 1] = 0.0
        if linked[lane] >= 0.0:
            linked[lane] -= linked[lane] / 300.0
    for at in range(len(crossed)):
        move = crossed[at]
        if move >= 0 and move + 1 < len(link_start):
            for row in range(link_start[move], link_start[move + 1]):
                lane = link_lane[row]
                linked[lane] += link_share[row] / 300.0
                pending[lane, min(int(link_s[row]), horizon - 1)] += link_share[row]


@compiled
def announce(  # noqa: PLR0913, PLR0917 - numba takes arrays one by one
    known: Known,
    lay: Ground,
    sent: Floats,
    planned: Floats,
    link_start: Ints,
    link_lane: Ints,
    link_share: Floats,
    link_s: Floats,
) -> None:
    """Planned departures of every movement become planned arrivals of the lanes downstream."""
    planned[:, :] = 0.0
    horizon = planned.shape[1]
    for move in range(len(lay.move_lane)):
        lane = lay.move_lane[move]
        if link_start[move] == link_start[move + 1]:
            continue
        total = 0.0
        for other in range(lay.move_from[lane], lay.move_from[lane + 1]):
            total += known.turns[other]
        part = known.turns[move] / total
        for row in range(link_start[move], link_start[move + 1]):
            down, after = link_lane[row], int(link_s[row])
            for second in range(min(horizon - after, sent.shape[1])):
                planned[down, second + after] += sent[lane, second] * part * link_share[row]
