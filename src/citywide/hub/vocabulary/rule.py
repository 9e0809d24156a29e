"""A rule: a signal, the bound that raises the alarm, and the bound that clears it."""

from datetime import timedelta

from msgspec import Struct

from citywide.hub.vocabulary.signals import Signal, Silence, Value
from citywide.kit.text import Text

SEVERITIES = ("notice", "warning", "serious", "critical")


class Rule(Struct, frozen=True):
    """Raises when the signal stays beyond `above` or `below` for `hold`; clears beyond the other bound.

    Without `clears_below` (or `clears_above`) the alarm clears at the bound that raised it. `label` is what
    people call it in a word or two; without one, pages show its name as words. What is `of_device` tells of the device
    and not of the world, as silence does by itself: where many ring together, they are one outage.
    """

    name: str
    quantity: str
    says: Text
    signal: Signal = Value()
    above: float | None = None
    below: float | None = None
    clears_below: float | None = None
    clears_above: float | None = None
    hold: timedelta = timedelta(0)
    severity: str = "warning"
    kind: str | None = None
    label: Text | None = None
    of_device: bool = False

    @property
    def is_silence(self) -> bool:
        """Whether it misses who says nothing."""
        return isinstance(self.signal, Silence)

    @property
    def tells_of_device(self) -> bool:
        """Whether its alarm is about the device that measures, and not about what is measured."""
        return self.of_device or self.is_silence

    @property
    def called(self) -> Text:
        """What people call this rule."""
        plain = self.name.replace("_", " ")
        return self.label or Text(plain, plain)

    def __post_init__(self) -> None:
        if (self.above is None) == (self.below is None):
            raise ValueError(f"rule {self.name}: state one of `above` and `below`")
        if self.severity not in SEVERITIES:
            raise ValueError(f"rule {self.name}: severity is one of {', '.join(SEVERITIES)}")
        for bound, other in (("above", "clears_above"), ("below", "clears_below")):
            if getattr(self, bound) is not None and getattr(self, other) is not None:
                raise ValueError(f"rule {self.name}: {other} is not for a rule with `{bound}`")
        if self.above is not None and self.clears_below is not None and self.clears_below > self.above:
            raise ValueError(f"rule {self.name}: clears_below lies above the bound that raises")
        if self.below is not None and self.clears_above is not None and self.clears_above < self.below:
            raise ValueError(f"rule {self.name}: clears_above lies below the bound that raises")
