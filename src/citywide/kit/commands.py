"""A command of the command line, as a system declares it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One verb of `citywide`: its options and what it does; `run` returns the exit status."""

    name: str
    about: str
    options: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
