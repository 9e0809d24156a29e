"""Gauges and pumping stations that talk in their own way: a short text frame over MQTT."""

from collections.abc import Iterator
from datetime import UTC, datetime

from citywide.hub import Feed, Reading


def read_frame(topic: str, payload: bytes) -> Iterator[Reading]:
    """`gauge/elm-street/frame` with `D=12.5;T=1767225600` becomes a depth in cm; a frame without T is now.

    `S` and `P` say how full the sump is and how many of its pumps run, in per cent.
    """
    entity = "/".join(topic.split("/")[:2])
    fields = dict(part.split("=", 1) for part in payload.decode("ascii").split(";") if part)
    time = datetime.fromtimestamp(int(fields["T"]), UTC) if "T" in fields else datetime.now(UTC)
    if "D" in fields:
        yield Reading(entity, "water_depth", time, float(fields["D"]), "cm")
    if "R" in fields:
        yield Reading(entity, "rain", time, float(fields["R"]), "mm")
    if "S" in fields:
        yield Reading(entity, "sump_level", time, float(fields["S"]), "%")
    if "P" in fields:
        yield Reading(entity, "pumps_running", time, float(fields["P"]), "%")


GAUGE_FRAMES = Feed("gauge_frames", "gauge/+/frame", read_frame)
