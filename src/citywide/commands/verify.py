"""`citywide verify FILE`: whether a downloaded proof holds."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from citywide.hub.evidence.verify import verify_file
from citywide.kit.commands import Command


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the proof as downloaded")
    parser.add_argument("--key", help="the log's public key as the city publishes it: the line, or a file with it")


def _run(options: Namespace) -> int:
    answer = verify_file(options.file, _key_line(options.key))
    print("\n".join(answer.lines))
    return answer.status


def _key_line(given: str | None) -> str | None:
    if given is None or "+" in given:
        return given
    try:
        return Path(given).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return given


VERIFY = Command("verify", "Check a downloaded proof offline.", _options, _run)
