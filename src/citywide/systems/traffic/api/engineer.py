"""What every door of the signal engineer does: it looks at who asks, keeps what is said, and writes it down."""

from collections.abc import Mapping
from typing import Any

from litestar import Response

from citywide.hub.database.queries import queries_of
from citywide.hub.evidence.write import witness
from citywide.hub.people.who import Who
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, need_role_in, staff
from citywide.kit.text import Text
from citywide.systems.traffic import SYSTEM
from citywide.systems.traffic.model import DEPARTMENT

_QUERIES = queries_of(SYSTEM.folder)


def engineer(request: AnyRequest) -> Who:
    """Staff of traffic who decide how crossings work."""
    who = staff(request)
    need_role_in(who, DEPARTMENT, "officer", "manager")
    return who


def put(hub: Hub, who: Who, query: str, values: Mapping[str, Any], says: Text) -> Response[bytes]:
    """Keep it and witness it, in one transaction."""
    with hub.database.transaction() as connection:
        connection.execute(_QUERIES[query], {**values, "who": who.name, "at": hub.clock.now()})
        witness(connection, "plan", says, department=DEPARTMENT, at=hub.clock.now(), who=who.name)
    return as_json({"done": True}, 201)
