"""What is seen of all crossings in a second: counted at the lines, guessed where nobody sees."""

from typing import NamedTuple

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.headways import START_UP_S
from citywide.systems.traffic.engine.control.known import FLOW_MEMORY_S, Known
from citywide.systems.traffic.engine.control.layout import Flags, Floats, Ints
from citywide.systems.traffic.engine.control.sides import FADES

Now = tuple[Ints, Flags, Floats]  # phase, settled, seconds of green


class Sights(NamedTuple):
    """What is seen of each lane, and what is guessed of those that nobody sees."""

    queue: Floats  # vehicles that stand
    coming: Floats  # lane × second
    line: Floats  # vehicles up to the last that stands
    ahead: Floats  # vehicles of this lane, by their shares
    sure: Floats  # vehicles that are surely of this lane
    head_at: Floats  # the first vehicle's metres to the line
    head_speed: Floats
    dark: Flags
    crossed: Floats
    guess: Floats  # vehicles that stand on a dark lane


class Far(NamedTuple):
    """What neighbours sent and plan to send, and what is planned here for theirs."""

    pending: Floats  # lane × second
    planned: Floats  # lane × second
    linked: Floats  # lane: vehicles/s from neighbours
    sent: Floats  # lane × second
    wanted: bool


@compiled
def count_crossed(
    known: Known,
    move_lane: Ints,
    move_exit: Ints,
    crossed: Ints,
    crossed_of: Floats,
) -> None:
    """Vehicles over each lane's line this second, and which way they turned."""
    crossed_of[:] = 0.0
    for exit_ in range(len(known.taken)):
        known.taken[exit_] *= 1.0 - 1.0 / FLOW_MEMORY_S
    for at in range(len(crossed)):
        move = crossed[at]
        if 0 <= move < len(move_lane):
            crossed_of[move_lane[move]] += 1.0
            known.turns[move] += 1.0
            if move_exit[move] >= 0:
                known.taken[move_exit[move]] += 1.0 / FLOW_MEMORY_S


@compiled
def note_passing(known: Known, move_lane: Ints, crossed_of: Floats, inside: Ints) -> None:
    """Who has just left each lane and is not yet past what lies behind the crossing."""
    known.inside[:] = 0.0
    for at in range(len(inside)):
        known.inside[move_lane[inside[at]]] += 1.0
    for lane in range(len(crossed_of)):
        known.passing[lane] = FADES * known.passing[lane] + crossed_of[lane]


@compiled
def guess_lane(
    known: Known,
    lane: int,
    rate: float,
    seen: Sights,
    settled: bool,
) -> None:
    """A dark lane is carried on by the model: mean arrivals in, learned discharge out."""
    if not seen.dark[lane]:
        seen.guess[lane] = seen.queue[lane]
        return
    seen.guess[lane] += known.flow[lane]
    if settled and known.on[lane] > START_UP_S:
        seen.guess[lane] = max(0.0, seen.guess[lane] - rate)
    seen.queue[lane] = seen.guess[lane]
    seen.coming[lane, :] = known.flow[lane]
