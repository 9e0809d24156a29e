"""For those who run the hub: health, readiness, figures for Prometheus."""

from collections.abc import Callable
from contextlib import suppress

import psycopg
from litestar import MediaType, Response, get
from litestar.datastructures import State
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from citywide.hub.database.queries import sql
from citywide.hub.running import Hub
from citywide.hub.web.callers import hub_of
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread

FIGURES: dict[str, tuple[str, Callable[[Hub], int]]] = {
    "citywide_rows_committed": ("readings committed by this worker", lambda hub: hub.committer.rows),
    "citywide_commits": ("transactions of readings by this worker", lambda hub: hub.committer.commits),
    "citywide_parts_kept": ("parts of the city that this worker keeps", lambda hub: len(hub.committer.parts)),
    "citywide_queue": ("batches that wait for the committer", lambda hub: hub.committer.queue.qsize()),
}


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/ready")
@in_thread
def ready(state: State) -> dict[str, object]:
    """The database answers and every part of the city has a keeper."""
    hub = hub_of(state)
    hub.database.rows("select 1")
    orphans = sum(keeper is None for keeper in hub.members.keepers)
    if orphans:
        raise Problem(503, f"{orphans} parts of the city have no keeper at the moment")
    return {"status": "ready", "worker": hub.members.name, "parts": len(hub.committer.parts)}


@get("/metrics")
@in_thread
def metrics(state: State) -> Response[bytes]:
    """This worker's figures in Prometheus' text form."""
    return Response(generate_latest(_figures(hub_of(state))), media_type=MediaType.TEXT)


def _figures(hub: Hub) -> CollectorRegistry:
    registry = CollectorRegistry()
    for name, (about, read) in FIGURES.items():
        Gauge(name, about, ["worker"], registry=registry).labels(hub.members.name).set(read(hub))
    with suppress(psycopg.Error):  # without a database the other figures are wanted all the more
        fails = hub.database.rows(sql("log_not_kept"))[0]["fails"]
        Gauge("citywide_log_not_kept", "1 while the database's log cannot be put aside", registry=registry).set(fails)
    return registry


HANDLERS = [health, ready, metrics]
