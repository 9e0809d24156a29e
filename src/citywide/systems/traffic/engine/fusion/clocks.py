"""How late video and loops stamp what radar saw pass."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.fusion.columns import RING, FloatArray, IntArray

LAGS = 8


@compiled
def correlate(rings: FloatArray, crossing: IntArray, evidence: FloatArray, now: float) -> None:
    """Which shift makes video counts and loop pulses agree best with what radar saw pass the line."""
    at = int(now) % RING
    for row in range(len(rings)):
        mine = evidence[crossing[row]]
        for source in range(2):
            for lag in range(-LAGS, LAGS + 1):
                back, other = (lag, 0) if lag >= 0 else (0, -lag)
                seen = rings[row, 0, (at - back - LAGS) % RING]
                if seen > 0:
                    mine[source, lag + LAGS] += seen * rings[row, 1 + source, (at - other - LAGS) % RING]
    evidence *= 0.9995
