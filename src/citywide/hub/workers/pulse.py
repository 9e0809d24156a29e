"""How each worker is: told with every heartbeat, so that whoever asks one of them hears of all."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, convert, to_builtins
from psycopg.types.json import Jsonb

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql

PATIENCE_S: Mapping[str, float] = {"beat": 10.0, "look_round": 20.0, "respond": 60.0}


class Pulse(Struct, frozen=True):
    """What a worker has done by now, and how many seconds ago each of its duties was last done."""

    figures: Mapping[str, float] = {}
    duties: Mapping[str, float] = {}

    def troubles(self) -> Iterator[str]:
        """The duties that hang, or fail again and again."""
        for duty, seconds in self.duties.items():
            if seconds > PATIENCE_S.get(duty, float("inf")):
                yield f"{duty} was last done {seconds:.0f} s ago"


def as_row(pulse: Pulse) -> Jsonb:
    """The pulse as it is written down."""
    return Jsonb(to_builtins(pulse))


def pulses(database: Database) -> dict[str, Pulse]:
    """How the living workers are, by name."""
    return {row["name"]: convert(row["told"], Pulse) for row in database.rows(sql("pulses"))}
