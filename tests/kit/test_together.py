"""Of many who ask the same at the same time one is answered, and nobody with what was seen before they asked."""

import asyncio
import threading

import pytest

from citywide.kit.together import Together


class Wall:
    """Something to look at that takes as long as it is let take; tells what stood there when the look began."""

    def __init__(self) -> None:
        self.stands, self.looks = 0, 0
        self.begun, self.may_go = threading.Event(), threading.Event()

    def look(self) -> int:
        self.looks += 1
        seen = self.stands
        self.begun.set()
        assert self.may_go.wait(10)
        return seen


def test_who_asks_while_a_look_is_under_way_gets_the_next_and_all_of_them_the_same() -> None:
    async def told() -> tuple[int, list[int]]:
        together, wall = Together(), Wall()
        first = asyncio.create_task(together.ask("wall", wall.look))
        assert await asyncio.to_thread(wall.begun.wait, 10)
        wall.stands = 1
        later = [asyncio.create_task(together.ask("wall", wall.look)) for _ in range(50)]
        await asyncio.sleep(0.01)
        wall.may_go.set()
        answers = await first, list(await asyncio.gather(*later))
        assert wall.looks == 2
        return answers

    assert asyncio.run(told()) == (0, [1] * 50)


def test_who_asks_something_else_waits_for_nobody() -> None:
    async def told() -> int:
        together, wall = Together(), Wall()
        first = asyncio.create_task(together.ask("wall", wall.look))
        other = await together.ask("league", lambda: 7)
        wall.may_go.set()
        await first
        return other

    assert asyncio.run(told()) == 7


def test_who_hangs_up_takes_the_answer_from_nobody_and_a_failure_is_everybodys_but_of_that_time() -> None:
    async def told() -> int:
        together, wall = Together(), Wall()
        under_way = asyncio.create_task(together.ask("wall", wall.look))
        assert await asyncio.to_thread(wall.begun.wait, 10)
        gone, stays = (asyncio.create_task(together.ask("wall", wall.look)) for _ in range(2))
        await asyncio.sleep(0.01)
        gone.cancel()
        wall.may_go.set()
        await under_way
        assert await stays == 0
        with pytest.raises(ZeroDivisionError):
            await together.ask("wall", lambda: 1 // 0)
        return await together.ask("wall", lambda: 3)

    assert asyncio.run(told()) == 3
