"""The rules as plain words: slow, obvious, and written without looking at the kernel."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from citywide.hub import Difference, Drift, Rate, Ratio, Rule, Stuck, Value, Window

Told = tuple[str, float, float]  # quantity, time in µs, value


@dataclass
class Watch:
    """One rule on one entity: remembers every reading it was told and works everything out anew."""

    rule: Rule
    history: list[Told] = field(default_factory=list)
    raised: bool = False
    beyond_since: float | None = None

    def tell(self, quantity: str, time: float, value: float) -> bool | None:
        """True when this reading raises the alarm, False when it clears it, None when nothing changes."""
        if self.history and time < self.history[-1][1]:
            return None
        self.history.append((quantity, time, value))
        x = self.signal(time)
        return None if x is None or math.isnan(x) else self.decide(time, x)

    def decide(self, time: float, x: float) -> bool | None:
        if self.raised:
            if not self.clears(x):
                return None
            self.raised, self.beyond_since = False, None
            return False
        if not self.beyond(x):
            self.beyond_since = None
            return None
        self.beyond_since = time if self.beyond_since is None else self.beyond_since
        if time - self.beyond_since < self.rule.hold.total_seconds() * 1e6:
            return None
        self.raised = True
        return True

    def beyond(self, x: float) -> bool:
        rule = self.rule
        return x > rule.above if rule.above is not None else x < rule.below

    def clears(self, x: float) -> bool:
        rule = self.rule
        if rule.above is not None:
            return x < rule.clears_below if rule.clears_below is not None else x <= rule.above
        return x > rule.clears_above if rule.clears_above is not None else x >= rule.below

    def own(self) -> list[tuple[float, float]]:
        return [(t, v) for q, t, v in self.history if q == self.rule.quantity]

    def signal(self, now: float) -> float | None:
        kind, own = self.rule.signal, self.own()
        if isinstance(kind, Value):
            return own[-1][1]
        if isinstance(kind, Stuck):
            return (now - self.moved(own, kind.tolerance)) / 1e6
        if isinstance(kind, Difference | Ratio):
            return self.pair(kind)
        slot = kind.over.total_seconds() * 1e6 / 12
        if isinstance(kind, Rate):
            return rate(own, now, slot)
        if isinstance(kind, Window):
            return aggregate(kind.aggregate, list(within(own, now, slot, 12)))
        assert isinstance(kind, Drift)
        return drift(own, now, slot)

    def moved(self, own: list[tuple[float, float]], tolerance: float) -> float:
        since, anchor = own[0]
        for time, value in own:
            if abs(value - anchor) > tolerance:
                since, anchor = time, value
        return since

    def pair(self, kind: Difference | Ratio) -> float | None:
        mine = [v for q, _, v in self.history if q == self.rule.quantity]
        other = [v for q, _, v in self.history if q == kind.other]
        if not mine or not other:
            return None
        if isinstance(kind, Difference):
            return mine[-1] - other[-1]
        return mine[-1] / other[-1] if other[-1] else None


def within(own: list[tuple[float, float]], now: float, slot: float, slots: int) -> Iterator[float]:
    return (v for t, v in own if math.floor(t / slot) > math.floor(now / slot) - slots)


def rate(own: list[tuple[float, float]], now: float, slot: float) -> float | None:
    firsts: dict[float, tuple[float, float]] = {}
    for t, v in own:
        firsts.setdefault(math.floor(t / slot), (t, v))
    old = [first for number, first in firsts.items()
           if number > math.floor(now / slot) - 14 and first[0] <= now - 12 * slot]  # fmt: skip
    if not old:
        return None
    t, v = max(old)
    return (own[-1][1] - v) / (now - t) * 3.6e9


def drift(own: list[tuple[float, float]], now: float, slot: float) -> float | None:
    near, everything = list(within(own, now, slot, 12)), list(within(own, now, 10 * slot, 12))
    if len(everything) == len(near):
        return None
    return sum(near) / len(near) - sum(everything) / len(everything)


def aggregate(name: str, values: list[float]) -> float:
    return {"mean": lambda: sum(values) / len(values), "sum": lambda: sum(values), "min": lambda: min(values),
            "max": lambda: max(values), "count": lambda: len(values)}[name]()  # fmt: skip
