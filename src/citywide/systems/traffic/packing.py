"""Several small whole numbers in one reading's value, where a device says things that belong together."""

from typing import NamedTuple

PLACES, GONE_S, LANES, TRACKS = 1 << 13, (1 << 12) - 1, 1 << 8, 1 << 24
MOST_ETA_S = GONE_S - 1


class Ask(NamedTuple):
    """A vehicle asks to pass a crossing from a lane; `eta_s` is None once it is past."""

    crossing: int
    lane: int
    eta_s: int | None


def packed_ask(ask: Ask) -> int:
    """Crossing, lane and seconds to the line as one number."""
    eta = GONE_S if ask.eta_s is None else min(max(ask.eta_s, 0), MOST_ETA_S)
    return (ask.crossing * LANES + ask.lane) * (GONE_S + 1) + eta


def ask_of(value: float) -> Ask:
    """The request in a reading's value."""
    rest, eta = divmod(int(value), GONE_S + 1)
    crossing, lane = divmod(rest, LANES)
    return Ask(crossing, lane, None if eta == GONE_S else eta)


class Spot(NamedTuple):
    """Where a vehicle is: its number, metres to the line (up to 30 m beyond it), and whether it stands."""

    track: int
    away_m: float
    stands: bool = False


def packed_track(spot: Spot) -> int:
    """A vehicle's number, whether it stands, and its distance to the line in decimetres."""
    place = min(max(round(10 * (spot.away_m + 30)), 0), PLACES - 1)
    return (spot.track % TRACKS * 2 + spot.stands) * PLACES + place


def track_of(value: float) -> Spot:
    """The vehicle in a reading's value."""
    rest, place = divmod(int(value), PLACES)
    return Spot(rest // 2, place / 10 - 30, bool(rest % 2))
