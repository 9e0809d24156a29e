"""Side roads right before or behind a line, played along with a plan: who stands there goes when nobody passes by."""

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.layout import Ints
from citywide.systems.traffic.engine.control.view import Desk, View

GAP_S, FOLLOW_S = 4, 3.0  # what the first needs between those who pass, and the next behind it
SQUEEZES = 0.02  # vehicles/s that go although there is no gap
FADES = 0.8  # who has crossed a line is past a side road behind it after some five seconds
STAYS = 0.95  # who must give way within the crossing stands there until the lights change, or a gap comes


@inlined
def is_side(view: View, lane: int) -> bool:
    """Whether a lane has no light but gives way."""
    return view.gives[lane + 1] > view.gives[lane]


@compiled
def slips_out(view: View, desk: Desk, lane: int, second: int) -> float:
    """Vehicles that leave a side road this second, some of them into lanes before a line."""
    part, sent = min(1.0, desk.queue[lane]), 0.0
    if part <= 0.0:
        return 0.0
    for move in range(view.moves[lane], view.moves[lane + 1]):
        desk.went[move] = part * desk.front[move] * goes(view, desk, lane, move, second)
        sent += desk.went[move]
    for move in range(view.moves[lane], view.moves[lane + 1]):
        desk.front[move] += sent * view.wants[move] - desk.went[move]
        merge(view, desk, lane, move, desk.went[move])
    desk.queue[lane] -= sent
    return sent


@compiled
def goes(view: View, desk: Desk, lane: int, move: int, second: int) -> float:
    """The chance that the first in a side road goes this second if it wants this movement."""
    free = 1.0
    for row in range(view.gives[lane], view.gives[lane + 1]):
        if view.yields.move[row] == move - view.moves[lane]:
            free *= 1.0 - min(1.0, in_the_way(view, desk, row, second))
    return SQUEEZES + (1.0 / FOLLOW_S - SQUEEZES) * free


@inlined
def merge(view: View, desk: Desk, lane: int, move: int, went: float) -> None:
    """Who has left by a movement that joins a lane is in that lane's queue."""
    for row in range(view.gives[lane], view.gives[lane + 1]):
        if view.yields.joins[row] and view.yields.move[row] == move - view.moves[lane]:
            desk.queue[view.yields.lane[row]] += went
            desk.lead[view.yields.lane[row]] += went


@inlined
def in_the_way(view: View, desk: Desk, row: int, second: int) -> float:
    """Vehicles with right of way that keep the first of a side road from going."""
    lane, moves, room = view.yields.lane[row], view.yields.moves[row], view.yields.room[row]
    if moves > 0:
        return leaving(view, desk, lane, moves)
    if view.yields.joins[row]:
        return max(0.0, desk.queue[lane] - room + 1.0)
    return passing_by(view, desk, lane, room, second + view.yields.seconds[row])


@compiled
def leaving(view: View, desk: Desk, lane: int, moves: int) -> float:
    """Those of a lane's movements who have just crossed its line, or will at once."""
    part, first = 0.0, view.moves[lane]
    for move in range(first, view.moves[lane + 1]):
        if moves >> (move - first) & 1:
            part += view.wants[move]
    green = desk.on[lane] > 0.0 and desk.may[lane] & moves
    return part * (desk.passing[lane] + desk.inside[lane] + (desk.queue[lane] if green else 0.0))


@compiled
def passing_by(view: View, desk: Desk, lane: int, room: float, second: int) -> float:
    """Those on their way to a lane's line who pass the side road within a gap; who stands there passes nobody."""
    near, standing = 0.0, desk.queue[lane]
    for after in range(second, min(second + GAP_S, view.coming.shape[1])):
        near += view.coming[lane, after]
    moves = standing > room and desk.passing[lane] > SQUEEZES
    return near + standing - room if moves else near


@inlined
def pass_on(desk: Desk, lane: int, sent: float, kept: bool) -> None:
    """Who has crossed goes on; who stands within the crossing does once the lights have changed."""
    desk.passing[lane] = FADES * desk.passing[lane] + sent
    desk.inside[lane] *= STAYS if kept else FADES


@compiled
def note_first(view: View, desk: Desk, lane: int, serves: Ints) -> None:
    """Who still stands first in a side road wants, the likelier, a movement that was not free to go."""
    total = 0.0
    for other in range(len(view.queue)):
        desk.may[other] = serves[other]
    for move in range(view.moves[lane], view.moves[lane + 1]):
        view.front[move] *= 1.0 - goes(view, desk, lane, move, 0)
        total += view.front[move]
    for move in range(view.moves[lane], view.moves[lane + 1]):
        view.front[move] /= total
