"""The shapes of all crossings as they are registered; one whose facts cannot be is left alone, and said why."""

from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.crossing.facts import ShapeError
from citywide.systems.traffic.crossing.shapes import Shape, shapes_of

if TYPE_CHECKING:
    from citywide.hub.running import Hub

_QUERIES = queries_of(Path(__file__).parents[1])
log = structlog.get_logger()


def shapes(hub: "Hub") -> dict[int, Shape]:
    """Every crossing's shape by its number in the hub."""
    known: dict[int, Shape] = {}
    for found in shapes_of(hub.database.rows(_QUERIES["facts_of_crossings"])):
        if isinstance(found, ShapeError):
            log.warning("crossing_left_alone", why=str(found))
        else:
            known[found.number] = found
    return known
