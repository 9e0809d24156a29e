"""The search of one crossing: which phase to keep for how long, and which to show then."""

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.layout import Flags, Floats, Ints
from citywide.systems.traffic.engine.control.rollout import play
from citywide.systems.traffic.engine.control.sides import is_side
from citywide.systems.traffic.engine.control.view import Desk, View

KEEPS = np.array([0, 2, 4, 7, 11, 16], np.int32)
SOON_S = 25


def kept_for(keeps: Ints, cadence_s: int) -> Ints:
    """The seconds a phase may be kept, at the next decision each."""
    return np.unique(-(-keeps // cadence_s) * cadence_s).astype(np.int32)


@compiled
def wish(view: View, now: int, wanted: Flags) -> bool:
    """Which phases would serve somebody, there or soon there, whom the present phase does not serve."""
    queue, coming, rate, share, likely = view.queue, view.coming, view.rate, view.share, view.likely
    anyone = False
    for lane in range(len(queue)):
        soon = queue[lane]
        for second in range(SOON_S):
            soon += coming[lane, second]
        if soon <= 0.3:
            continue
        if is_side(view, lane):  # any phase may be the one that lets it go
            wanted[:] = True
            return True
        for phase in range(len(wanted)):
            more = rate[now, lane] < rate[phase, lane] or share[now, lane] < share[phase, lane]
            if rate[phase, lane] > 0.0 and (more or likely[now, lane] < likely[phase, lane]):
                wanted[phase] = anyone = True
    return anyone


@compiled
def search(view: View, now: int, habits: Habits, keeps: Ints, desk: Desk, sent_out: Floats) -> int:
    """The phase to show next second; `sent_out` (lane × second) receives the chosen plan's departures.

    Nothing changes before `keeps[0]`: until then what was decided stands.
    """
    wanted = desk.wanted[: view.rate.shape[0]]
    wanted[:] = False
    if not wish(view, now, wanted) and sent_out.shape[0] == 0:
        return now
    best_keep, best_then = keeps[0], now
    least = play(view, now, keeps[0], now, habits, np.inf, desk, desk.nothing)
    for at in range(len(keeps)):
        for then in range(len(wanted)):
            if then == now or not wanted[then]:
                continue
            cost = play(view, now, keeps[at], then, habits, least, desk, desk.nothing)
            if cost < least - 1e-9:
                least, best_keep, best_then = cost, keeps[at], then
    if sent_out.shape[0] > 0:
        play(view, now, best_keep, best_then, habits, np.inf, desk, sent_out)
    return best_then if best_keep == 0 else now
