"""What is told to those who hold a role: each marks what they have seen, and it leaves their list."""

from typing import Annotated, Any

from litestar import Request, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Meta, Struct

from citywide.hub.database.pool import become
from citywide.hub.database.queries import sql
from citywide.hub.web.callers import hub_of, staff
from citywide.hub.web.threads import in_thread


class Seen(Struct, frozen=True):
    """The numbers of messages that somebody has read."""

    ids: Annotated[list[int], Meta(max_length=1000)]


@post("/v1/messages/seen", status_code=200)
@in_thread
def seen(request: Request[Any, Any, Any], state: State, data: JSONBody[Seen]) -> dict[str, int]:
    """These are seen by whoever asks, and by nobody else; what is not for them is passed over."""
    who, hub = staff(request), hub_of(state)
    with hub.database.transaction() as connection:
        become(connection, who)
        own = [number for (number,) in connection.execute(sql("messages_of_reader"), {"ids": data.ids}).fetchall()]
        connection.execute("reset role")
        values = {"ids": own, "staff": who.name, "at": hub.clock.now()}
        return {"seen": connection.execute(sql("messages_seen"), values).rowcount}


HANDLERS = [seen]
