"""Pages as data: the console renders what systems declare."""

import asyncio

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from citywide.hub.screens.bounds import in_force
from citywide.hub.screens.data import UnknownPageError, pages_for, queries_of_widget, reader_of, sheet
from citywide.hub.web.answers import as_json, encoded
from citywide.hub.web.callers import AnyRequest, hub_of, staff
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread


@get("/v1/pages")
@in_thread
def pages(request: AnyRequest, state: State) -> Response[bytes]:
    """The pages this reader may open, with their widgets."""
    words = hub_of(state).words
    found = pages_for(staff(request), words.systems)
    listed = [
        msgspec.to_builtins(in_force(page, words.rules))
        | {"system": system.name, "system_title": system.title, "application": system.application}
        for system, page in found
    ]
    return as_json(listed)


@get("/v1/pages/{system:str}/{page:str}/{widget:int}")
async def widget_rows(
    request: AnyRequest,
    state: State,
    system: FromPath[str],
    page: FromPath[str],
    widget: FromPath[int],
    layer: FromQuery[int] = 0,
    chosen: FromQuery[str] = "",
) -> Response[bytes]:
    """What one widget (or a further one of its queries) shows now, of what the reader has chosen."""
    who, hub = await asyncio.to_thread(staff, request), hub_of(state)
    open_to = {(of.name, found.name): (of, found) for of, found in pages_for(who, hub.words.systems)}
    if (system, page) not in open_to:
        raise Problem(404, f"there is no page {system}/{page} for you")
    try:
        queries = queries_of_widget(open_to[system, page][1], widget, chosen)
        query = queries[layer]
    except (UnknownPageError, IndexError) as error:
        raise Problem(404, f"nothing there: {error}") from error
    reader, of = reader_of(query, who), open_to[system, page][0]
    body = await hub.together.ask(
        (reader, of.name, query.name, tuple(query.values.items())),
        lambda: msgspec.json.encode(sheet(hub.database, reader, of, query, hub.clock.now())),
    )
    return encoded(body)


HANDLERS = [pages, widget_rows]
