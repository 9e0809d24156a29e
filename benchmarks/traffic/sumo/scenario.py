"""A folder in RESCO's form: one network, its routes and a sumocfg with begin and end."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from xml.etree import ElementTree as ET


@dataclass(frozen=True)
class Scenario:
    """One map as files and its window of time."""

    name: str
    folder: Path
    net: Path
    routes: tuple[Path, ...]
    more: tuple[Path, ...]  # vehicle types, detectors and the like
    begin: int
    end: int


def scenario_of(folder: Path) -> Scenario:
    """Read the sumocfg of a folder; file names in it are relative to it."""
    config = ET.parse(next(iter(sorted(folder.glob("*.sumocfg"))))).getroot()  # noqa: S314 - our own maps and SUMO's output
    values = {element.tag: element.get("value", "") for element in config.iter()}
    return Scenario(
        name=folder.name,
        folder=folder,
        net=folder / values["net-file"].strip(),
        routes=_files(folder, values.get("route-files", "")),
        more=_files(folder, values.get("additional-files", "")),
        begin=int(seconds_of(values.get("begin") or "0")),
        end=int(seconds_of(values.get("end") or "3600")),
    )


def _files(folder: Path, names: str) -> tuple[Path, ...]:
    return tuple(folder / name for name in names.replace(",", " ").split())


def seconds_of(text: str) -> float:
    """A time as SUMO takes it: seconds, or [days:]hours:minutes:seconds."""
    seconds = 0.0
    for part, worth in zip(reversed(text.strip().split(":")), (1, 60, 3600, 86_400), strict=False):
        seconds += float(part) * worth
    return seconds


def opened(path: Path) -> BinaryIO:
    """One of SUMO's files, packed or not."""
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def scenarios_in(data: Path, names: list[str] | None) -> list[Scenario]:
    """Every map of a data folder (or the one that it is), or those named."""
    folders = sorted({path.parent for path in [*data.glob("*/*.sumocfg"), *data.glob("*.sumocfg")]})
    if not folders:
        raise SystemExit(f"no map in {data}: a folder with a .sumocfg is looked for, there and one level below")
    if names and (missing := set(names) - {folder.name for folder in folders}):
        raise SystemExit(f"no such map in {data}: {', '.join(sorted(missing))}")
    return [scenario_of(folder) for folder in folders if not names or folder.name in names]


def wanted_departures(scenario: Scenario) -> dict[str, float]:
    """When every trip of a route file wants to depart, by its name; those of a flow are numbered."""
    return dict(found for path in scenario.routes for found in _departures(path))


def _departures(path: Path) -> Iterator[tuple[str, float]]:
    with opened(path) as file:
        for _, element in ET.iterparse(file):  # noqa: S314 - our own maps and SUMO's output
            if element.tag in ("trip", "vehicle"):
                yield element.attrib["id"], seconds_of(element.get("depart", "0"))
            elif element.tag == "flow":
                yield from _of_flow(element)
            element.clear()


def _of_flow(element: ET.Element) -> Iterator[tuple[str, float]]:
    begin, end = seconds_of(element.get("begin", "0")), seconds_of(element.get("end", "3600"))
    every = max(_period(element, end - begin), 0.01)
    for number in range(int((end - begin) / every) + 1):
        yield f"{element.attrib['id']}.{number}", begin + number * every


def _period(element: ET.Element, lasts: float) -> float:
    """Seconds between two vehicles of a flow; of a random flow, on average."""
    get = element.get
    if number := get("number"):
        return lasts / max(1, int(number))
    if per_hour := get("vehsPerHour") or get("perHour"):
        return 3600 / max(float(per_hour), 1e-6)
    if chance := get("probability"):
        return 1 / max(float(chance), 1e-6)
    period = get("period", "1")
    return 1 / float(period[4:-1]) if period.startswith("exp(") else float(period)
