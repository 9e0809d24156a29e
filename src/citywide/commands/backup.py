"""`citywide backup` and `citywide restore --to TIME`."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from citywide.commands.options import number
from citywide.hub.database.backup import BackupError, backup, restore
from citywide.kit.commands import Command


def _data(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path(".citywide"), help="the city's data folder")


def _backup_options(parser: ArgumentParser) -> None:
    _data(parser)
    parser.add_argument("--keep", type=number(1, 1000), default=3, help="how many copies to keep (default 3)")


def _backup(options: Namespace) -> int:
    return _said(
        lambda: f"{backup(options.data.resolve(), options.keep)} is whole; any second from now on can be restored"
    )


def _restore_options(parser: ArgumentParser) -> None:
    _data(parser)
    parser.add_argument("--into", type=Path, required=True, help="a new data folder")
    parser.add_argument("--to", type=datetime.fromisoformat, help="the moment, such as 2026-03-02T08:00:00+08:00")


def _restore(options: Namespace) -> int:
    return _said(lambda: _restored(options))


def _restored(options: Namespace) -> str:
    if options.to is not None and options.to.tzinfo is None:
        raise BackupError("the moment needs a time zone, such as 2026-03-02T08:00:00+08:00")
    restore(options.data.resolve(), options.into.resolve(), options.to)
    return f"restored: citywide serve --data {options.into}"


def _said(work: Callable[[], str]) -> int:
    try:
        print(work())
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


BACKUP = (
    Command("backup", "copy the embedded database, and keep its log from then on", _backup_options, _backup),
    Command("restore", "the city as it stood at a chosen second, in a new folder", _restore_options, _restore),
)
