"""Devices and programs: tokens with scopes, of which only hashes are kept."""

import time
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from psycopg import Connection

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.people.who import Who, must_be_departments

SCOPES = (
    "readings:write", "readings:read", "entities:write", "reports:write", "patients:write", "units:act", "demo",
)  # fmt: skip
REMEMBERED_S = 20.0


def new_token(
    connection: Connection,
    name: str,
    scopes: tuple[str, ...],
    until: datetime | None = None,
    departments: tuple[str, ...] = (),
    *,
    everywhere: bool = False,
) -> str:
    """A new token; it is shown once. What it reads is what its departments' staff may see."""
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        raise ValueError(f"unknown scopes {sorted(unknown)}; there are {', '.join(SCOPES)}")
    must_be_departments(departments)
    token = f"cw_{token_urlsafe(32)}"
    connection.execute(sql("add_device_token"), {
        "token": sha256(token.encode()).digest(), "name": name, "scopes": list(scopes), "until": until,
        "departments": list(departments), "everywhere": everywhere,
    })  # fmt: skip
    return token


def revoke(connection: Connection, name: str) -> int:
    """End every token of this name; returns how many there were."""
    return connection.execute(sql("revoke_tokens"), {"name": name}).rowcount


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

    def remembers(self, token: str) -> bool:
        """Whether the answer is known without asking the database."""
        met = self._met.get(token)
        return met is not None and met[0] >= time.monotonic()

    def forget(self) -> None:
        """Look every token up anew from now on."""
        self._met.clear()

    def _look_up(self, token: str) -> Who | None:
        found = self.database.rows(sql("device_by_token"), {"token": sha256(token.encode()).digest()})
        if not found:
            return None
        row = found[0]
        return Who(row["name"], tuple(row["scopes"]), tuple(row["departments"]), row["everywhere"])
