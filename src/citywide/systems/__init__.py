"""The systems that stand on this hub: one line each.

They are loaded when they are first asked for: whoever needs one system's engine does not wait for the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from citywide.hub import System

    SYSTEMS: tuple[System, ...]

NAMES = ("waterlogging", "traffic", "hotline", "epidemic", "genomics")


def __getattr__(name: str) -> "tuple[System, ...]":
    """`SYSTEMS`, made at the first call."""
    if name != "SYSTEMS":
        raise AttributeError(name)
    found = globals()["SYSTEMS"] = tuple(import_module(f"{__name__}.{one}").SYSTEM for one in NAMES)
    return found
