"""A sorter's lessons in a process of their own, politely, so that a worker that takes readings in is not disturbed."""

import os
import subprocess
import sys

import structlog
from msgspec import Struct, json

from citywide.hub.database.pool import Database
from citywide.kit.child import alone, end_with_parent
from citywide.systems.hotline.engine.sorter import Sorter
from citywide.systems.hotline.sorting.learning import OWNER, beginner
from citywide.systems.hotline.sorting.vocabulary import LESSONS

PROGRAM = "citywide.systems.hotline"
POLITE = 15
log = structlog.get_logger()


class Order(Struct, frozen=True):
    """Whose history is to be learnt, beside how many lessons."""

    database_url: str
    lessons: int


def schooled(database: Database, lessons: int = LESSONS) -> Sorter:
    """A beginner that was taught elsewhere; here, if that fails."""
    learnt = _taught(Order(database.url, lessons))
    if not learnt:
        log.warning("taught_here", why="the school taught nothing")
        return beginner(database, lessons)
    sorter = Sorter(OWNER)
    sorter.read(learnt)
    return sorter


def _taught(order: Order) -> bytes:
    command = [sys.executable, "-m", PROGRAM]
    done = subprocess.run(command, input=json.encode(order), stdout=subprocess.PIPE, env=alone(), check=False)  # noqa: S603 - our own program
    return b"" if done.returncode else done.stdout


def main() -> int:
    """Read the order from the standard input; what was learnt goes to the standard output."""
    end_with_parent()
    order = json.decode(sys.stdin.buffer.read(), type=Order)
    os.nice(POLITE)
    database = Database(order.database_url, most=1)
    try:
        sys.stdout.buffer.write(beginner(database, order.lessons).written())
    finally:
        database.close()
    return 0
