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


def packed_track(track: int, away_m: float) -> int:
    """A vehicle's number and its distance to the line in decimetres, up to 30 m beyond it."""
    return track % TRACKS * PLACES + min(max(round(10 * (away_m + 30)), 0), PLACES - 1)


def track_of(value: float) -> tuple[int, float]:
    """The vehicle's number and its distance to the line in metres."""
    track, place = divmod(int(value), PLACES)
    return track, place / 10 - 30
