"""The one way in: columns are checked, find their series, and go to the workers that keep them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from citywide.hub.entities.registry import PARTS, Registry
from citywide.hub.ingest.batch import Columns, Heads, Receipt, Refusal, Rows
from citywide.hub.ingest.checks import Ranges, checked, codes_of
from citywide.hub.ingest.piecemeal import shortened
from citywide.kit.clock import Clock

Numbers = NDArray[np.int64]
Send = Callable[[str, Rows], Awaitable[NDArray[np.int8]]]


class NobodyKeepsError(RuntimeError):
    """A part of the city has no keeper right now; try again in a few seconds."""


class Reception:
    """Takes batches in and gives out receipts after commit."""

    def __init__(
        self, registry: Registry, known: Ranges, clock: Clock, keepers: Sequence[str | None], send: Send
    ) -> None:
        self.registry, self.known, self.clock, self.keepers, self.send = registry, known, clock, keepers, send
        self._remembered: WeakKeyDictionary[Heads, tuple[Numbers, Numbers]] = WeakKeyDictionary()
        self._meeting = ThreadPoolExecutor(2, "meeting")  # all threads of the doors may be waiting for us

    async def receive(self, columns: Columns) -> Receipt:
        """Commit what is good, name what is not; returns after commit."""
        receipt = Receipt()
        codes, series = self._whom(columns)
        columns, good = checked(columns, codes, self.known, self.clock.now_us(), receipt)
        if ((series < 0) & good).any():
            loop = asyncio.get_running_loop()
            series = await loop.run_in_executor(self._meeting, self._meet, columns, good, series, receipt)
        good &= series >= 0
        rows = Rows(series, columns.time, columns.value)
        await self._commit(rows if good.all() else rows.pick(good), receipt)
        return receipt

    def forget(self, entities: Collection[str]) -> None:
        """Take nothing more of these entities, until they are known again."""
        self.registry.forget(entities)
        self._remembered = WeakKeyDictionary()  # what is being looked up at this moment is not remembered in it

    def _whom(self, columns: Columns) -> tuple[Numbers, Numbers]:
        """Codes of the quantities and numbers of the series; remembered of gateways whose list is all known."""
        remembered = self._remembered
        if columns.heads is not None and (found := remembered.get(columns.heads)) is not None:
            return found
        codes = codes_of(columns, self.known)
        series = self.registry.numbers(columns.entity, columns.quantity)
        if columns.heads is not None and (codes >= 0).all() and (series >= 0).all():
            remembered[columns.heads] = codes, series
        return codes, series

    def _meet(
        self, columns: Columns, good: NDArray[np.bool_], series: NDArray[np.int64], receipt: Receipt
    ) -> NDArray[np.int64]:
        """Number series that speak for the first time; refuse entities that nobody has registered."""
        places = np.flatnonzero((series < 0) & good).tolist()
        unknown = self.registry.meet({(columns.entity[place], columns.quantity[place]) for place in places})
        accepted = "the id of a registered entity in service, such as gauge/elm-street"
        for place in places:
            if (entity := columns.entity[place]) in unknown:
                receipt.refuse(Refusal(f"readings[{place}].entity", f"unknown entity {shortened(entity)}", accepted))
        return self.registry.numbers(columns.entity, columns.quantity)

    async def _commit(self, rows: Rows, receipt: Receipt) -> None:
        if not len(rows):
            return
        only, *others = set(self.keepers)
        if only is not None and not others:
            receipt.count(await self.send(only, rows))
            return
        shares = self._shares(rows)
        outcomes = await asyncio.gather(*(self.send(keeper, share) for keeper, share in shares.items()))
        for outcome in outcomes:
            receipt.count(outcome)

    def _shares(self, rows: Rows) -> Mapping[str, Rows]:
        """The rows by the worker that keeps their part of the city."""
        parts = self.registry.parts(rows.series)
        keepers = {part: self.keepers[part] for part in np.unique(parts).tolist()}
        if None in keepers.values():
            raise NobodyKeepsError("a worker has gone and its parts are being taken over")
        names = sorted({str(name) for name in keepers.values()})
        numbers = np.array([names.index(str(keepers.get(part))) if part in keepers else -1 for part in range(PARTS)])
        whose = numbers[parts]
        return {name: rows.pick(whose == number) for number, name in enumerate(names)}
