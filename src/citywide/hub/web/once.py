"""What is sent twice is done once: whoever names a request by a key gets the first answer when it comes again.

A key is its sender's own: nobody else is answered by it. What is kept for a day is sealed with the key, of which the
hub keeps the hash alone, since an answer may hold the secret by which a case is followed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Annotated, Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar.params import HeaderParameter
from msgspec import Struct
from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.ingest.batch import Refusal
from citywide.hub.web.problems import Problem

KEPT = timedelta(days=1)
NONCE = 12


def header(form: str, description: str) -> HeaderParameter:
    """The header by which a request is named, with or without quotes, as the API's description has it."""
    return HeaderParameter(name="Idempotency-Key", pattern=f'^"?{form}"?$', description=description)


IdempotencyKey = Annotated[
    str | None,
    header(
        "[A-Za-z0-9_.:~-]{8,128}",
        "The same request with the same key is done once and gets the first answer, for 24 hours; a key is its "
        "sender's own, 8 to 128 of A-Z a-z 0-9 _ . : ~ -, such as a UUID. With another body it is refused (422).",
    ),
]


class Once(Struct, frozen=True):
    """A request that is named: by whose key, what opens its answer, and what it asks."""

    name: bytes
    seal: bytes
    asked: bytes


def named(key: str | None, sender: str, asked: object) -> Once | None:
    """The request as its sender names it, if it does."""
    if key is None:
        return None
    secret = f"{sender}\0{key.replace(chr(34), '')}".encode()
    return Once(_hash(b"name", secret), _hash(b"seal", secret), _hash(b"asked", msgspec.json.encode(asked)))


def done_once(connection: Connection, once: Once | None, at: datetime, work: Callable[[], Any]) -> Any:
    """Do the work and keep its answer, in one transaction; or give the answer of before."""
    if once is None:
        return work()
    connection.execute("select pg_advisory_xact_lock(hashtext(%s))", (f"once {once.name.hex()}",))
    before = answered(connection, once, at)
    if before is not None:
        return before
    answer = work()
    _keep(connection, once, at, msgspec.json.encode(answer))
    return answer


def answered(connection: Connection, once: Once | None, at: datetime) -> Any:
    """The answer of before, if there is one; a key that has named something else is refused."""
    values = once and {"name": once.name, "since": at - KEPT}
    found = connection.execute(sql("answered_before"), values).fetchone() if values else None
    if once is None or found is None:
        return None
    asked, answer = found
    if asked != once.asked:
        said = "the key has named another request within the last 24 hours"
        raise Problem(422, said, [Refusal("Idempotency-Key", said, "the same request once more, or a new key")])
    return msgspec.json.decode(AESGCM(once.seal).decrypt(answer[:NONCE], answer[NONCE:], None))


def _keep(connection: Connection, once: Once, at: datetime, answer: bytes) -> None:
    nonce = token_bytes(NONCE)
    sealed = nonce + AESGCM(once.seal).encrypt(nonce, answer, None)
    connection.execute(sql("forget_answers"), {"until": at - KEPT})
    connection.execute(sql("keep_answer"), {"name": once.name, "asked": once.asked, "answer": sealed, "at": at})


def _hash(*parts: bytes) -> bytes:
    return sha256(b"\0".join(parts)).digest()
