"""Numbered migrations, run one by one, each once, safely beside running workers."""

import re
import time
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import LiteralString, NamedTuple, cast

from psycopg import Connection
from psycopg.errors import InsufficientPrivilege, LockNotAvailable

from citywide.kit.commands import NotPossibleError

LOCK = 0x63697479
RIGHTS = (
    "{role} must own its database, and may make roles (`alter role {role} createrole`) or, where another hub of this "
    "server has made citywide_staff, act as it (`grant citywide_staff to {role} with inherit false`)"
)
TRIES, PAUSE_S, WORD_S = 200, 1.0, 0.1
BY_ITSELF = "-- outside a transaction"  # how a step begins whose statements bear being run again
_FILE = re.compile(r"^(\d{4})_(\w+)\.sql$")


class Migration(NamedTuple):
    """One step of a schema: whose it is, its number and what it does."""

    owner: str
    number: int
    name: str
    text: LiteralString


def hub_migrations() -> list[Migration]:
    """The hub's own steps."""
    folder = files("citywide.hub").joinpath("sql/migrations")
    return _sorted("hub", ((file.name, file.read_text()) for file in folder.iterdir()))


def system_migrations(name: str, folder: Path | None) -> list[Migration]:
    """A system's steps: its `schema.sql` is number one, later ones stand in `migrations/`."""
    if folder is None or not (folder / "schema.sql").exists():
        return []
    later = ((file.name, file.read_text()) for file in (folder / "migrations").glob("*.sql"))
    return _sorted(name, [("0001_schema.sql", (folder / "schema.sql").read_text()), *later])


def migrate(connection: Connection, migrations: Iterable[Migration]) -> list[Migration]:
    """Run what has not run yet, each in its own transaction; waits for another that is migrating."""
    connection.autocommit = True
    connection.execute("set statement_timeout = 0")  # a server may set one for all; a step takes as long as it takes
    _have_the_word(connection)
    try:
        connection.execute(_TABLE)
        done = set(connection.execute("select owner, number from citywide_migration").fetchall())
        return [_run(connection, step) for step in migrations if (step.owner, step.number) not in done]
    except InsufficientPrivilege as error:
        raise NotPossibleError(f"{error.diag.message_primary}: {RIGHTS.format(role=connection.info.user)}") from error
    finally:
        connection.execute("select pg_advisory_unlock(%s)", (LOCK,))


_TABLE = """
    create table if not exists citywide_migration
    (owner text, number int, name text not null, at timestamptz not null default now(), primary key (owner, number))
"""


def _have_the_word(connection: Connection) -> None:
    """Asked again and again: an index that is built beside the city's work waits for whoever sleeps in a statement."""
    while connection.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone() != (True,):
        time.sleep(WORD_S)


def _run(connection: Connection, step: Migration) -> Migration:
    """Take a step; while a table is busy we give way, so that its users never queue behind us for long."""
    for _ in range(TRIES):
        try:
            _take(connection, step)
        except LockNotAvailable:
            time.sleep(PAUSE_S)
        else:
            return step
    raise TimeoutError(f"step {step.number} of {step.owner} ({step.name}): a table it needs is never free")


def _take(connection: Connection, step: Migration) -> None:
    if step.text.startswith(BY_ITSELF):
        for statement in step.text.split(";\n"):
            connection.execute(statement)
        _note(connection, step)
        return
    with connection.transaction():
        connection.execute("set local lock_timeout = '1s'")
        connection.execute(step.text)
        _note(connection, step)


def _note(connection: Connection, step: Migration) -> None:
    row = (step.owner, step.number, step.name)
    connection.execute("insert into citywide_migration (owner, number, name) values (%s, %s, %s)", row)


def _sorted(owner: str, found: Iterable[tuple[str, str]]) -> list[Migration]:
    steps: list[Migration] = []
    for name, text in found:
        match = _FILE.match(name)
        if match:
            steps.append(Migration(owner, int(match[1]), match[2], cast("LiteralString", text)))
    return sorted(steps, key=lambda step: step.number)
