"""Disease control's door: past years and line lists come in; names go out under a grant only, and are written down."""

from datetime import date
from typing import Any

from litestar import Response, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from citywide.hub.ingest.batch import Refusal
from citywide.hub.people.grants import must_have_grant
from citywide.hub.people.who import Who
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, device, hub_of, need_role_in, staff
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.systems.epidemic.form_answer import frame
from citywide.systems.epidemic.model import DEPARTMENT
from citywide.systems.epidemic.own_tables import kinds_of
from citywide.systems.epidemic.people import line_list
from citywide.systems.epidemic.people.contact_list import list_of_contacts
from citywide.systems.epidemic.people.line_list import PURPOSE
from citywide.systems.epidemic.people.line_list_checks import Said, known_of, listed
from citywide.systems.epidemic.reports.daily_reports import day_in
from citywide.systems.epidemic.reports.past_reports import past_reports, remember
from citywide.systems.epidemic.reports.sieve import Sieve
from citywide.systems.epidemic.reports.then_and_now import then_and_now
from citywide.systems.epidemic.supply_plan import COLUMNS, NothingForecastError, Wish, allocate
from citywide.systems.epidemic.watch.false_alarms import set_false_alarm_rate
from citywide.systems.epidemic.watch.watched import Watched, watched_in

MOST_CONTACTS = 100
LEAST_RATE, MOST_RATE = 0.01, 50.0  # false alarms in a thousand quiet series-weeks


class History(Struct, frozen=True):
    """Columns of past reports: place, series, day, when it was reported (Unix time), count."""

    place: list[Any]
    kind: list[Any]
    day: list[Any]
    reported: list[Any]
    count: list[Any]


@post("/v1/epidemic/history", status_code=200)
@in_thread
def history(request: AnyRequest, state: State, data: JSONBody[History]) -> Response[bytes]:
    """What places said in years before the city joined; what is known already stays, what is wrong is named."""
    device(request, "readings:write")
    hub, columns = hub_of(state), (data.place, data.kind, data.day, data.reported, data.count)
    if len({len(column) for column in columns}) > 1:
        fault = Refusal("body", "the columns differ in length", "columns of one length")
        raise Problem(422, "the history cannot be taken in", [fault])
    with hub.database.transaction() as connection:
        kinds = kinds_of(connection, (place for place in data.place if isinstance(place, str)))
        good, sieve = past_reports(
            list(zip(*columns, strict=True)), _watched(hub).by_name, kinds, hub.clock.now(), hub.city.zone
        )
        _something(bool(good), sieve)
        return _answer({"taken": remember(connection, good)}, sieve)


@post("/v1/epidemic/patients", status_code=200)
@in_thread
def patients(request: AnyRequest, state: State, data: JSONBody[Said]) -> Response[bytes]:
    """Who fell ill, by name, and where they had been; what is wrong in it is named."""
    who, hub = device(request, "patients:write"), hub_of(state)
    now = hub.clock.now()
    with hub.database.transaction() as connection:
        good, sieve = listed(data, known_of(connection, data, day_in(hub.city.zone, now), _watched(hub).names))
        _something(bool(good.people or good.patients or good.places or good.presences), sieve)
        return _answer(line_list.take(connection, good, who.name, now), sieve)


class Asked(Struct, frozen=True):
    """Whose contacts: the syndrome, and how many of the most urgent."""

    kind: str
    most: int = 30


@post("/v1/epidemic/contacts", status_code=200)
@in_thread
def contacts(request: AnyRequest, state: State, data: JSONBody[Asked]) -> Response[bytes]:
    """Whom to call first, by name: under a grant in force only; each name is an entry of the evidence log."""
    who, hub = _of_department(request), hub_of(state)
    names, history = _watched(hub).names, _watched(hub).history_of(data.kind)
    if data.kind not in names or not 1 <= data.most <= MOST_CONTACTS:
        accepted = f"{', '.join(names)}; 1 to {MOST_CONTACTS}"
        raise Problem(422, "no such list", [Refusal("kind", f"{data.kind!r}, {data.most} people", accepted)])
    with hub.database.transaction() as connection:
        must_have_grant(connection, who, PURPOSE)
        today = day_in(hub.city.zone, hub.clock.now())
        return as_json(list_of_contacts(connection, who, data.kind, history, data.most, today))


class Rate(Struct, frozen=True):
    """How many of a thousand quiet series-weeks may ring."""

    per_thousand: float


@post("/v1/epidemic/false_alarm_rate", status_code=200)
@in_thread
def false_alarm_rate(request: AnyRequest, state: State, data: JSONBody[Rate]) -> dict[str, float]:
    """Set the share of quiet series-weeks that may ring, from the next watch on; who set it is written down."""
    who, hub = _of_department(request), hub_of(state)
    if not LEAST_RATE <= data.per_thousand <= MOST_RATE:
        accepted = f"{LEAST_RATE:g} to {MOST_RATE:g}"
        raise Problem(422, "no such rate", [Refusal("per_thousand", f"{data.per_thousand:g} in a thousand", accepted)])
    with hub.database.transaction() as connection:
        set_false_alarm_rate(connection, data.per_thousand / 1000, who.name, hub.clock.now())
    return {"per_thousand": data.per_thousand}


class Then(Struct, frozen=True):
    """A series of the city, and the day whose knowledge is asked for."""

    kind: str
    day: date


@post("/v1/epidemic/as_of", status_code=200)
@in_thread
def as_of(request: AnyRequest, state: State, data: JSONBody[Then]) -> Response[bytes]:
    """What was known of the weeks before, at the end of a past day, beside what is known now."""
    _of_department(request)
    hub, watched = hub_of(state), _watched(hub_of(state))
    if data.kind not in watched.by_name or data.day > day_in(hub.city.zone, hub.clock.now()):
        raise Problem(
            422, "nothing was known", [Refusal("kind", f"{data.kind!r} on {data.day}", ", ".join(watched.by_name))]
        )
    with hub.database.transaction() as connection:
        series = watched.by_name[data.kind]
        return as_json(then_and_now(connection, series, data.day, hub.clock.now(), hub.city.zone, watched.minimum))


@post("/v1/epidemic/allocation", status_code=200)
@in_thread
def allocation(request: AnyRequest, state: State, data: JSONBody[Wish]) -> Response[bytes]:
    """Where beds, tests or vaccines go under the newest forecast, and why."""
    who, hub = _of_department(request), hub_of(state)
    watched = _watched(hub)
    if faults := data.faults(watched.names):
        raise Problem(422, "this cannot be planned", [Refusal(*fault) for fault in faults])
    try:
        with hub.database.transaction() as connection:
            lines = allocate(connection, data, watched.by_name[data.kind].label, who.name, hub.clock.now())
            return as_json(frame([line | {"short_chance": 100 * line["short_chance"]} for line in lines], COLUMNS))
    except NothingForecastError as error:
        raise Problem(409, str(error)) from error


def _watched(hub: Hub) -> Watched:
    return watched_in(hub.settings.city)


def _of_department(request: AnyRequest) -> Who:
    who = staff(request)
    need_role_in(who, DEPARTMENT, "officer", "manager")
    return who


def _something(good: bool, sieve: Sieve) -> None:
    if sieve.refused_count and not good:
        raise Problem(422, "nothing of this can be taken in", sieve.refused)


def _answer(taken: dict[str, int], sieve: Sieve) -> Response[bytes]:
    return as_json({**taken, "refused": sieve.refused, "refused_count": sieve.refused_count})


HANDLERS = [history, patients, contacts, false_alarm_rate, as_of, allocation]
