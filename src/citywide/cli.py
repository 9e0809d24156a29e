"""`citywide …`: demo, serve, migrate, check, token, staff, verify, and what systems add."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from citywide.hub.database.backup_commands import COMMANDS as BACKUP
from citywide.hub.evidence.verify import COMMAND as VERIFY
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.replay import commands as replay
from citywide.hub.settings import Settings
from citywide.kit.commands import Command


def commands() -> list[Command]:
    """Every command there is: the hub's own and those of the systems."""
    from citywide.app import EVERYTHING  # noqa: PLC0415 - `citywide verify` needs none of this
    from citywide.demo_command import DEMO  # noqa: PLC0415

    own = [
        DEMO,
        Command("serve", "run a city's hub", _serve_options, _serve),
        Command("check", "prove every system's declaration", lambda _: None, _check),
        Command("migrate", "bring the database's schema up to date", _database_options, _migrate),
        Command("token", "make a token for a device or a program", _token_options, _token),
        Command("staff", "add a staff member, or give one a new password", _staff_options, _staff),
        *BACKUP,
        replay.command(EVERYTHING),
        VERIFY,
    ]
    return [*own, *(command for system in EVERYTHING for command in system.commands)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Find the command and run it."""
    parser = ArgumentParser("citywide", description="One hub that a city runs on.")
    chosen = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in commands():
        sub = chosen.add_parser(command.name, help=command.about, description=command.about)
        command.options(sub)
        sub.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    sys.exit(options.run(options))


def settings_of(options: Namespace) -> Settings:
    """The settings that the options name; everything else keeps its default."""
    given = {name: value for name, value in vars(options).items() if name in Settings.__struct_fields__}
    return Settings(**given)


def _database_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path(".citywide"), help="folder of keys, archive, own database")
    parser.add_argument("--database-url", default="", help="a PostgreSQL ≥ 16; without it one is embedded")
    parser.add_argument("--city", type=Path, help="folder with city.toml, map and roads")


def _serve_options(parser: ArgumentParser) -> None:
    _database_options(parser)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--more-systems", nargs="*", default=(), metavar="MODULE:NAME", help="systems of your own")
    parser.add_argument("--mqtt", default="", help="a broker to read from, such as mqtt://127.0.0.1:1883")


def _serve(options: Namespace) -> int:
    from citywide.serve import ready_database, serve  # noqa: PLC0415 - loads every system

    with ready_database(settings_of(options)) as settings:
        print(f"citywide answers at http://{settings.host}:{settings.port}", flush=True)
        serve(settings)
    return 0


def _check(_: Namespace) -> int:
    from citywide.app import EVERYTHING  # noqa: PLC0415
    from citywide.hub.check import faults  # noqa: PLC0415

    found = faults(EVERYTHING)
    print("\n".join(found) or f"{len(EVERYTHING)} systems, every declaration holds")
    return 1 if found else 0


def _migrate(options: Namespace) -> int:
    from citywide.app import migrate_all  # noqa: PLC0415
    from citywide.serve import ready_database  # noqa: PLC0415

    with ready_database(settings_of(options)) as settings:
        steps = migrate_all(settings.database_url)
        print(f"{len(steps)} steps were left to run; the schema is up to date")
    return 0


def _token_options(parser: ArgumentParser) -> None:
    _database_options(parser)
    parser.add_argument("name")
    parser.add_argument("--scope", action="append", default=[], help="may be given again; default readings:write")


def _token(options: Namespace) -> int:
    from citywide.hub.database.pool import Database  # noqa: PLC0415
    from citywide.serve import ready_database  # noqa: PLC0415

    with (
        ready_database(settings_of(options)) as settings,
        Database(settings.database_url).transaction() as connection,
    ):
        print(new_token(connection, options.name, tuple(options.scope or ["readings:write"])))
    return 0


def _staff_options(parser: ArgumentParser) -> None:
    _database_options(parser)
    parser.add_argument("name")
    parser.add_argument("--role", action="append", required=True)
    parser.add_argument("--department", action="append", default=[])
    parser.add_argument("--everywhere", action="store_true", help="sees every department's rows")


def _staff(options: Namespace) -> int:
    from citywide.hub.database.pool import Database  # noqa: PLC0415
    from citywide.serve import ready_database  # noqa: PLC0415

    who = Who(options.name, tuple(options.role), tuple(options.department), options.everywhere)
    with (
        ready_database(settings_of(options)) as settings,
        Database(settings.database_url).transaction() as connection,
    ):
        add_staff(connection, who, getpass("password: "))
    return 0
