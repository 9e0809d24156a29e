"""Growing the evidence log: one worker leads, takes what was witnessed, and signs."""

import threading

import structlog
from psycopg import Connection

from citywide.hub.database.pool import Database
from citywide.hub.evidence.log import Log

log = structlog.get_logger()
PAUSE_S = 0.05


class Chronicler:
    """A thread that leads when nobody else does; the lock falls with its connection."""

    def __init__(self, database: Database, chronicle: Log) -> None:
        self.database, self.log = database, chronicle
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chronicler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take in what is pending, then end."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self.database.dedicated() as connection:
                    self._lead(connection)
            except Exception as error:  # noqa: BLE001 - a log that ends would be worse than one that tries again
                log.warning("chronicler_cut_off", error=f"{type(error).__name__}: {error}")
                self._stop.wait(1)

    def _lead(self, connection: Connection) -> None:
        while not self.log.lead(connection):
            if self._stop.wait(1):
                return
        while not self._stop.wait(PAUSE_S):
            while self.log.take_pending(connection):
                pass
        self.log.take_pending(connection)
