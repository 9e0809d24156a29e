"""What a city settles for itself: who answers and in what time, where alarms begin, what an outage is, what departments
are called.

It stands in the city's own file; whatever is left unsaid there stays as the systems declare it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from math import isfinite
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from citywide.hub.people.who import EVERYWHERE
from citywide.hub.vocabulary.affairs import Category
from citywide.hub.vocabulary.departments import DEPARTMENTS
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.signals import Value
from citywide.hub.vocabulary.system import System
from citywide.kit.commands import NotPossibleError
from citywide.kit.text import Text

YEAR_H, SHORTEST_H = 8784, 1 / 60
YEAR_S, DAY_S = 31_622_400, 86_400
GAPS = (("above", "clears_below"), ("below", "clears_above"))


class OwnCategory(Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers for a category here, and within how many working hours."""

    department: str | None = None
    within_hours: Annotated[float, Meta(gt=0, le=YEAR_H)] | None = None
    around_the_clock: bool | None = None
    reportable: bool | None = None

    def __post_init__(self) -> None:
        if self.within_hours is not None and self.within_hours < SHORTEST_H:
            raise ValueError(f"within_hours: {self.within_hours:g}; accepted: a minute at least")


class OwnRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Where an alarm begins and ends here, and how grave it is."""

    above: float | None = None
    below: float | None = None
    clears_below: float | None = None
    clears_above: float | None = None
    hold_s: Annotated[float, Meta(ge=0, le=YEAR_S)] | None = None
    severity: str | None = None

    def __post_init__(self) -> None:
        for name in (name for pair in GAPS for name in pair):
            value = getattr(self, name)
            if value is not None and not isfinite(value):
                raise ValueError(f"{name}: {value}; accepted: a number")


class OwnOutage(Struct, frozen=True, forbid_unknown_fields=True):
    """How many devices, failing within what time, are an outage; and how long the rest is back before it ends."""

    more_than: Annotated[int, Meta(ge=1, le=1_000_000)] = 20
    within_s: Annotated[float, Meta(gt=0, le=DAY_S)] = 120
    rest_s: Annotated[float, Meta(ge=0, le=YEAR_S)] = 600

    @property
    def within(self) -> timedelta:
        """What counts as at once; so long one that fails alone waits for company."""
        return timedelta(seconds=self.within_s)

    @property
    def rest(self) -> timedelta:
        """How long nothing comes back any more, until those that are left are looked at one by one."""
        return timedelta(seconds=self.rest_s)


TABLES: Mapping[str, type[Struct]] = {"departments": Text, "categories": OwnCategory, "rules": OwnRule}


class Own(Struct, frozen=True, forbid_unknown_fields=True):
    """All that a city has settled."""

    departments: Mapping[str, Text] = {}
    categories: Mapping[str, OwnCategory] = {}
    rules: Mapping[str, OwnRule] = {}
    outage: OwnOutage = OwnOutage()

    @property
    def called(self) -> dict[str, Text]:
        """What each department is called here."""
        return {**DEPARTMENTS, **self.departments}


def settled(systems: Sequence[System], own: Own) -> list[System]:
    """The systems as this city has them; a name that none of them declares is refused."""
    for fault in _faults(systems, own):
        raise NotPossibleError(f"city.toml: {fault}")
    return [_settled(system, own) if own.categories or own.rules else system for system in systems]


def unfit(own: Own) -> Iterator[str]:
    """Names that nobody could use, and such as say nothing."""
    for name, called in own.departments.items():
        if not name.strip() or "," in name or name == EVERYWHERE:
            yield f"departments: {name!r}; accepted: a name without commas, such as river_office"
        if not (called.en.strip() and called.zh.strip()):
            yield f"departments.{name}: en and zh say what it is called; one of them is empty"


def category_here(category: Category, own: Own) -> Category:
    """The category as this city has it."""
    said = own.categories.get(category.name)
    if said is None:
        return category
    within = category.within if said.within_hours is None else timedelta(hours=said.within_hours)
    return structs.replace(category, **_said(said, but="within_hours"), within=within)


def with_bounds(rule: Rule, news: Mapping[str, object]) -> Rule:
    """The rule with these of its fields anew; the gap up to where it clears moves along unless it is named."""
    found = dict(news)
    for bound, clears in GAPS:
        old, gap_end, new = getattr(rule, bound), getattr(rule, clears), found.get(bound)
        if isinstance(new, float) and clears not in found and old is not None and gap_end is not None:
            found[clears] = new + (gap_end - old)
    return structs.replace(rule, **found)


def _settled(system: System, own: Own) -> System:
    categories = tuple(category_here(category, own) for category in system.categories)
    return structs.replace(system, categories=categories, rules=tuple(_rule(rule, own) for rule in system.rules))


def _rule(rule: Rule, own: Own) -> Rule:
    said = own.rules.get(rule.name)
    if said is None:
        return rule
    hold = rule.hold if said.hold_s is None else timedelta(seconds=said.hold_s)
    try:
        return with_bounds(rule, {**_said(said, but="hold_s"), "hold": hold})
    except ValueError as error:
        raise NotPossibleError(f"city.toml: {error}") from error


def _said(said: OwnCategory | OwnRule, but: str) -> dict[str, Any]:
    return {name: value for name, value in structs.asdict(said).items() if value is not None and name != but}


def _faults(systems: Sequence[System], own: Own) -> Iterator[str]:
    yield from _unknown("category", own.categories, (word.name for system in systems for word in system.categories))
    yield from _unknown("rule", own.rules, (word.name for system in systems for word in system.rules))
    answering = [each.department for each in own.categories.values() if each.department is not None]
    yield from _unknown("department", answering, own.called)
    yield from _beyond(systems, own)


def _beyond(systems: Sequence[System], own: Own) -> Iterator[str]:
    """Bounds that no value of the rule's quantity can pass: a slip of the unit, and nothing would ever ring."""
    ranges = {quantity.name: quantity for system in systems for quantity in system.quantities}
    for rule in (rule for system in systems for rule in system.rules if isinstance(rule.signal, Value)):
        said, known = own.rules.get(rule.name), ranges.get(rule.quantity)
        for name, bound in _said(said, but="hold_s").items() if said and known else ():
            if known and isinstance(bound, float) and not known.low <= bound <= known.high:
                accepted = f"{known.low:g} to {known.high:g} {known.unit}"
                yield f"rule {rule.name}: {name} = {bound:g} is no {known.name}; accepted: {accepted}"


def _unknown(what: str, said: Iterable[str], declared: Iterable[str]) -> Iterator[str]:
    known = sorted(declared)
    yield from (f"there is no {what} {name!r}; there are {', '.join(known)}" for name in said if name not in known)
