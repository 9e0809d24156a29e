"""For those who run the hub: health, readiness, figures for Prometheus."""

from collections.abc import Mapping
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
from citywide.hub.workers.pulse import Pulse, pulses

FIGURES = {
    "rows_committed": "readings committed by this worker",
    "commits": "transactions of readings by this worker",
    "parts_kept": "parts of the city that this worker keeps",
    "queue": "batches that wait for the committer",
}
CITY = {
    "log_not_kept": "1 while the database's log cannot be put aside",
    "jobs_in_trouble": "jobs whose last try failed",
}


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/ready")
@in_thread
def ready(state: State) -> dict[str, object]:
    """The database answers, every part of the city has a keeper, and no worker's duties hang."""
    hub = hub_of(state)
    troubles = [f"worker {name}: {each}" for name, of in _workers(hub).items() for each in of.troubles()]
    orphans = sum(keeper is None for keeper in hub.members.keepers)
    if orphans:
        troubles.append(f"{orphans} parts of the city have no keeper at the moment")
    if troubles:
        raise Problem(503, "; ".join(troubles))
    return {"status": "ready", "worker": hub.members.name, "parts": len(hub.committer.parts)}


@get("/metrics")
@in_thread
def metrics(state: State) -> Response[bytes]:
    """Every worker's figures in Prometheus' text form, whichever of them is asked."""
    return Response(generate_latest(_registry(hub_of(state))), media_type=MediaType.TEXT)


def _workers(hub: Hub) -> dict[str, Pulse]:
    """What the workers last told, and of this one what holds now."""
    return pulses(hub.database) | {hub.members.name: hub.pulse()}


def _registry(hub: Hub) -> CollectorRegistry:
    registry, workers = CollectorRegistry(), {hub.members.name: hub.pulse()}
    with suppress(psycopg.Error):  # without a database the figures of this worker are wanted all the more
        workers = _workers(hub)
        for name, value in _of_the_city(hub).items():
            Gauge(f"citywide_{name}", CITY[name], registry=registry).set(value)
    for name, about in FIGURES.items():
        gauge = Gauge(f"citywide_{name}", about, ["worker"], registry=registry)
        for worker, pulse in workers.items():
            gauge.labels(worker).set(pulse.figures.get(name, 0))
    _ages(registry, workers)
    return registry


def _of_the_city(hub: Hub) -> dict[str, float]:
    return {
        "log_not_kept": hub.database.rows(sql("log_not_kept"))[0]["fails"],
        "jobs_in_trouble": hub.database.rows(sql("jobs_in_trouble"))[0]["jobs"],
    }


def _ages(registry: CollectorRegistry, workers: Mapping[str, Pulse]) -> None:
    about = "seconds since this duty of this worker was last done"
    gauge = Gauge("citywide_duty_age_seconds", about, ["worker", "duty"], registry=registry)
    for worker, pulse in workers.items():
        for duty, seconds in pulse.duties.items():
            gauge.labels(worker, duty).set(seconds)


HANDLERS = [health, ready, metrics]
