"""What has truly been mended, and the cases that residents follow; kept apart from what the hub is told."""

from collections.abc import Iterable
from datetime import datetime

from citywide.systems.hotline.simulated.matters import Telling, Trouble, matter_of


class Mending:
    """Troubles by the case they led to, and when each was truly mended."""

    def __init__(self) -> None:
        self.ended: dict[Trouble, datetime] = {}
        self.secrets: dict[int, str] = {}
        self._tellings: dict[int, list[Telling]] = {}

    def leads_to(self, telling: Telling, case: int, secret: str) -> None:
        """Somebody's words have become a case, or have joined one; the first who told it is asked later."""
        self._tellings.setdefault(case, []).append(telling)
        self.secrets.setdefault(case, secret)

    def department(self, case: int) -> str | None:
        """Whose matter it truly is; nobody knows it of a case that others reported."""
        tellings = self._tellings.get(case)
        return matter_of(tellings[0].trouble.matter).department if tellings else None

    def mend(self, case: int, now: datetime) -> None:
        """Everything that was told of the case is in order from now on."""
        for trouble in self._troubles(case):
            self.ended.setdefault(trouble, now)

    def is_mended(self, case: int) -> bool:
        """Whether nothing of the case is wrong any more."""
        return all(trouble in self.ended for trouble in self._troubles(case))

    def _troubles(self, case: int) -> Iterable[Trouble]:
        return (telling.trouble for telling in self._tellings.get(case, ()))
