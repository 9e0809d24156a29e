"""Devices and programs: tokens with scopes, of which only hashes are kept."""

import time
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from psycopg import Connection

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.people.who import Who

SCOPES = (
    "readings:write", "readings:read", "entities:write", "reports:write", "patients:write", "units:act", "demo",
)  # fmt: skip
REMEMBERED_S = 20.0


def new_token(connection: Connection, name: str, scopes: tuple[str, ...], until: datetime | None = None) -> str:
    """A new token; it is shown once."""
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        raise ValueError(f"unknown scopes {sorted(unknown)}; there are {', '.join(SCOPES)}")
    token = f"cw_{token_urlsafe(32)}"
    values = {"token": sha256(token.encode()).digest(), "name": name, "scopes": list(scopes), "until": until}
    connection.execute(sql("add_device_token"), values)
    return token


class Tokens:
    """Looks tokens up, and remembers them for a moment: a revoked one works for 20 s at most."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._met: dict[str, tuple[float, Who | None]] = {}

    def who(self, token: str) -> Who | None:
        """The device behind a token; its scopes are its roles."""
        met = self._met.get(token)
        if met is None or met[0] < time.monotonic():
            met = time.monotonic() + REMEMBERED_S, self._look_up(token)
            if len(self._met) > 10_000:
                self._met.clear()
            self._met[token] = met
        return met[1]

    def _look_up(self, token: str) -> Who | None:
        found = self.database.rows(sql("device_by_token"), {"token": sha256(token.encode()).digest()})
        return Who(found[0]["name"], tuple(found[0]["scopes"])) if found else None
