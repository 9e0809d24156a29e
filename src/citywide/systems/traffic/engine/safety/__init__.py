"""The safety layer: whatever an optimiser asks for, only safe lights come out.

Every movement is its own small machine (red, green, yellow): it turns green only when each movement in
conflict with it has been red for its all-red time (`conflicts`), and it ends no green early and skips no
clearance (`clearance`, `greens`). Walkers are lit on call (`pedestrians`). Above it, a change of phase is
accepted only while everyone who waits can still be served in time (`waits`); an emergency vehicle goes first,
within bounds (`emergency`); on doubtful data the fixed plan is shown (`fallback`). A process that starts anew goes on
where the last one ended, or begins with everybody red (`memory`).
"""

from citywide.systems.traffic.engine.safety.layer import Safety
from citywide.systems.traffic.engine.safety.model import GREEN, RED, YELLOW, Guard, Lamps, Rules, Steps
from citywide.systems.traffic.engine.safety.rules import rules_of

__all__ = ["GREEN", "RED", "YELLOW", "Guard", "Lamps", "Rules", "Safety", "Steps", "rules_of"]
