"""How a rule becomes numbers: its signal's code and parameters, and how much memory one watch needs."""

from hashlib import sha256

import msgspec
import numpy as np
from msgspec import Struct

from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.signals import Difference, Drift, Rate, Ratio, Silence, Stuck, Value, Window
from citywide.hub.vocabulary.things import GONE

VALUE, RATE, SILENCE, STUCK, DRIFT, WINDOW, DIFFERENCE, RATIO = range(8)
AGGREGATES = ("mean", "sum", "min", "max", "count")

RAISED, BEYOND_SINCE, LAST_TIME, LAST_VALUE, COMMON = range(5)  # the cells every watch has
SLOTS, RATE_SLOTS = 12, 14
RATE_CELLS, WINDOW_CELLS = 4, 9  # what is looked at with every reading; slots are when one begins
RATE_SLOT, WINDOW_SLOT = 3, 5  # the size of one
VERSION = 2  # of this layout: memory of another one is not taken over
CELLS = {
    VALUE: 0,
    RATE: RATE_CELLS,
    SILENCE: 0,
    STUCK: 2,
    DRIFT: 2 * WINDOW_CELLS,
    WINDOW: WINDOW_CELLS,
    DIFFERENCE: 1,
    RATIO: 1,
}
SLOT_CELLS = {
    RATE: RATE_SLOTS * RATE_SLOT,
    DRIFT: 2 * SLOTS * WINDOW_SLOT,
    WINDOW: SLOTS * WINDOW_SLOT,
}

_CODES = {
    Value: VALUE,
    Rate: RATE,
    Silence: SILENCE,
    Stuck: STUCK,
    Drift: DRIFT,
    Window: WINDOW,
    Difference: DIFFERENCE,
    Ratio: RATIO,
}
RULE_ROW = np.dtype([
    ("code", "i4"), ("aggregate", "i4"), ("slot", "f8"), ("over", "f8"), ("tolerance", "f8"),
    ("sign", "f8"), ("bound", "f8"), ("clear", "f8"), ("hold", "f8"),
])  # fmt: skip
LINK = np.dtype([("following", "i4"), ("rule", "i2"), ("role", "i2"), ("cells", "i8"), ("slots", "i8")])


class Compiled(Struct, frozen=True):
    """One rule ready to be watched: its row of parameters, its memory, and a fingerprint of its meaning."""

    rule: Rule
    row: tuple[float, ...]
    cells: int
    slots: int
    fingerprint: bytes

    @property
    def other(self) -> str | None:
        """The second quantity of a rule over two; silence also hears that a device is gone."""
        signal = self.rule.signal
        if isinstance(signal, Silence):
            return GONE.name
        return signal.other if isinstance(signal, Difference | Ratio) else None


def compile_rule(rule: Rule) -> Compiled:
    """Put a rule's meaning into numbers."""
    code = _CODES[type(rule.signal)]
    mark = sha256(_meaning(rule)).digest()[:8]
    return Compiled(rule, _row(rule, code), COMMON + CELLS[code], SLOT_CELLS.get(code, 0), mark)


def _meaning(rule: Rule) -> bytes:
    """What the memory depends on; other words or another severity leave it as it is."""
    bounds = rule.above, rule.below, rule.clears_below, rule.clears_above
    return msgspec.json.encode((VERSION, rule.name, rule.quantity, rule.kind, rule.signal, bounds, rule.hold))


def _row(rule: Rule, code: int) -> tuple[float, ...]:
    signal = rule.signal
    over = signal.over.total_seconds() * 1e6 if isinstance(signal, Rate | Drift | Window) else 0.0
    aggregate = AGGREGATES.index(signal.aggregate) if isinstance(signal, Window) else 0
    tolerance = signal.tolerance if isinstance(signal, Stuck) else 0.0
    sign, bound, clear = _bounds(rule)
    return (
        code,
        aggregate,
        over / SLOTS,
        over,
        tolerance,
        sign,
        bound,
        clear,
        rule.hold.total_seconds() * 1e6,
    )


def _bounds(rule: Rule) -> tuple[float, float, float]:
    """The sign that turns `below` into `above`; `clear` is NaN where the raising bound clears as well."""
    if rule.above is not None:
        return 1.0, rule.above, np.nan if rule.clears_below is None else rule.clears_below
    assert rule.below is not None
    return -1.0, -rule.below, np.nan if rule.clears_above is None else -rule.clears_above
