"""A command that does one thing at the city's database: in one transaction, with a sentence of what came of it."""

import sys
from argparse import Namespace
from collections.abc import Callable

import psycopg
from psycopg import Connection
from psycopg.errors import UndefinedColumn, UndefinedTable

from citywide.commands.options import of_a_city
from citywide.hub.database.opening import opened


def carried_out(options: Namespace, work: Callable[[Connection], str]) -> int:
    """Do it in one transaction and print what came of it; what cannot be is refused in a sentence."""
    with opened(of_a_city(options)) as url, psycopg.connect(url) as connection:
        try:
            print(work(connection))
        except (ValueError, UndefinedTable, UndefinedColumn) as error:
            behind = "the database's schema is behind this program: run `citywide migrate` first"
            print(error if isinstance(error, ValueError) else behind, file=sys.stderr)
            return 1
    return 0
