"""Those who ask the same at the same moment hear one answer: it is looked up once."""

import asyncio
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Answer = TypeVar("Answer")
HOLDS_S = 1.0


class Together:
    """Answers by what was asked, each looked up once in a thread and soon forgotten."""

    def __init__(self) -> None:
        self._asked: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def look(self, question: Hashable, look: Callable[[], Answer]) -> Answer:
        """The answer, that of a moment ago if there is one."""
        now = time.monotonic()
        asked = self._asked.get(question)
        if asked is None or now - asked[0] > HOLDS_S or _failed(asked[1]):
            self._asked = {each: kept for each, kept in self._asked.items() if now - kept[0] <= HOLDS_S}
            asked = self._asked[question] = now, asyncio.create_task(asyncio.to_thread(look))
        return await asyncio.shield(asked[1])


def _failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
