"""Commands of one system that need no hub: they begin without loading it, nor the other systems."""

from collections.abc import Sequence
from importlib import import_module

from citywide.kit.commands import Command

ALONE: dict[str, str] = dict.fromkeys(("gwas", "qc", "score", "step1", "report"), "genomics")


def apart(given: Sequence[str]) -> Sequence[Command]:
    """The commands of the system that does this alone; none where the hub is needed to know."""
    system = ALONE.get(given[0]) if given else None
    return import_module(f"citywide.systems.{system}.cli").COMMANDS if system else ()
