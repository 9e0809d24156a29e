"""The city's clock: the wall's, or one that runs faster so that a simulated day fits a coffee break."""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock

from msgspec import Struct, structs

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PUT_BACK_S = 600.0  # by more than this a clock was wrong before


class Wall:
    """The host's clock, but never running back: where it was put back, seconds count half until it has caught up."""

    def __init__(self) -> None:
        self._lock, self._said = Lock(), (time.monotonic(), time.time())

    def now(self) -> float:
        """Seconds since 1970."""
        with self._lock:
            (since, said), steady, host = self._said, time.monotonic(), time.time()
            least = said + (steady - since) / 2
            now = host if host >= least or host < least - PUT_BACK_S else least
            self._said = steady, now
        return now


WALL = Wall()


class Clock(Struct, frozen=True):
    """City time is `start` plus `speed` times the seconds since `wall` (a Unix time), but never past `until`."""

    start: datetime = EPOCH
    wall: float = 0.0
    speed: float = 1.0
    until: datetime | None = None

    def now(self) -> datetime:
        """The city's time, aware, in UTC."""
        now = self.start + timedelta(seconds=(WALL.now() - self.wall) * self.speed)
        return now if self.until is None else min(now, self.until)

    def now_us(self) -> int:
        """The city's time in microseconds since 1970."""
        return microseconds(self.now())

    def seconds_of_wall(self, city_seconds: float) -> float:
        """How long to wait on the wall clock for so many seconds of the city."""
        return city_seconds / self.speed

    def led_to(self, until: datetime) -> "Clock":
        """This clock, going on from now until a moment; what it stood still is not made up for."""
        now = self.now()
        return structs.replace(self, start=now, wall=WALL.now(), until=max(until, now))


class LedClock(Clock, frozen=True):
    """A clock that waits for its leader, who says again and again until when it may run."""

    led: list[Clock] = []

    def now(self) -> datetime:
        """The city's time, aware, in UTC."""
        return self.led[0].now()

    def set(self, clock: Clock) -> None:
        """Go on as this one, unless a later word has been heard meanwhile."""
        self.led[:] = [max(self.led[0], clock, key=_end)]


class ManualClock(Clock, frozen=True):
    """A clock whose hands are moved by hand."""

    hands: list[datetime] = []

    def now(self) -> datetime:
        """Where the hands stand."""
        return self.hands[0]

    def set(self, moment: datetime) -> None:
        """Move the hands."""
        self.hands[:] = [moment]


def _end(clock: Clock) -> datetime:
    return clock.until or clock.start


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - EPOCH) // MICROSECOND


def moment(us: int) -> datetime:
    """The aware moment of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=int(us))
