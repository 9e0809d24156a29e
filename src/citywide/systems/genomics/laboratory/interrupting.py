"""Stopping a study and going on with it: the scan keeps the parts that are finished."""

from psycopg import Connection

from citywide.hub import Text
from citywide.hub.database.pool import rows
from citywide.hub.running import Hub
from citywide.systems.genomics.laboratory.order import REFUSED, STOP
from citywide.systems.genomics.laboratory.round import folder_of
from citywide.systems.genomics.laboratory.studies import StudyError, tell

STOPPABLE, STOPPED = ("waiting", "running"), ("stopped", "failed")


def stop(hub: Hub, number: int, who: str) -> None:
    """End a study before its time; its case waits with the reason."""
    at = hub.clock.now()
    with hub.database.transaction() as connection:
        case = _moved(connection, number, STOPPABLE, "stopped")
        folder = folder_of(hub, number)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / STOP).touch()
        hub.desk.pause(connection, case, at, who, f"{who} stopped the study")
        says = Text(f"{who} stopped study {number}", f"{who} 停止研究 {number}")
        tell(connection, says, at, {"study": number}, who)


def go_on(hub: Hub, number: int, who: str) -> None:
    """Put a stopped or failed study down again; what is finished of it is not done twice."""
    at = hub.clock.now()
    with hub.database.transaction() as connection:
        case = _moved(connection, number, STOPPED, "waiting")
        for name in (STOP, REFUSED):
            (folder_of(hub, number) / name).unlink(missing_ok=True)
        hub.desk.resume(connection, case, at, who)
        says = Text(f"{who} lets study {number} go on", f"{who} 恢复研究 {number}")
        tell(connection, says, at, {"study": number}, who)


def _moved(connection: Connection, number: int, since: tuple[str, ...], to: str) -> int:
    """Change the state if it is one of `since`; returns the study's case."""
    found = rows(
        connection,
        "update genomics.study set state = %s, attempts = 0, why = '', ended = null, left_s = null"
        " where number = %s and state = any(%s) returning cases",
        (to, number, list(since)),
    )
    if not found:
        raise StudyError("study", f"no study {number} is {' or '.join(since)}", "the number of such a study")
    return found[0]["cases"]
