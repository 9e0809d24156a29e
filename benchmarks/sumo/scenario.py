"""A folder in RESCO's form: one network, its routes and a sumocfg with begin and end."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True)
class Scenario:
    """One map as files and its window of time."""

    name: str
    net: Path
    routes: tuple[Path, ...]
    begin: int
    end: int


def scenario_of(folder: Path) -> Scenario:
    """Read the sumocfg of a folder; file names in it are relative to it."""
    config = ET.parse(next(iter(sorted(folder.glob("*.sumocfg"))))).getroot()  # noqa: S314 - our own maps and SUMO's output
    values = {element.tag: element.get("value", "") for element in config.iter()}
    routes = [folder / name.strip() for name in values["route-files"].split(",")]
    return Scenario(
        name=folder.name,
        net=folder / values["net-file"],
        routes=tuple(routes),
        begin=int(float(values.get("begin", 0))),
        end=int(float(values.get("end", 3600))),
    )


def scenarios_in(data: Path, names: list[str] | None) -> list[Scenario]:
    """Every map of a data folder, or those named."""
    folders = sorted(path.parent for path in data.glob("*/*.sumocfg"))
    if names and (missing := set(names) - {folder.name for folder in folders}):
        raise SystemExit(f"no such map in {data}: {', '.join(sorted(missing))}")
    return [scenario_of(folder) for folder in dict.fromkeys(folders) if not names or folder.name in names]


def wanted_departures(scenario: Scenario) -> dict[str, float]:
    """When every trip wants to depart, by its name."""
    found: dict[str, float] = {}
    for path in scenario.routes:
        for _, element in ET.iterparse(path):  # noqa: S314 - our own maps and SUMO's output
            if element.tag in ("trip", "vehicle"):
                found[element.attrib["id"]] = float(element.attrib["depart"])
            element.clear()
    return found
