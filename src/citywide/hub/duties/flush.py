"""Writing down, a moment after commit, what would else be worked out again: latest values and memory."""

from collections.abc import Iterable, Mapping

from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import PARTS, Series
from citywide.hub.ingest.committer import Committer
from citywide.kit.clock import moment

Latest = Mapping[int, tuple[int, float]]
PARTS_A_ROUND = 8
POSITION = {"position_lon": 1, "position_lat": 2}


class Flusher:
    """Collects in the committer's thread, writes in another."""

    def __init__(self, committer: Committer) -> None:
        self.committer = committer
        self._latest: Latest = {}
        self._known: Mapping[int, Series] = {}
        self._memory: list[tuple[int, int, bytes]] = []
        self._next = 0

    def collect(self) -> None:
        """Take what is new, and the memory of the next parts in turn (committer's thread)."""
        committer = self.committer
        self._latest, committer.latest = committer.latest, {}
        self._known = committer.state.known
        turn = [(self._next + step) % PARTS for step in range(PARTS_A_ROUND)]
        self._next = (self._next + PARTS_A_ROUND) % PARTS
        received = committer.state.received
        self._memory = [(part, received, committer.state.dump(part)) for part in turn if part in committer.parts]

    def write(self, connection: Connection) -> None:
        """Write down what was collected."""
        if self._latest:
            _write_latest(connection, self._latest)
            _move_units(connection, self._latest, self._known)
        for part, received, state in self._memory:
            connection.execute(sql("put_snapshot"), {"part": part, "received": received, "state": state})
        self._latest, self._memory = {}, []

    def keep(self, connection: Connection, parts: Iterable[int]) -> None:
        """Write down the memory of these parts now (committer's thread)."""
        received = self.committer.state.received
        for part in parts:
            state = self.committer.state.dump(part)
            connection.execute(sql("put_snapshot"), {"part": part, "received": received, "state": state})


def _write_latest(connection: Connection, latest: Latest) -> None:
    series = sorted(latest)
    connection.execute(sql("put_latest"), {
        "series": series,
        "times": [moment(latest[number][0]) for number in series],
        "values": [latest[number][1] for number in series],
    })  # fmt: skip


def _move_units(connection: Connection, latest: Latest, known: Mapping[int, Series]) -> None:
    """Things that tell their position stand where they last said they were."""
    places: dict[int, list[float | None]] = {}
    for number, (_, value) in latest.items():
        series = known.get(number)
        if series is not None and series.quantity in POSITION:
            places.setdefault(series.entity, [None, None])[POSITION[series.quantity] - 1] = value
    if places:
        entities = sorted(places)
        connection.execute(sql("move_units"), {
            "entities": entities,
            "lons": [places[entity][0] for entity in entities],
            "lats": [places[entity][1] for entity in entities],
        })  # fmt: skip
