"""Sensors into one picture per lane and second; what is malformed is refused by name and the rest is used."""

import numpy as np

from citywide.systems.traffic.engine.frames import DOUBT, FRAME, FROZEN, HELD, RUN, share_hang
from citywide.systems.traffic.engine.fusion.checks import checked
from citywide.systems.traffic.engine.fusion.clocks import LAGS, correlate
from citywide.systems.traffic.engine.fusion.columns import (
    EXIT,
    HORIZON,
    LOOP,
    LOOP_SHARE,
    QUEUE,
    RADAR,
    RING,
    SPEED,
    SPREAD,
    STATE,
    TAKEN,
    VIDEO_SHARE,
)
from citywide.systems.traffic.engine.fusion.filter import MOST
from citywide.systems.traffic.engine.fusion.kernel import fuse
from citywide.systems.traffic.engine.fusion.model import (
    BoolArray,
    FloatArray,
    IntArray,
    Lanes,
    Readings,
    Refusal,
    View,
    confidence_of,
)
from citywide.systems.traffic.engine.tracks import follow, no_tracks

JAM_M = 7.0
PRIOR_TURNS = (2.0, 6.0, 2.0)
LATEST_S, SET_BACK_S = 1e12, 5.0


class Fusion:
    """The state of all lanes in flat arrays; `second` takes one second's readings."""

    def __init__(self, lanes: Lanes) -> None:
        count = len(lanes)
        self.lanes = lanes
        self._lanes = np.column_stack([lanes.stop_m, lanes.end_m, lanes.loop_m, lanes.speed_mps, np.full(count, JAM_M)])
        self._state = np.zeros((count, STATE))
        self._state[:, SPREAD], self._state[:, SPEED] = 4.0, lanes.speed_mps
        self._state[:, RADAR : LOOP + 1], self._state[:, VIDEO_SHARE : LOOP_SHARE + 1] = -np.inf, 1.0
        self._tracks, self._used = no_tracks(count)
        self._rings = np.zeros((count, 3, RING))
        self._turns = np.tile(np.array(PRIOR_TURNS), (count, 1))
        self._arrivals = np.zeros((count, HORIZON))
        crossings = int(lanes.crossing.max(initial=0)) + 1
        self._evidence = np.zeros((crossings, 2, 2 * LAGS + 1))
        self._frames, self._hangs = np.zeros((count, FRAME)), np.zeros((crossings, 2), np.int64)
        self._now = 0.0

    def second(self, now_s: float, readings: Readings, green: BoolArray) -> View:
        """One second: readings taken, refusals named, the picture as it is now."""
        if not abs(now_s) <= LATEST_S:
            raise ValueError(f"the time is {now_s:g} s; accepted: a number within ±{LATEST_S:g}")
        taken, refused = checked(readings, self.lanes)
        now_s = self._now if 0.0 < self._now - now_s <= SET_BACK_S else now_s  # until the clock has caught up
        self._turn_to(now_s)
        follow(self._tracks, self._used, taken.lane, taken.track, taken.position_m, now_s)
        fuse(
            self._lanes,
            self._state,
            self._tracks,
            self._used,
            green,
            taken.counted,
            taken.pulses,
            taken.alive,
            self._rings,
            self._turns,
            self._arrivals,
            self._frames,
            now_s,
        )
        share_hang(self._frames, self.lanes.crossing, self._hangs, now_s)
        correlate(self._rings, self.lanes.crossing, self._evidence, now_s)
        return self._view(refused)

    def _turn_to(self, now_s: float) -> None:
        """Seconds that nobody told of hold nothing; after a leap of the clock nothing of before holds."""
        if 0.0 <= now_s - self._now < RING:
            self._rings[:, :, np.arange(int(self._now) + 1, int(now_s)) % RING] = 0.0
        else:
            self._begin_anew(now_s)
        self._now = now_s

    def _begin_anew(self, now_s: float) -> None:
        """What was learned stays (turning shares, speeds, clock offsets); what stood and came is unknown."""
        self._used[:], self._rings[:] = 0, 0.0
        self._frames[:, HELD] = self._frames[:, RUN] = self._frames[:, DOUBT] = self._frames[:, FROZEN] = 0.0
        self._state[:, SPREAD], self._state[:, TAKEN] = MOST, now_s - 1.0
        self._state[:, RADAR : LOOP + 1] = -np.inf

    def clock_offset_s(self, crossing: int) -> tuple[int | None, int | None]:
        """How late video and loops of a crossing stamp their events against radar; None if unknown."""
        video, loop = (_best_lag(line) for line in self._evidence[crossing])
        return video, loop

    def _view(self, refused: tuple[Refusal, ...]) -> View:
        state = self._state
        spread = state[:, SPREAD]
        return View(
            queue=state[:, QUEUE],
            queue_sd=np.sqrt(spread + 0.4),
            confidence=confidence_of(spread),
            speed_mps=state[:, SPEED],
            exit_share=state[:, EXIT],
            turning=self._turns / self._turns.sum(1, keepdims=True),
            arrivals=self._arrivals,
            frozen=self._frames[:, FROZEN] > 0,
            refused=refused,
        )


def _best_lag(line: FloatArray) -> int | None:
    """The lag that stands out: well above what chance gives the others."""
    best = int(line.argmax())
    others = np.delete(line, [k for k in (best - 1, best, best + 1) if 0 <= k < len(line)])
    stands_out = line[best] > 8 and line[best] > others.mean() + 3 * others.std() + 4
    return best - LAGS if stands_out else None


def no_readings(lanes: int, lane: IntArray | None = None) -> Readings:
    """A second in which no sensor said anything."""
    none = np.zeros(0, np.int64) if lane is None else lane
    return Readings(none, none, np.zeros(len(none)), np.zeros((lanes, 3)), np.zeros(lanes), np.zeros((lanes, 3), bool))
