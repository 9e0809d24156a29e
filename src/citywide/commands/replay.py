"""`citywide replay FILE`, `citywide replay SYSTEM/SAMPLE` and `citywide replay --rule RULE`."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pyarrow as pa
from msgspec import structs

from citywide.commands.options import of_a_city
from citywide.commands.recordings import ENTITIES, moved, read, samples
from citywide.demo.speaking import described
from citywide.hub.database.opening import opened
from citywide.hub.database.pool import Database
from citywide.hub.replay.files import ReplayError, read_file, say, send, table_of
from citywide.hub.replay.recording import is_recording
from citywide.hub.replay.rules import WouldBe, did_raise, would_raise
from citywide.hub.simulated.twin import Word
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.system import System
from citywide.kit.commands import Command

BOUNDS = ("above", "below", "clears_below", "clears_above")


def command(systems: Sequence[System]) -> Command:
    """The command, knowing the rules of these systems."""
    return Command(
        "replay", "send readings or a recording, or try a rule on history", _options, lambda o: _run(o, systems)
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, nargs="?", help="readings (.csv, .jsonl, .parquet), a recording (.jsonl), or SYSTEM/SAMPLE"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the running hub")
    parser.add_argument("--token", default=os.environ.get("CITYWIDE_TOKEN", ""), help="or CITYWIDE_TOKEN")
    parser.add_argument("--rule", help="SYSTEM.RULE as declared, or module:NAME of a new one")
    for bound in BOUNDS:
        parser.add_argument(f"--{bound.replace('_', '-')}", type=float)
    parser.add_argument("--hold", type=float, help="seconds")
    parser.add_argument("--begin", type=datetime.fromisoformat, help="default: a week ago")
    parser.add_argument("--end", type=datetime.fromisoformat, help="default: now")
    parser.add_argument("--data", type=Path, default=Path(".citywide"))
    parser.add_argument("--database-url", default=os.environ.get("CITYWIDE_DATABASE_URL", ""))
    parser.add_argument("--archive", type=Path, help="folder of archived days; default in --data")


def _run(options: Namespace, systems: Sequence[System]) -> int:
    if (options.rule is None) == (options.file is None):
        print("name either a file of readings or a --rule", file=sys.stderr)
        return 2
    try:
        return _send(options, systems) if options.file else _try(options, systems)
    except (ReplayError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def _send(options: Namespace, systems: Sequence[System]) -> int:
    file: Path = samples(systems).get(str(options.file)) or options.file
    table, sent, refused = _opened(file, options, systems) if is_recording(file) else read_file(file), 0, 0
    for receipt in send(table, options.url, options.token):
        taken = receipt.accepted + receipt.late + receipt.duplicate
        sent, refused = sent + taken + receipt.refused_count, refused + receipt.refused_count
        for refusal in receipt.refused:
            print(f"refused: {refusal.where}: {refusal.what}; accepted: {refusal.accepted}")
        print(f"\r{sent} of {table.num_rows} sent, {refused} refused", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return 1 if refused else 0


def _opened(file: Path, options: Namespace, systems: Sequence[System]) -> pa.Table:
    """Make known whom a recording speaks of, say its words, and hand over its readings."""
    heard = read(file, systems)
    if heard.faults:
        raise ReplayError("\n".join(f"{file.name}: {fault}" for fault in heard.faults))
    for word in (Word(ENTITIES, [described(entity) for entity in heard.entities]), *heard.words):
        say(word, options.url, options.token)
    print(f"{len(heard.entities)} things made known, {len(heard.words)} words said", file=sys.stderr)
    return table_of(moved(heard.readings, datetime.now(UTC)))


def _try(options: Namespace, systems: Sequence[System]) -> int:
    rule = changed(find_rule(options.rule, systems), options)
    end = options.end or datetime.now(UTC)
    begin = options.begin or end - timedelta(days=7)
    if begin.tzinfo is None or end.tzinfo is None:
        raise ReplayError("begin and end need a time zone, such as 2026-03-02T08:00:00+08:00")
    settings = of_a_city(options)
    with opened(settings) as url, closing(Database(url)) as database:
        would = would_raise(database, settings.archive_folder, rule, begin, end)
        did = did_raise(database, rule.name, begin, end)
    print(
        "\n".join([f"{rule.name}: would have raised {len(would)} alarms, {len(did)} were raised", *beside(would, did)])
    )
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
    for bound, clears in (("above", "clears_below"), ("below", "clears_above")):
        old, gap_end = getattr(rule, bound), getattr(rule, clears)
        if bound in news and clears not in news and old is not None and gap_end is not None:
            news[clears] = news[bound] + (gap_end - old)
    if options.hold is not None:
        news["hold"] = timedelta(seconds=options.hold)
    return structs.replace(rule, **news)


def beside(would: Sequence[WouldBe], did: Sequence[WouldBe]) -> list[str]:
    """One line for each alarm of either side, in time: both, only new, only raised."""
    sides: dict[tuple[datetime, str], tuple[list[str], WouldBe]] = {}
    for name, alarms in (("would", would), ("did", did)):
        for alarm in alarms:
            sides.setdefault((alarm.raised, alarm.entity), ([], alarm))[0].append(name)
    return [_line(" ".join(names), alarm) for _, (names, alarm) in sorted(sides.items(), key=lambda side: side[0])]


def _line(sides: str, alarm: WouldBe) -> str:
    what = {"would did": "both", "would": "only new", "did": "only raised"}[sides]
    until = "" if alarm.cleared is None else f" until {alarm.cleared:%H:%M:%S}"
    return f"{what:<12}{alarm.raised:%Y-%m-%d %H:%M:%S}{until}  {alarm.entity}  {alarm.value:g}"
