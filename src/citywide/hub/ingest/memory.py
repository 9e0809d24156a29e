"""The memory of a worker's parts, kept sound: what ran ahead of a failed transaction is thrown away and read anew."""

from collections.abc import Callable, Sequence
from itertools import starmap
from typing import TypeVar

from psycopg import Connection

from citywide.hub.database.queries import sql
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.legacy import Legacy, left_of, take_up
from citywide.hub.ingest.state import Met, State
from citywide.hub.ingest.writer import Writer
from citywide.hub.vocabulary.rule import Rule

Result = TypeVar("Result")


class FellWithAnotherError(RuntimeError):
    """The transaction before failed, and what was made ready on top of it was given up with it."""


class Memory:
    """What is remembered of the parts that are kept; `rest` waits until nothing is being written."""

    def __init__(self, rules: Sequence[Rule], writers: Sequence[Writer], rest: Callable[[], None]) -> None:
        self.parts: set[int] = set()
        self.state = State(rules)
        self._rules, self._writers, self._rest = rules, writers, rest
        self._sound = True

    def take(self, legacy: Legacy) -> None:
        """Begin to keep the legacy's parts, with exactly the memory their last keeper had."""
        self.guarded(lambda: self._take_up(lambda _: legacy))
        self.parts |= set(legacy.since)

    def part_with(self, parts: Sequence[int]) -> None:
        """Keep these parts no more; where much has come to lie idle, the rest is read anew."""
        self.guarded(lambda: self.state.part_with(parts))
        self.parts -= set(parts)
        if self.state.evaluator.is_half_idle:
            self.state = State(self._rules)
            self.guarded(lambda: self._recall(sorted(self.parts)))

    def forget(self) -> None:
        """Drop every part and all that is known of it."""
        self.parts, self.state = set(), State(self._rules)

    def keeps(self, rows: Rows) -> bool:
        """Whether all rows are of parts that are kept; series that another worker registered are met on the way."""
        unknown = self.state.unknown(rows.series)
        if unknown:
            self.rest_or_fall()  # memory that grows must stand still
            found = self._writers[0].connection.execute(sql("series_by_number"), {"numbers": unknown}, binary=True)
            self.state.add(starmap(Met, found))
        return self.state.keeps(rows.series, self.parts)

    def guarded(self, work: Callable[[], Result]) -> Result:
        """Do what changes memory; when it fails, memory is read anew before the next."""
        self.be_sound()
        try:
            return work()
        except Exception:
            self._sound = False
            raise

    def be_sound(self) -> None:
        """After a failure: a connection that works, and the memory as the last commit left it."""
        if self._sound and not any(writer.cut_off for writer in self._writers):
            return
        self._sound = False
        self._rest()
        for writer in self._writers:
            writer.renew()
        self.state = State(self._rules)
        self._recall(sorted(self.parts))
        self._sound = True

    def spoil(self) -> None:
        """What this memory stands on was not committed."""
        self._sound = False

    def rest_or_fall(self) -> None:
        """Wait until nothing is being written, and go on only where all of it was."""
        self._rest()
        self.stand_on()

    def stand_on(self) -> None:
        """Go on only where all that came before was written."""
        if not self._sound:
            raise FellWithAnotherError("the transaction before this one failed; send it again")

    def _recall(self, parts: Sequence[int]) -> None:
        self._take_up(lambda connection: left_of(connection, parts))

    def _take_up(self, legacy: Callable[[Connection], Legacy]) -> None:
        connection = self._writers[0].connection
        with connection.transaction():
            take_up(connection, self.state, legacy(connection))
