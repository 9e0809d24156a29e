"""An emergency vehicle gets its phase at once, for a bounded time, and nobody is held up twice in a row by one."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.safety.model import Lamps, Rules


@compiled
def serves_emergency(rules: Rules, lamps: Lamps, crossing: int, urgent: int) -> bool:
    """Whether the urgent phase is served now; afterwards it must wait two longest reds."""
    phases = rules.phase_from[crossing + 1] - rules.phase_from[crossing]
    left = lamps.urgent_s[crossing]
    serving = 0 <= urgent < phases and 0 <= left < rules.emergency[crossing]
    if serving:
        lamps.urgent_s[crossing] = left + 1
    elif left > 0:
        lamps.urgent_s[crossing] = -2 * rules.max_red[crossing]
    elif left < 0:
        lamps.urgent_s[crossing] = left + 1
    return serving
