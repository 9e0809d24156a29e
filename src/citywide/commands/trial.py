"""A rule tried on the city's history: as declared, with other bounds, or one of your own."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from citywide.commands.options import of_a_city, settings_of
from citywide.hub.database.opening import opened
from citywide.hub.database.pool import Database
from citywide.hub.replay.arrivals import as_it_came, as_it_was
from citywide.hub.replay.files import ReplayError
from citywide.hub.replay.rules import WouldBe, did_raise, would_raise
from citywide.hub.vocabulary.own import settled, with_bounds
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.system import System

BOUNDS = ("above", "below", "clears_below", "clears_above")
SIDES: Mapping[str, str] = {"would did": "both", "would": "only new", "did": "only raised"}


def rule_options(parser: ArgumentParser) -> None:
    """Which rule of which city, how it is changed, and on which stretch of history."""
    parser.add_argument("--rule", help="SYSTEM.RULE as the city has it, or module:NAME of a new one")
    parser.add_argument("--city", type=Path, help="folder with city.toml, where it settles rules for itself")
    for bound in BOUNDS:
        parser.add_argument(f"--{bound.replace('_', '-')}", type=float)
    parser.add_argument("--hold", type=float, help="seconds")
    parser.add_argument("--begin", type=datetime.fromisoformat, help="default: a week ago")
    parser.add_argument("--end", type=datetime.fromisoformat, help="default: now")


def try_on_history(options: Namespace, systems: Sequence[System]) -> int:
    """Print what a rule would have raised, as readings came in, beside what was raised."""
    rule = changed(find_rule(options.rule, settled(systems, settings_of(options).city_settings())), options)
    end = options.end or datetime.now(UTC)
    begin = options.begin or end - timedelta(days=7)
    if begin.tzinfo is None or end.tzinfo is None:
        raise ReplayError("begin and end need a time zone, such as 2026-03-02T08:00:00+08:00")
    settings = of_a_city(options)
    with opened(settings) as url, closing(Database(url)) as database:
        would, in_time = (
            would_raise(database, settings.archive_folder, rule, begin, end, order) for order in (as_it_came, as_it_was)
        )
        did = did_raise(database, rule.name, begin, end)
    head = f"{rule.name}: would have raised {len(would)} alarms, {len(did)} were raised"
    print("\n".join([head, *beside(would, did), *differing(would, in_time)]))
    return 0


def find_rule(name: str, systems: Sequence[System]) -> Rule:
    """A rule by SYSTEM.RULE, or one of your own by module:NAME."""
    if ":" in name:
        return own_rule(*name.split(":", 1))
    rules = {f"{system.name}.{rule.name}": rule for system in systems for rule in system.rules}
    if name not in rules:
        raise ReplayError(f"there is no rule {name!r}; there are {', '.join(sorted(rules))}")
    return rules[name]


def own_rule(module: str, name: str) -> Rule:
    """A rule from outside this package."""
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ReplayError(f"there is no {module}:{name}: {error}") from error
    if not isinstance(found, Rule):
        raise ReplayError(f"{module}:{name} is no rule")
    return found


def changed(rule: Rule, options: Namespace) -> Rule:
    """The rule with the bounds that the options name; the gap up to where it clears moves along unless it is named."""
    news = {bound: getattr(options, bound) for bound in BOUNDS if getattr(options, bound) is not None}
    if options.hold is not None:
        news["hold"] = timedelta(seconds=options.hold)
    return with_bounds(rule, news)


def beside(would: Sequence[WouldBe], did: Sequence[WouldBe]) -> list[str]:
    """One line for each alarm of either side, in time: both, only new, only raised."""
    sides: dict[tuple[datetime, str], tuple[list[str], WouldBe]] = {}
    for name, alarms in (("would", would), ("did", did)):
        for alarm in alarms:
            sides.setdefault((alarm.raised, alarm.entity), ([], alarm))[0].append(name)
    by_time = sorted(sides.items(), key=lambda side: side[0])
    return [_line(SIDES[" ".join(names)], alarm) for _, (names, alarm) in by_time]


def differing(came: Sequence[WouldBe], was: Sequence[WouldBe]) -> list[str]:
    """Where the order in which readings came has made a difference."""
    more, fewer = _without(was, came), _without(came, was)
    head = f"had nothing come late or out of order: {len(more)} more, {len(fewer)} fewer"
    lines = [_line("more", alarm) for alarm in more] + [_line("fewer", alarm) for alarm in fewer]
    return [head, *lines] if lines else []


def _without(alarms: Sequence[WouldBe], others: Sequence[WouldBe]) -> list[WouldBe]:
    known = {(other.entity, other.raised) for other in others}
    return [alarm for alarm in alarms if (alarm.entity, alarm.raised) not in known]


def _line(what: str, alarm: WouldBe) -> str:
    until = "" if alarm.cleared is None else f" until {alarm.cleared:%H:%M:%S}"
    return f"{what:<12}{alarm.raised:%Y-%m-%d %H:%M:%S}{until}  {alarm.entity}  {alarm.value:g}"
