"""How roadside units talk over MQTT; a message that cannot be is refused with its place and what is accepted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from citywide.hub import Feed, Reading
from citywide.systems.traffic.interfaces.fields import Malformed, body_of, part, several, whole
from citywide.systems.traffic.interfaces.spat import Event, Spat, read_spat

CELL_M, CELLS, STANDS_MPS = 10.0, 32, 1.0
KINDS = ("stopped_vehicle", "blocked_lane", "wrong_way", "sudden_queue", "dark_detector")
LIGHTS = {
    Event.PERMISSIVE_GREEN: 1,
    Event.PROTECTED_GREEN: 2,
    Event.PERMISSIVE_CLEARANCE: 3,
    Event.PROTECTED_CLEARANCE: 3,
}
log = structlog.get_logger()


def read_tracks(topic: str, payload: bytes) -> Iterator[Reading]:
    """`detector/c01-2/tracks`: radar tracks of one lane become its queue, its speed and its occupied cells."""
    entity, body = _entity(topic), body_of(payload, 0, "tracks")
    time = _time(body, "tracks")
    seen = [_track(item, f"tracks[{at}]") for at, item in enumerate(several(body, "tracks", "tracks"))]
    yield Reading(entity, "queue", time, sum(speed < STANDS_MPS for _, speed in seen))
    yield Reading(entity, "cells", time, occupied(place for place, _ in seen))
    if seen:
        yield Reading(entity, "traffic_speed", time, round(3.6 * sum(speed for _, speed in seen) / len(seen), 1))


def read_counts(topic: str, payload: bytes) -> Iterator[Reading]:
    """`detector/c01-2/counts`: vehicles that a camera counted in so many seconds, and how long it saw one."""
    entity, body = _entity(topic), body_of(payload, 0, "counts")
    time, seconds = _time(body, "counts"), whole(body, "seconds", "counts", 1, 3600)
    counted = sum(whole(body, way, "counts", 0, seconds) for way in ("left", "through", "right"))
    yield Reading(entity, "volume", time, counted * 3600 / seconds)
    if "occupancy" in body:
        yield Reading(entity, "occupancy", time, 100 * _number(body, "occupancy", "counts", 0, 1))


def read_lights(topic: str, payload: bytes) -> Iterator[Reading]:
    """`crossing/c01/spat`: each signal group's light; groups that cannot be read are left out and logged."""
    crossing = _entity(topic).split("/")[1]
    spats, refused = read_spat(payload)
    if refused and not any(spat.movements for spat in spats):
        raise refused[0]
    for bad in refused:
        log.warning("spat_part_refused", crossing=crossing, why=str(bad))
    for spat in spats:
        time = moment_of(spat, datetime.now(UTC))
        for movement in spat.movements:
            light = LIGHTS.get(movement.event, 0)
            yield Reading(f"detector/{crossing}-{movement.group}", "light", time, light)


def read_incident(topic: str, payload: bytes) -> Iterator[Reading]:
    """`crossing/c01/incidents`: what a roadside unit noticed in a lane and for how long; zero when it is over."""
    crossing, body = _entity(topic).split("/")[1], body_of(payload, 0, "incident")
    kind = part(body, "kind", "incident")
    if kind not in KINDS:
        raise Malformed("incident.kind", kind, ", ".join(KINDS))
    lane = whole(body, "lane", "incident", 1, 255)
    lasts = _number(body, "lasts_s", "incident", 0, 86_400)
    yield Reading(f"detector/{crossing}-{lane}", str(kind), _time(body, "incident"), lasts, "s")


def occupied(places_m: Any) -> int:
    """The cells of ten metres, counted from the stop line, in which something is, as bits of one number."""
    bits = 0
    for place in places_m:
        cell = int(place // CELL_M)
        bits |= 1 << cell if 0 <= cell < CELLS else 0
    return bits


def moment_of(spat: Spat, now: datetime) -> datetime:
    """When the lights were so; the message's clock counts minutes of the year only, so the year is the nearest."""
    if spat.minute is None:
        return now
    after = timedelta(minutes=spat.minute, milliseconds=spat.ms or 0)
    near = (datetime(now.year + step, 1, 1, tzinfo=UTC) + after for step in (-1, 0, 1))
    return min(near, key=lambda time: abs(time - now))


def _entity(topic: str) -> str:
    return "/".join(topic.split("/")[:2])


def _track(item: Any, where: str) -> tuple[float, float]:
    return _number(item, "distance_m", where, 0, 1000), _number(item, "speed_mps", where, -60, 60)


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
