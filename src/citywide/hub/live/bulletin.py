"""The news of the latest values for all who may see the same: looked up once, however many follow."""

import asyncio
import time
from collections import deque
from datetime import datetime
from weakref import WeakValueDictionary

from msgspec import Struct

from citywide.hub.database.pool import Database
from citywide.hub.live.news import News
from citywide.hub.people.who import Who

EVERY_S = 0.5
KEPT = 40  # issues, some twenty seconds of them: whoever is slower reads on by themselves
Rights = tuple[tuple[str, ...], bool]


class Issue(Struct, frozen=True):
    """What one look has found, and up to when all that was written has been told with it."""

    number: int
    told: bytes
    since: datetime


class Bulletin:
    """Its issues come out while somebody reads it; readers ask for those after the last that they had."""

    def __init__(self, news: News) -> None:
        self.news, self.number = news, 0
        self._issues: deque[Issue] = deque(maxlen=KEPT)
        self._looked = float("-inf")
        self._look: asyncio.Future[None] | None = None

    async def after(self, number: int, who: Who) -> list[Issue] | None:
        """The issues after this one, with whatever is new by now; None where some of them are kept no more."""
        if self._look is None and time.monotonic() - self._looked >= EVERY_S:
            self._look = asyncio.ensure_future(self._look_for_all(who))
        if self._look is not None:
            await asyncio.shield(self._look)  # who hangs up meanwhile takes nothing from the others
        if number < self.number - len(self._issues):
            return None
        return [issue for issue in self._issues if issue.number > number]

    async def _look_for_all(self, who: Who) -> None:
        try:
            told = await asyncio.to_thread(self.news.look, who)
            if told is not None:
                self.number += 1
                self._issues.append(Issue(self.number, told, self.news.since))
        finally:
            self._looked, self._look = time.monotonic(), None


class Bulletins:
    """One for all who may see the same; whose last reader has gone is given up."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._bulletins: WeakValueDictionary[Rights, Bulletin] = WeakValueDictionary()
        self._founding = asyncio.Lock()

    async def of(self, who: Who) -> Bulletin:
        """The bulletin that this reader may see."""
        async with self._founding:
            rights = tuple(sorted(set(who.departments))), who.everywhere
            found = self._bulletins.get(rights)
            if found is None:
                found = self._bulletins[rights] = Bulletin(await asyncio.to_thread(News, self.database, None))
            return found


class Reader:
    """Reads one bulletin after the other, as its rights change; what it has missed it looks up by itself."""

    def __init__(self, bulletins: Bulletins, since: datetime | None) -> None:
        self.since, self._bulletins = since, bulletins
        self._bulletin: Bulletin | None = None
        self._number = 0

    async def look(self, who: Who) -> list[bytes]:
        """What is new; `since` says up to when all has been told."""
        bulletin, missed = await self._bulletins.of(who), list[bytes]()
        if bulletin is not self._bulletin:
            self._bulletin = bulletin
            missed = await self._catch_up(bulletin, who)
        issues = await bulletin.after(self._number, who)
        if issues is None:
            return missed + await self._catch_up(bulletin, who)
        if issues:
            self._number, self.since = issues[-1].number, issues[-1].since
        return missed + [issue.told for issue in issues]

    async def _catch_up(self, bulletin: Bulletin, who: Who) -> list[bytes]:
        """All that was written since our last look and that the bulletin will not tell."""
        self._number, since = bulletin.number, bulletin.news.since
        if self.since is None:
            self.since = since
            return []
        own = await asyncio.to_thread(News, self._bulletins.database, self.since)
        found = list[bytes]()
        while True:
            told = await asyncio.to_thread(own.look, who)
            found += [told] if told is not None else []
            if not own.behind:
                self.since = min(own.since, since)
                return found
