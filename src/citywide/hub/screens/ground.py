"""The city's own ground as maps ask for it: the land, and its buildings apart, for who comes close to them.

A part's name changes with what is in it, so that whoever has it keeps it.
"""

import gzip
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from msgspec import MsgspecError, Raw, Struct, json

LAND, BUILDINGS = "land", "building"
Parts = Mapping[str, tuple[str, bytes]]  # by layer, each with its name
log = structlog.get_logger()


class Feature(Struct):
    """A shape on the map, its geometry as it is written."""

    geometry: Raw
    properties: dict[str, Any] = {}
    type: str = "Feature"


class Collection(Struct):
    """Shapes as GeoJSON."""

    features: list[Feature]
    type: str = "FeatureCollection"


def map_of(folder: Path | None) -> Path | None:
    """The file of a city that has a map of its own."""
    file = folder / "map.geojson.gz" if folder else None
    return file if file and file.exists() else None


def ground_of(folder: Path | None) -> Mapping[str, str]:
    """What each part of the ground is called now; nothing where the city has no map."""
    return {part: name for part, (name, _) in _parts_of(folder).items()}


def part_of(folder: Path | None, name: str) -> bytes | None:
    """A part of the ground, gzipped, if it is still called so."""
    return next((body for called, body in _parts_of(folder).values() if called == name), None)


def named(body: bytes) -> str:
    """A name for what is in a file."""
    return sha256(body).hexdigest()[:16]


def _parts_of(folder: Path | None) -> Parts:
    file = map_of(folder)
    return _parted(file, file.stat().st_mtime_ns) if file else {}


@lru_cache(maxsize=1)
def _parted(file: Path, _written: int) -> Parts:
    try:
        features = json.decode(gzip.decompress(file.read_bytes()), type=Collection).features
    except (OSError, EOFError, MsgspecError) as error:
        log.warning("the city's map cannot be read", file=str(file), error=str(error))
        return {}
    near = [each for each in features if each.properties.get("layer") == BUILDINGS]
    far = [each for each in features if each.properties.get("layer") != BUILDINGS]
    bodies = {LAND: _written_down(far), BUILDINGS: _written_down(near)}
    return {part: (f"{part}-{named(body)}.geojson", body) for part, body in bodies.items()}


def _written_down(features: Iterable[Feature]) -> bytes:
    flat = [Feature(each.geometry, _flat(each.properties)) for each in features]
    return gzip.compress(json.encode(Collection(flat)), compresslevel=6, mtime=0)


def _flat(properties: dict[str, Any]) -> dict[str, Any]:
    """Vector tiles carry flat properties only, so that names move up a level; one name serves both languages."""
    name = properties.pop("name", None)
    told: dict[str, Any] = name if isinstance(name, dict) else {"en": name, "zh": name}
    en, zh = told.get("en") or told.get("zh"), told.get("zh") or told.get("en")
    return properties | ({"name_en": en, "name_zh": zh} if en else {})
