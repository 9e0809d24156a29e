"""What was learned up to a moment, and of which gauges, kept in the database: a restart forgets nothing."""

from datetime import datetime

from msgspec import Struct, to_builtins

from citywide.hub.database.pool import Database
from citywide.systems.waterlogging.duties.slots import SQL


class Kept(Struct, frozen=True):
    """What was learned up to a moment, and of which gauges."""

    at: datetime
    gauges: list[str]
    state: bytes


def kept_as(database: Database, name: str) -> Kept | None:
    """What is kept under a name."""
    found = database.rows(SQL["kept_forecaster"], {"name": name})
    return Kept(found[0]["at"], found[0]["gauges"], found[0]["state"]) if found else None


def keep(database: Database, name: str, kept: Kept) -> None:
    """Keep it in the place of what was kept before."""
    with database.transaction() as connection:
        connection.execute(SQL["keep_forecaster"], {"name": name, **to_builtins(kept, builtin_types=(bytes, datetime))})
