"""`citywide token` and `citywide staff`: who may speak to the hub, and who works with it."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from getpass import getpass

import psycopg
from psycopg import Connection

from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.kit.commands import Command
from citywide.options import database_options, settings_of


def _token_options(parser: ArgumentParser) -> None:
    database_options(parser)
    parser.add_argument("name")
    parser.add_argument("--scope", action="append", default=[], help="may be given again; default readings:write")


def _token(options: Namespace) -> int:
    scopes = tuple(options.scope or ["readings:write"])
    return _told(options, lambda connection: new_token(connection, options.name, scopes))


def _staff_options(parser: ArgumentParser) -> None:
    database_options(parser)
    parser.add_argument("name")
    parser.add_argument("--role", action="append", required=True)
    parser.add_argument("--department", action="append", default=[])
    parser.add_argument("--everywhere", action="store_true", help="sees every department's rows")


def _staff(options: Namespace) -> int:
    who = Who(options.name, tuple(options.role), tuple(options.department), options.everywhere)
    password = _password()

    def add(connection: Connection) -> str:
        add_staff(connection, who, password)
        return f"{who.name} may sign in"

    return _told(options, add)


def _told(options: Namespace, work: Callable[[Connection], str]) -> int:
    """Do it in one transaction and print what came of it; what cannot be is refused in a sentence."""
    from citywide.serve import ready_database  # noqa: PLC0415 - loads every system

    with ready_database(settings_of(options)) as settings, psycopg.connect(settings.database_url) as connection:
        try:
            print(work(connection))
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def _password() -> str:
    """Typed twice at a terminal, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass("password: ")
    if getpass("the same again: ") != password:
        raise SystemExit("the two are not the same; nothing was changed")
    return password


PEOPLE = (
    Command("token", "make a token for a device or a program", _token_options, _token),
    Command("staff", "add a staff member, or give one a new password", _staff_options, _staff),
)
