"""`citywide token`, `citywide staff` and `citywide people`: who may speak to the hub, and who works with it."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from getpass import getpass
from typing import Any

from psycopg import Connection

from citywide.commands.carrying_out import carried_out
from citywide.commands.options import database_options, number
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.people.devices import new_token, revoke
from citywide.hub.people.staff import add_staff, must_be_roles
from citywide.hub.people.who import ROLES, Who
from citywide.kit.commands import Command


def _token_options(parser: ArgumentParser) -> None:
    database_options(parser)
    parser.add_argument("name")
    parser.add_argument("--scope", action="append", default=[], help="may be given again; default readings:write")
    parser.add_argument("--department", action="append", default=[], help="whose rows it may read; may be given again")
    parser.add_argument("--everywhere", action="store_true", help="it may read every department's rows")
    parser.add_argument("--days", type=number(0, 36_525, float), help="how long it holds; default for good")
    parser.add_argument("--revoke", action="store_true", help="end every token of this name instead")


def _token(options: Namespace) -> int:
    scopes, departments = tuple(options.scope or ["readings:write"]), tuple(options.department)
    until = None if options.days is None else datetime.now(UTC) + timedelta(days=options.days)

    def work(connection: Connection) -> str:
        if options.revoke:
            return f"tokens revoked: {revoke(connection, options.name)}; a running hub forgets them within 20 s"
        return new_token(connection, options.name, scopes, until, departments, everywhere=options.everywhere)

    return carried_out(options, work)


def _staff_options(parser: ArgumentParser) -> None:
    database_options(parser)
    parser.add_argument("name")
    parser.add_argument("--role", action="append", default=[], help=f"may be given again: {', '.join(ROLES)}")
    parser.add_argument("--department", action="append", default=[], help="whose rows they see; may be given again")
    parser.add_argument("--everywhere", action="store_true", help="sees every department's rows")
    parser.add_argument("--remove", action="store_true", help="end their sessions and their right to sign in instead")


def _staff(options: Namespace) -> int:
    if options.remove:
        return carried_out(options, lambda connection: _removed(connection, options.name))
    if not options.role:
        print(f"--role is needed: {', '.join(ROLES)}", file=sys.stderr)
        return 2
    who = Who(options.name, tuple(options.role), tuple(options.department), options.everywhere)

    def add(connection: Connection) -> str:
        must_be_roles(who.roles)
        add_staff(connection, who, _password())
        return f"{who.name} may sign in"

    return carried_out(options, add)


def _removed(connection: Connection, name: str) -> str:
    if not connection.execute(sql("remove_staff"), {"name": name}).rowcount:
        raise ValueError(f"nobody is called {name!r}")
    return "\n".join([f"{name} may no longer sign in", *_nobodys_lines(connection)])


def _people(options: Namespace) -> int:
    def work(connection: Connection) -> str:
        return "\n".join([*_staff_lines(connection), *_token_lines(connection), *_nobodys_lines(connection)])

    return carried_out(options, work)


def _staff_lines(connection: Connection) -> Iterator[str]:
    for row in rows(connection, sql("staff_listed")):
        yield f"staff  {row['name']:<20} {', '.join(row['roles'])}; {_sees(row)}"


def _token_lines(connection: Connection) -> Iterator[str]:
    for row in rows(connection, sql("tokens_listed")):
        used = f"{row['last_used']:%Y-%m-%d %H:%M}" if row["last_used"] else "never"
        yield f"token  {row['name']:<20} {', '.join(row['scopes'])}; {_sees(row)}; last used {used}"


def _nobodys_lines(connection: Connection) -> Iterator[str]:
    """A department that was dissolved, or has lost its last officer: only who sees every department reads its cases."""
    for row in rows(connection, sql("nobodys_cases")):
        yield f"nobody {row['department']:<20} has no officer; {row['cases']} open cases wait to be passed on"


def _sees(row: Mapping[str, Any]) -> str:
    return "everywhere" if row["everywhere"] else ", ".join(row["departments"]) or "no department"


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
    Command("people", "list staff and tokens", database_options, _people),
)
