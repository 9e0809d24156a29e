"""The other channels' door: an exchange, an app, a former hotline; each item is taken or refused by itself."""

from collections.abc import Sequence

import msgspec
from litestar import Response, post
from litestar.datastructures import State
from litestar.params import JSONBody
from psycopg import DataError

from citywide.hub.evidence.write import witness
from citywide.hub.ingest.batch import Refusal
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, device, hub_of
from citywide.hub.web.once import IdempotencyKey, Once, done_once, named
from citywide.hub.web.photos import all_scrubbed
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.hotline.api.calls import Call, before_of, taken_in, told_by
from citywide.systems.hotline.sorting.former import Former, take_over, wrong_with
from citywide.systems.hotline.sorting.intake import begin_to_listen
from citywide.systems.hotline.told import understood

SCOPE = "reports:write"
MOST_AT_ONCE, MOST_FORMER = 500, 200_000


class Passed(Call, frozen=True):
    """What another channel of the city took in: an exchange, an app, a mini program; photos are base64."""

    photos: tuple[bytes, ...] = ()


@post("/v1/hotline/reports", status_code=200)
@in_thread
def passed_on(
    request: AnyRequest, state: State, data: JSONBody[list[Passed]], key: IdempotencyKey = None
) -> Response[bytes]:
    """What other channels of the city took in; each item is answered by its case, or by why it was refused.

    A list that is sent again with its key opens nothing twice.
    """
    channel, hub = device(request, SCOPE), hub_of(state)
    limit_of(data, MOST_AT_ONCE)
    every = [named(key and f"{key}/{at}", f"channel {channel.name}", each) for at, each in enumerate(data)]
    taken = [
        _case_or_refusal(hub, each, at, channel.name, once)
        for at, (each, once) in enumerate(zip(data, every, strict=True))
    ]
    return as_json(taken)


@post("/v1/hotline/history", status_code=200)
@in_thread
def history(request: AnyRequest, state: State, data: JSONBody[list[Former]]) -> Response[bytes]:
    """The closed cases of a former hotline; the sorter begins anew with them."""
    channel, hub = device(request, SCOPE), hub_of(state)
    limit_of(data, MOST_FORMER)
    why = [wrong_with(case) for case in data]
    good = [case for case, wrong in zip(data, why, strict=True) if wrong is None]
    with hub.database.transaction() as connection:
        take_over(connection, good, hub.words.categories)
        says = Text(f"{len(good)} closed cases of a former hotline taken over", f"接收原热线已结案件 {len(good)} 件")
        witness(connection, "case", says, department="hotline", who=channel.name, at=hub.clock.now())
    begin_to_listen(hub, anew=True)
    refused = [Refusal(str(at), wrong, "see /schema") for at, wrong in enumerate(why) if wrong]
    return as_json({"accepted": len(good), "refused": refused})


def unkept(where: str, error: DataError) -> dict[str, object]:
    """What no database keeps is refused by itself."""
    return {"refused": [Refusal(where, str(error).partition("\n")[0], "text without NUL characters")]}


def limit_of(items: Sequence[object], most: int) -> None:
    """Refuse a batch that is too long."""
    if len(items) > most:
        raise Problem(413, f"{len(items)} at once; at most {most}")


def _case_or_refusal(hub: Hub, said: Passed, at: int, channel: str, once: Once | None) -> dict[str, object]:
    try:
        return _taken(hub, said, channel, once)
    except Problem as problem:
        errors = problem.errors or (Refusal("", str(problem), "see /schema"),)
        return {"refused": [msgspec.structs.replace(each, where=f"{at}.{each.where}") for each in errors]}
    except DataError as error:
        return unkept(str(at), error)


def _taken(hub: Hub, said: Passed, channel: str, once: Once | None) -> dict[str, object]:
    """What was answered before, whatever the sorter has learnt since, or the case that it leads to now."""
    now = hub.clock.now()
    if (before := before_of(hub, once, now)) is not None:
        return before
    photos = all_scrubbed(said.photos)
    report = understood(hub, told_by(said), has_photos=bool(photos))
    report = msgspec.structs.replace(report, facts={**report.facts, "channel": channel})
    with hub.database.transaction() as connection:
        return done_once(connection, once, now, lambda: taken_in(connection, hub, report, photos))


HANDLERS = [passed_on, history]
