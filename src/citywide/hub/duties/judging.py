"""Judging: how each case counts is worked out anew when something about it has changed, or its time has come."""

import time
from datetime import datetime

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql

AT_ONCE, LONGEST_S = 500, 2.0


def judge_cases(database: Database, now: datetime) -> int:
    """Judge the cases that are due, for a while; whoever changes one meanwhile waits for the few of one transaction."""
    until, judged = time.monotonic() + LONGEST_S, 0
    while time.monotonic() < until:
        with database.transaction() as connection:
            row = connection.execute(sql("judge_due"), {"now": now, "most": AT_ONCE}).fetchone()
        judged += row[0] if row else 0
        if not row or row[0] < AT_ONCE:
            break
    return judged
