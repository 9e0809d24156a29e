"""`citywide retire`: a device leaves service, or comes back."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from psycopg import Connection

from citywide.commands.carrying_out import carried_out
from citywide.commands.options import database_options
from citywide.hub.entities.service import Change, bring_back, retire
from citywide.kit.commands import Command


def _options(parser: ArgumentParser) -> None:
    database_options(parser)
    parser.add_argument("entity", help="its id, such as gauge/elm-street")
    parser.add_argument("--why", required=True, help="what the evidence log is told")
    parser.add_argument("--token", default="", help="a token that ends with it, if not called as the entity is")
    parser.add_argument("--again", action="store_true", help="bring it back into service instead")


def _retire(options: Namespace) -> int:
    change = Change(options.entity, options.why, "command line", datetime.now(UTC))

    def work(connection: Connection) -> str:
        if options.again:
            bring_back(connection, change)
            return f"{options.entity} is back in service; it needs a token"
        ended = retire(connection, change, options.token)
        return f"{options.entity} is out of service, {ended} tokens ended; a running hub follows within seconds"

    return carried_out(options, work)


RETIRE = Command("retire", "take a device out of service; what it said stays readable", _options, _retire)
