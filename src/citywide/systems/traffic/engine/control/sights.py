"""What is seen of all crossings in a second: counted at the lines, guessed where nobody sees."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.headways import START_UP_S
from citywide.systems.traffic.engine.control.known import FLOW_MEMORY_S, Known
from citywide.systems.traffic.engine.control.layout import Flags, Floats, Ints

Now = tuple[Ints, Flags, Floats]  # phase, settled, seconds of green
Sights = tuple[Floats, Floats, Floats, Floats, Floats, Floats, Flags, Floats, Floats]
Far = tuple[Floats, Floats, Floats, Floats, bool]  # pending, planned, linked, departures, whether wanted


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
def guess_lane(
    known: Known,
    lane: int,
    rate: float,
    seen: Sights,
    settled: bool,
) -> None:
    """A dark lane is carried on by the model: mean arrivals in, learned discharge out."""
    queue, coming, _line, _sure, _at, _speed, dark, _crossed, guess = seen
    if not dark[lane]:
        guess[lane] = queue[lane]
        return
    guess[lane] += known.flow[lane]
    if settled and known.on[lane] > START_UP_S:
        guess[lane] = max(0.0, guess[lane] - rate)
    queue[lane] = guess[lane]
    coming[lane, :] = known.flow[lane]
