"""Many who ask the same at the same time: a hall full of officers looks at one wall."""

import asyncio
from collections.abc import Callable, Hashable
from typing import TypeVar
from weakref import WeakValueDictionary

Answer = TypeVar("Answer")


class Together:
    """One answer for all who wait for the same.

    Nobody gets an answer that was begun before they asked: while one is under way, whoever comes waits for the next,
    which is one for all of them.
    """

    def __init__(self) -> None:
        self._next: dict[Hashable, asyncio.Future[object]] = {}
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, what: Hashable, work: Callable[[], Answer]) -> Answer:
        """What the work gives, done for all who ask for the same before it begins."""
        if what not in self._next:
            self._next[what] = asyncio.ensure_future(self._in_turn(what, work))
        return await asyncio.shield(self._next[what])  # pyright: ignore[reportReturnType] - the same asks the same

    async def _in_turn(self, what: Hashable, work: Callable[[], Answer]) -> object:
        turn = self._turns.setdefault(what, asyncio.Lock())
        async with turn:
            del self._next[what]
            return await asyncio.to_thread(work)
