"""`citywide replay FILE`, `citywide replay SYSTEM/SAMPLE` and `citywide replay --rule RULE`."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from citywide.commands.recordings import ENTITIES, moved, read, samples
from citywide.commands.trial import rule_options, try_on_history
from citywide.demo.speaking import described
from citywide.hub.replay.files import ReplayError, read_file, say, send, table_of
from citywide.hub.replay.recording import is_recording
from citywide.hub.simulated.twin import Word
from citywide.hub.vocabulary.system import System
from citywide.kit.commands import Command


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
    rule_options(parser)
    parser.add_argument("--data", type=Path, default=Path(".citywide"))
    parser.add_argument("--database-url", default=os.environ.get("CITYWIDE_DATABASE_URL", ""))
    parser.add_argument("--archive", type=Path, help="folder of archived days; default in --data")


def _run(options: Namespace, systems: Sequence[System]) -> int:
    if (options.rule is None) == (options.file is None):
        print("name either a file of readings or a --rule", file=sys.stderr)
        return 2
    try:
        return _send(options, systems) if options.file else try_on_history(options, systems)
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
