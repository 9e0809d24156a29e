"""How roadside units talk over MQTT; a message that cannot be is refused with its place and what is accepted."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog

from citywide.hub import Feed, Reading
from citywide.systems.traffic.interfaces.fields import Malformed, body_of, each, part, several, whole, word
from citywide.systems.traffic.interfaces.spat import Event, Movement, read_spat
from citywide.systems.traffic.interfaces.srm import SignalRequest, read_srm
from citywide.systems.traffic.interfaces.uper import unpack_spat, unpack_srm
from citywide.systems.traffic.packing import Ask, Spot, packed_ask, packed_track

STANDS_MPS = 1.0
KINDS = ("stopped_vehicle", "blocked_lane", "wrong_way", "sudden_queue", "dark_detector", "frozen_detector")
LIGHTS = {
    Event.PERMISSIVE_GREEN: 1,
    Event.PROTECTED_GREEN: 2,
    Event.PERMISSIVE_CLEARANCE: 3,
    Event.PROTECTED_CLEARANCE: 3,
}
LONGEST_LEFT_S, PACKED_SPAT, PACKED_SRM = 600.0, b"\x00\x13", b"\x00\x1d"
log = structlog.get_logger()


class Sighting(NamedTuple):
    """A vehicle that a radar sees in a lane."""

    away: float
    speed: float
    number: int


def read_tracks(topic: str, payload: bytes) -> Iterator[Reading]:
    """`detector/c01-2/tracks`: radar tracks of one lane become its queue, its speed and where its vehicles are."""
    entity, body = _entity(topic), body_of(payload, 0, "tracks")
    time = _time(body, "tracks")
    seen = _seen(several(body, "tracks", "tracks"), entity)
    yield Reading(entity, "queue", time, sum(one.speed < STANDS_MPS for one in seen))
    if seen:
        yield Reading(entity, "traffic_speed", time, round(3.6 * sum(one.speed for one in seen) / len(seen), 1))
    for place, one in enumerate(seen):  # a series holds one value a moment: those of one look are apart
        spot = Spot(one.number, one.away, one.speed < STANDS_MPS)
        yield Reading(entity, "track", time + timedelta(microseconds=place), packed_track(spot))


def _seen(items: Sequence[Any], entity: str) -> Sequence[Sighting]:
    """Each vehicle once; a track that cannot be is left out and logged, the others stay."""
    refused: list[Malformed] = []
    found = each(items, "tracks", _track, refused)
    if refused and not found:
        raise refused[0]
    for bad in refused:
        log.warning("track_refused", lane=entity, why=str(bad))
    return tuple({one.number: one for one in found}.values())


def read_counts(topic: str, payload: bytes) -> Iterator[Reading]:
    """`detector/c01-2/counts`: vehicles that a camera counted in so many seconds, and how long it saw one."""
    entity, body = _entity(topic), body_of(payload, 0, "counts")
    time, seconds = _time(body, "counts"), whole(body, "seconds", "counts", 1, 3600)
    counted = sum(whole(body, way, "counts", 0, seconds) for way in ("left", "through", "right"))
    yield Reading(entity, "volume", time, counted * 3600 / seconds)
    if "occupancy" in body:
        yield Reading(entity, "occupancy", time, 100 * _number(body, "occupancy", "counts", 0, 1))


def read_lights(topic: str, payload: bytes, heard: datetime | None = None) -> Iterator[Reading]:
    """`crossing/c01/spat`: each signal group's light, JSON or packed; what cannot be read is left out and logged."""
    crossing = _entity(topic).split("/")[1]
    spats, refused = (unpack_spat if payload.startswith(PACKED_SPAT) else read_spat)(payload)
    if refused and not any(spat.movements for spat in spats):
        raise refused[0]
    if len(spats) > 1:
        raise Malformed("SPAT.intersections", f"{len(spats)} crossings", "one, each at its own topic")
    for bad in refused:
        log.warning("spat_part_refused", crossing=crossing, why=str(bad))
    for spat in spats:
        time = moment_of_year(spat.minute, spat.ms, heard or datetime.now(UTC))
        for movement in spat.movements:
            yield from _light(f"detector/{crossing}-{movement.group}", movement, time)


def _light(lane: str, movement: Movement, time: datetime) -> Iterator[Reading]:
    yield Reading(lane, "light", time, LIGHTS.get(movement.event, 0))
    left = movement.seconds_left(tenths_of_hour(time))
    if left is not None and left < LONGEST_LEFT_S:
        yield Reading(lane, "light_left", time, left)


def tenths_of_hour(time: datetime) -> int:
    """A J2735 time mark."""
    return (time.minute * 60 + time.second) * 10 + time.microsecond // 100_000


def read_requests(topic: str, payload: bytes, heard: datetime | None = None) -> Iterator[Reading]:
    """`priority_vehicle/bus-12/srm`: which crossings the vehicle asks to let it through, and when it comes."""
    asked, refused = (unpack_srm if payload.startswith(PACKED_SRM) else read_srm)(payload)
    if refused and not asked.requests:
        raise refused[0]
    for bad in refused:
        log.warning("srm_part_refused", vehicle=_entity(topic), why=str(bad))
    now = moment_of_year(asked.minute, asked.ms, heard or datetime.now(UTC))
    for place, request in enumerate(asked.requests):
        ask = Ask(request.crossing, request.lane, _eta_s(request, now))
        yield Reading(_entity(topic), "priority_request", now + timedelta(microseconds=place), packed_ask(ask))


def _eta_s(request: SignalRequest, now: datetime) -> int | None:
    if request.cancels:
        return None
    at = moment_of_year(request.minute, request.ms, now)
    return max(0, round((at - now).total_seconds()))


def read_incident(topic: str, payload: bytes) -> Iterator[Reading]:
    """`crossing/c01/incidents`: what a roadside unit noticed in a lane and for how long; zero when it is over."""
    crossing, body = _entity(topic).split("/")[1], body_of(payload, 0, "incident")
    kind = word(body, "kind", "incident", KINDS)
    lane = whole(body, "lane", "incident", 1, 255)
    lasts = _number(body, "lasts_s", "incident", 0, 86_400)
    yield Reading(f"detector/{crossing}-{lane}", kind, _time(body, "incident"), lasts, "s")


def moment_of_year(minute: int | None, ms: int | None, now: datetime) -> datetime:
    """When it was; such messages count minutes of the year only, so the year is the nearest."""
    if minute is None:
        return now
    after = timedelta(minutes=minute, milliseconds=ms or 0)
    near = (datetime(now.year + step, 1, 1, tzinfo=UTC) + after for step in (-1, 0, 1))
    return min(near, key=lambda time: abs(time - now))


def _entity(topic: str) -> str:
    return "/".join(topic.split("/")[:2])


def _track(item: Any, where: str) -> Sighting:
    """How fast, not which way: some radars count what approaches as negative; numbers begin anew after a while."""
    away, speed = _number(item, "distance_m", where, -30, 750), _number(item, "speed_mps", where, -60, 60)
    return Sighting(away, abs(speed), whole(item, "id", where, 0, 2**32 - 1))


def _time(body: Any, where: str) -> datetime:
    return datetime.fromtimestamp(_number(body, "time", where, 0, 4e9), UTC)


def _number(body: Any, name: str, where: str, low: float, high: float) -> float:
    value = part(body, name, where)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Malformed(f"{where}.{name}", value, f"a number from {low:g} to {high:g}")
    return float(value)


TRACKS = Feed("radar_tracks", "detector/+/tracks", read_tracks)
COUNTS = Feed("video_counts", "detector/+/counts", read_counts)
SPAT = Feed("spat", "crossing/+/spat", read_lights)
INCIDENTS = Feed("roadside_incidents", "crossing/+/incidents", read_incident)
REQUESTS = Feed("signal_requests", "priority_vehicle/+/srm", read_requests)
