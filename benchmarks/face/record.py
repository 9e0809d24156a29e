"""What the hub's record says of a simulated city: who was noticed, and when."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import sqrt
from typing import LiteralString, NamedTuple, TypeVar

import psycopg

Row = TypeVar("Row")


class Seen(NamedTuple):
    """What the hub made of it: who, and when."""

    entity: str
    at: datetime


def asked(url: str, query: LiteralString, row: Callable[..., Row] = Seen) -> list[Row]:
    """The answer of the hub's database, each row made into what it stands for."""
    with psycopg.connect(url) as connection:
        return [row(*values) for values in connection.execute(query)]


SHARES = {"detected": ("seen", "events"), "false": ("wrong", "answers")}
SURE = 1.96  # standard deviations to each side of a 95 % interval


def counted(system: str, **counts: int) -> dict[str, float]:
    """What both shares of a system are made of: true events and those `seen`, answers and those `wrong`."""
    found = {f"{system}.{name}": float(count) for name, count in counts.items()}
    return found | shares(system, found)


def shares(system: str, found: Mapping[str, float]) -> dict[str, float]:
    """`detected` and `false` of so many, each with the ends of its 95 % interval."""
    told: dict[str, float] = {}
    for name, (some, every) in SHARES.items():
        part, whole = found[f"{system}.{some}"], found[f"{system}.{every}"]
        low, high = wilson(part, whole)
        told |= {f"{system}.{name}": part / whole if whole else 0.0 if name == "false" else float("nan")}
        told |= {f"{system}.{name}_low": low, f"{system}.{name}_high": high}
    return told


def wilson(some: float, every: float) -> tuple[float, float]:
    """Where a share truly lies, 95 times of 100 (E. B. Wilson, 1927); anywhere when nothing was counted."""
    if not every:
        return 0.0, 1.0
    part, spread = some / every, SURE**2 / every
    middle = (part + spread / 2) / (1 + spread)
    wide = SURE / (1 + spread) * sqrt(part * (1 - part) / every + spread / (4 * every))
    return max(0.0, middle - wide), min(1.0, middle + wide)


def share(some: int, every: int) -> float:
    """A share; not a number where there was nothing."""
    return some / every if every else float("nan")
