"""Handlers that wait for the database do so in a thread, beside the event loop."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def in_thread(handler: Callable[Given, Answer]) -> Callable[Given, Coroutine[Any, Any, Answer]]:
    """The handler as a coroutine.

    Litestar's own `sync_to_thread` wraps a handler once more each time an application registers it.
    """

    @wraps(handler)
    async def waiting(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        return await asyncio.to_thread(handler, *args, **kwargs)

    return waiting
