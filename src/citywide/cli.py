"""`citywide …`: demo, serve, migrate, check, token, staff, verify, and what systems add."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from psycopg import OperationalError

from citywide.commands.apart import apart
from citywide.commands.backup import BACKUP
from citywide.commands.new import NEW
from citywide.commands.options import database_options, number, settings_of
from citywide.commands.people import PEOPLE
from citywide.commands.verify import VERIFY
from citywide.kit.commands import Command


def commands() -> list[Command]:
    """Every command there is: the hub's own and those of the systems."""
    from citywide.app import EVERYTHING  # noqa: PLC0415 - `citywide token` needs none of this
    from citywide.commands import replay  # noqa: PLC0415 - loads the compiler of rules
    from citywide.commands.demo import DEMO  # noqa: PLC0415 - loads every system

    own = [
        DEMO,
        Command("serve", "run a city's hub", _serve_options, _serve),
        Command("check", "prove every system's declaration and samples", lambda _: None, _check),
        Command("migrate", "bring the database's schema up to date", database_options, _migrate),
        *PEOPLE,
        *BACKUP,
        replay.command(EVERYTHING),
        NEW,
        VERIFY,
    ]
    return [*own, *(command for system in EVERYTHING for command in system.commands)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Find the command and run it."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    light = (VERIFY, NEW, *PEOPLE, *BACKUP)
    known = light if given[:1] and given[0] in {command.name for command in light} else apart(given) or commands()
    options = parser_of(known).parse_args(given)
    try:
        status = options.run(options)
    except (OSError, OperationalError) as error:  # a folder, a port or a database that is not to be had
        print(error, file=sys.stderr)
        status = 2
    sys.exit(status)


def parser_of(known: Sequence[Command]) -> ArgumentParser:
    """The command line of these commands."""
    parser = ArgumentParser("citywide", description="One hub that a city runs on.")
    chosen = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in known:
        sub = chosen.add_parser(command.name, help=command.about, description=command.about)
        command.options(sub)
        sub.set_defaults(run=command.run)
    return parser


def _serve_options(parser: ArgumentParser) -> None:
    database_options(parser)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=number(1, 65_535), default=8080)
    parser.add_argument("--workers", type=number(1, 64), default=1)
    parser.add_argument("--peer-host", default="127.0.0.1", help="where this machine's workers hear their peers")
    parser.add_argument("--certificate", type=Path, help="serve TLS with this certificate (PEM)")
    parser.add_argument("--certificate-key", type=Path, help="and this key")
    parser.add_argument("--behind", nargs="*", default=(), metavar="ADDRESS", help="proxies in front of the hub")
    parser.add_argument("--keep-days", type=number(2, 36_525), default=90, help="days of readings kept in the database")
    parser.add_argument("--post-quantum", action="store_true", help="sign the evidence log by ML-DSA-44 as well")
    parser.add_argument("--session-hours", type=number(1, 8784), default=12, help="how long a staff session lasts")
    parser.add_argument("--more-systems", nargs="*", default=(), metavar="MODULE:NAME", help="systems of your own")
    broker = os.environ.get("CITYWIDE_MQTT", "")
    parser.add_argument("--mqtt", default=broker, help="a broker to read from, such as mqtts://hub:secret@broker.city")


def _serve(options: Namespace) -> int:
    from citywide.commands.serve import kept_alive, must_be_possible, serve  # noqa: PLC0415 - loads every system

    given = settings_of(options)
    must_be_possible(given)
    with kept_alive(given) as settings:
        print(f"citywide answers at {settings.address}", flush=True)
        serve(settings)
    return 0


def _check(_: Namespace) -> int:
    from citywide.app import EVERYTHING  # noqa: PLC0415 - loads every system
    from citywide.commands.recordings import not_understood  # noqa: PLC0415 - loads every system
    from citywide.hub.vocabulary.check import faults  # noqa: PLC0415 - loads every system

    found = faults(EVERYTHING) or not_understood(EVERYTHING)
    print("\n".join(found) or f"{len(EVERYTHING)} systems, every declaration holds, every sample is understood")
    return 1 if found else 0


def _migrate(options: Namespace) -> int:
    from citywide.commands.serve import ready_database  # noqa: PLC0415 - loads every system

    with ready_database(settings_of(options)):
        print("the schema is up to date")
    return 0
