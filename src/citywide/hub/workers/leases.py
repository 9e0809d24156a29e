"""Who keeps which part: two heartbeats a second, the silent are given up, their parts go to the living."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import PARTS

AGAIN = "~"
GIVEN_UP_AFTER = timedelta(seconds=3)


class Lost(Exception):  # noqa: N818 - the word of the trade
    """This worker was given up for dead by the others."""


class Turn(Struct, frozen=True):
    """What one heartbeat changed for this worker."""

    gained: Sequence[int]
    surplus: Sequence[int]
    keepers: Sequence[str | None]
    addresses: dict[str, str]


def join(connection: Connection, worker: str, address: str) -> None:
    """Report for duty."""
    connection.execute(sql("join_workers"), {"worker": worker, "address": address})


def leave(connection: Connection, worker: str) -> None:
    """Go off duty; the parts are free at once."""
    connection.execute(sql("leave_workers"), {"worker": worker})


def live(connection: Connection, worker: str, told: Jsonb | None = None) -> None:
    """Say that we live, and how we are."""
    if not connection.execute(sql("still_here"), {"worker": worker, "told": told}).rowcount:
        raise Lost(worker)


def heartbeat(
    connection: Connection, worker: str, kept: Sequence[int], told: Jsonb | None = None, *, patient: bool = False
) -> Turn:
    """Say that we live, give up those who do not (unless we are patient), and claim our fair share of what is free."""
    live(connection, worker, told)
    if not patient:
        give_up_silent(connection)
    addresses = dict(connection.execute(sql("living_workers")).fetchall())
    fair = -(-PARTS // max(1, len(addresses)))
    claim(connection, worker, free_parts(connection, max(0, fair - len(kept))))
    keepers = [keeper for (keeper,) in connection.execute(sql("keepers"))]
    if any(keepers[part] != worker for part in kept):
        raise Lost(worker)
    gained = [part for part, keeper in enumerate(keepers) if keeper == worker and part not in kept]
    return Turn(gained, sorted(kept)[fair:], keepers, addresses)


def give_up_silent(connection: Connection) -> None:
    """The others count them out and end their sessions: what one has begun and sleeps over would hold all up."""
    after = {"after": GIVEN_UP_AFTER}
    with connection.transaction():
        gone = [name for (name,) in connection.execute(sql("give_up_silent"), after)]
        gone += [name for (name,) in connection.execute(sql("still_silent"), after)]
        if gone:
            connection.execute(sql("end_sessions"), {"owners": [sessions_of(name) for name in gone]})


def sessions_of(worker: str) -> str:
    """The name that all database sessions of a worker bear, however often it has begun anew."""
    return worker.partition(AGAIN)[0][-60:]


def anew(worker: str) -> str:
    """Another name for a worker that was given up and begins anew."""
    first, _, times = worker.partition(AGAIN)
    return f"{first}{AGAIN}{int(times or 0) + 1}"


def free_parts(connection: Connection, most: int) -> Sequence[tuple[int, int]]:
    """Parts that nobody alive keeps, each with the term in which it was found free."""
    return connection.execute(sql("free_parts"), {"most": most}).fetchall()


def claim(connection: Connection, worker: str, found: Sequence[tuple[int, int]]) -> None:
    """Take what was found free, but for what somebody else has claimed since."""
    parts, terms = [part for part, _ in found], [term for _, term in found]
    connection.execute(sql("claim_parts"), {"worker": worker, "parts": parts, "terms": terms})


def release(connection: Connection, worker: str, parts: Sequence[int]) -> None:
    """Hand parts back so that a worker with fewer may take them."""
    connection.execute(sql("release_parts"), {"worker": worker, "parts": list(parts)})
