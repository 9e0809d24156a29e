"""A command of the command line, as a system declares it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


class NotPossibleError(Exception):
    """What a command is asked for cannot be done; its words say what is wrong, for whoever typed it."""


@dataclass(frozen=True)
class Command:
    """One verb of `citywide`: its options and what it does; `run` returns the exit status."""

    name: str
    about: str
    options: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
