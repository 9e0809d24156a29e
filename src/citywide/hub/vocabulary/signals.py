"""What a rule looks at: a number drawn from one entity's stream of readings."""

from datetime import timedelta

from msgspec import Struct


class Value(Struct, frozen=True, tag="value"):
    """The reading itself."""


class Rate(Struct, frozen=True, tag="rate"):
    """The change per hour since the last reading that is at least `over` old."""

    over: timedelta


class Silence(Struct, frozen=True, tag="silence"):
    """Seconds since the last reading."""


class Stuck(Struct, frozen=True, tag="stuck"):
    """Seconds since the value last moved by more than `tolerance`."""

    tolerance: float = 0.0


class Drift(Struct, frozen=True, tag="drift"):
    """How far the mean of the last `over` lies from that of ten times as long, each in twelve slots."""

    over: timedelta


class Window(Struct, frozen=True, tag="window"):
    """An aggregate (mean, sum, min, max, count) of the last `over`, in twelve equal slots of the clock."""

    aggregate: str
    over: timedelta


class Difference(Struct, frozen=True, tag="difference"):
    """The value minus the latest value of another quantity of the same entity."""

    other: str


class Ratio(Struct, frozen=True, tag="ratio"):
    """The value over the latest value of another quantity of the same entity."""

    other: str


Signal = Value | Rate | Silence | Stuck | Drift | Window | Difference | Ratio
