"""`citywide …`: demo, serve, migrate, check, token, staff, verify, and what systems add."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from psycopg import OperationalError

from citywide.commands.apart import apart
from citywide.commands.backup import BACKUP
from citywide.commands.new import NEW
from citywide.commands.people import PEOPLE
from citywide.commands.retire import RETIRE
from citywide.commands.verify import VERIFY
from citywide.kit.commands import Command, NotPossibleError


def commands() -> list[Command]:
    """Every command there is: the hub's own and those of the systems."""
    from citywide.app import EVERYTHING  # noqa: PLC0415 - `citywide token` needs none of this
    from citywide.commands import replay  # noqa: PLC0415 - loads the compiler of rules
    from citywide.commands.demo import DEMO  # noqa: PLC0415 - loads every system
    from citywide.commands.running import RUNNING  # noqa: PLC0415 - loads every system

    own = [DEMO, *RUNNING, *PEOPLE, RETIRE, *BACKUP, replay.command(EVERYTHING), NEW, VERIFY]
    return [*own, *(command for system in EVERYTHING for command in system.commands)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Find the command and run it."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    light = (VERIFY, NEW, RETIRE, *PEOPLE, *BACKUP)
    known = light if given[:1] and given[0] in {command.name for command in light} else apart(given) or commands()
    options = parser_of(known).parse_args(given)
    try:
        status = options.run(options)
    except (NotPossibleError, OSError, OperationalError) as error:  # or a file or a database that is not to be had
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
