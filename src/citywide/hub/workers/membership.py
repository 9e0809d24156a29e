"""This worker among the others: the parts it keeps, its heartbeat, and the way to whoever keeps the rest."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from secrets import token_hex
from socket import gethostname
from typing import TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray

from citywide.hub.database.pool import Database
from citywide.hub.entities.registry import PARTS
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.committer import Committer
from citywide.hub.ingest.legacy import Legacy, left_of
from citywide.hub.secrets import peer_secret
from citywide.hub.settings import Settings
from citywide.hub.workers import leases
from citywide.hub.workers.peers import Peer, PeerError, serve
from citywide.hub.workers.pulse import Pulse, as_row

log = structlog.get_logger()
Result = TypeVar("Result")
HEARTBEAT_S = 0.5
AWAY_S = 1.5  # without a heartbeat
SURE_AFTER = round(
    leases.GIVEN_UP_AFTER.total_seconds() / HEARTBEAT_S
)  # beats: whoever was killed and has begun anew is counted twice until the dead one is given up
PARTS_AT_ONCE = 8  # a city of a million devices needs a second or two to read so many


def new_name() -> str:
    """A name that no worker has had before."""
    return f"{gethostname()}-{os.getpid()}-{token_hex(3)}"


class Membership:
    """Keeps a fair share of the parts of the city, and knows who keeps the others."""

    def __init__(self, settings: Settings, database: Database, committer: Committer, name: str,
                 keep: Callable[[Sequence[int]], None]) -> None:  # fmt: skip
        self.settings, self.database, self.committer, self.name, self._keep = settings, database, committer, name, keep
        self.keepers: list[str | None] = [None] * PARTS  # as the last heartbeat found them
        self.peers: dict[str, Peer] = {}
        self.how: Callable[[], Pulse] = Pulse
        self._addresses: dict[str, str] = {}
        self._had_too_much = 0  # beats in a row

    async def join(self) -> None:
        """Listen for the others and tell them where."""
        self._loop = asyncio.get_running_loop()
        self._secret = peer_secret(self.settings.data)
        self._server, port = await serve(self.settings.peer_host, self._secret, self.take)
        self._address = f"{self.settings.peer_host}:{port}"
        with self.database.transaction() as connection:
            leases.join(connection, self.name, self._address)
        self._heart = self.database.dedicated()
        self._beaten, self._patient_until = float("inf"), 0.0

    def beat(self) -> None:
        """One heartbeat: keep what is ours, take what is free, hand back what is too much."""
        if self._heart.broken or self._heart.closed:
            self._heart = self.database.dedicated()
        try:
            kept, told = sorted(self.committer.parts), as_row(self.how())
            turn = leases.heartbeat(self._heart, self.name, kept, told, patient=self._is_patient())
        except leases.Lost:
            self._rejoin()
            return
        if turn.gained:
            self._take_over(turn.gained)
        self._had_too_much = self._had_too_much + 1 if turn.surplus else 0
        if self._had_too_much > SURE_AFTER:
            surplus = turn.surplus[:PARTS_AT_ONCE]  # the rest with the next beats: what we keep goes on meanwhile
            self._beating_on(self.committer.between_commits(lambda: self._hand_back(surplus)))
        self.keepers[:] = turn.keepers
        self._addresses = turn.addresses
        self._loop.call_soon_threadsafe(self._part_with_the_gone)
        self._beaten = time.monotonic()

    def _take_over(self, parts: Sequence[int]) -> None:
        """Keep these parts from now on; between one piece and the next what is kept already goes on."""
        with ThreadPoolExecutor(1, "heir") as heir:
            legacy = self._beating_on(heir.submit(self._left_of, parts))
        for at in range(0, len(parts), PARTS_AT_ONCE):
            piece = legacy.of(parts[at : at + PARTS_AT_ONCE])
            self._beating_on(self.committer.between_commits(partial(self.committer.take, piece)))
            for part in piece.since:
                self.keepers[part] = self.name

    def _left_of(self, parts: Sequence[int]) -> Legacy:
        """By a connection of its own: those of the pool may all be at work, or have been cut."""
        with self.database.dedicated() as connection, connection.transaction():
            return left_of(connection, parts)

    def _is_patient(self) -> bool:
        """Who could not beat itself (the database was away, the machine froze) holds no other for dead at once."""
        now = time.monotonic()
        if now - self._beaten > AWAY_S:
            self._patient_until = now + leases.GIVEN_UP_AFTER.total_seconds()
        return now < self._patient_until

    def _part_with_the_gone(self) -> None:
        """Whoever waits for a worker that was given up hears so: a machine without power says nothing itself."""
        for address in set(self.peers) - set(self._addresses.values()):
            self.peers.pop(address).close()

    def _beating_on(self, work: "Future[Result]") -> Result:
        """Wait for what may take long; the others must not hold us for dead meanwhile."""
        while True:
            try:
                return work.result(timeout=HEARTBEAT_S)
            except TimeoutError:
                if work.done():
                    raise
                leases.live(self._heart, self.name, as_row(self.how()))

    def _rejoin(self) -> None:
        """The others gave us up: forget everything and begin anew under a new name."""
        log.warning("given_up", worker=self.name)
        self.committer.between_commits(self.committer.forget).result()
        leases.leave(self._heart, self.name)
        self.name = leases.anew(self.name)
        self.committer.rename(self.name)
        leases.join(self._heart, self.name, self._address)

    def _hand_back(self, parts: Sequence[int]) -> None:
        """Write the memory of these parts down, then let them go (committer's thread)."""
        self._keep(parts)
        self.committer.part_with(parts)
        leases.release(self._heart, self.name, parts)

    async def send(self, keeper: str, rows: Rows) -> NDArray[np.int8]:
        """Hand rows to the worker that keeps them: ourselves, or a peer."""
        if keeper == self.name:
            return await self.take(rows)
        address = self._addresses.get(keeper)
        if address is None:
            raise PeerError(f"worker {keeper} has gone")
        peer = self.peers.get(address) or self.peers.setdefault(address, Peer(address, self._secret))
        return await peer.send(rows)

    async def take(self, rows: Rows) -> NDArray[np.int8]:
        """Commit rows of parts that we keep."""
        return await asyncio.wrap_future(self.committer.submit(rows))

    def leave(self) -> None:
        """Go off duty; what we kept is free at once."""
        leases.leave(self._heart, self.name)

    def fall_silent(self) -> None:
        """Say nothing more to the database."""
        self._heart.close()

    def hang_up(self) -> None:
        """Speak with no other worker any more (in the loop's thread)."""
        for peer in self.peers.values():
            peer.close()
        self._server.close()

    def drop_dead(self) -> None:
        """Fall silent without a word."""
        self.fall_silent()
        self._server.close()
