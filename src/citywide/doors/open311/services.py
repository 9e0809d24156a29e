"""Which services there are, and what may be said about each."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from citywide.doors.open311.shapes import Fault, Item, answered
from citywide.hub import Category
from citywide.hub.running import Hub
from citywide.hub.web.callers import hub_of
from citywide.systems.hotline.model import REPORTABLE

DECLARED = frozenset(category.name for category in REPORTABLE)
FORMATS = ("application/json", "text/xml")


@get("/open311/{name:str}", sync_to_thread=False)
def discovery(request: Request[Any, Any, Any], state: State, name: FromPath[str]) -> Response[bytes]:
    """Where the endpoint is and what it speaks."""
    here = {"specification": "http://wiki.open311.org/GeoReport_v2", "url": f"{request.base_url}open311/v2",
            "type": "production", "formats": list(FORMATS)}  # fmt: skip
    known = {"jurisdiction_id": jurisdiction_of(hub_of(state)), "endpoints": [here]}
    return answered(name, "discovery", "endpoint", lambda _: known)


@get("/open311/v2/{name:str}", sync_to_thread=False)
def services(request: Request[Any, Any, Any], state: State, name: FromPath[str]) -> Response[bytes]:
    """The list of services."""

    def listed(what: str) -> list[Item]:
        need_ours(hub_of(state), request.query_params)
        if what != "services":
            raise Fault(404, f"there is no {what!r} here")
        return [_service(category) for category in offered(hub_of(state)).values()]

    return answered(name, "services", "service", listed)


@get("/open311/v2/services/{name:str}", sync_to_thread=False)
def definition(request: Request[Any, Any, Any], state: State, name: FromPath[str]) -> Response[bytes]:
    """What may be said about one service."""

    def found(code: str) -> Item:
        need_ours(hub_of(state), request.query_params)
        category = service(hub_of(state), code)
        return {"service_code": category.name, "attributes": [_danger()]}

    return answered(name, "service_definition", "attribute", found)


def jurisdiction_of(hub: Hub) -> str:
    """The one jurisdiction that is served here."""
    return hub.city.jurisdiction or "-".join(hub.city.name.en.lower().split())


def need_ours(hub: Hub, asked: Mapping[str, Any]) -> None:
    """An app may leave the jurisdiction out; another city's is not served here."""
    named = asked.get("jurisdiction_id")
    if named and named != jurisdiction_of(hub):
        raise Fault(404, f"there is no jurisdiction {str(named)[:80]!r} here; it is {jurisdiction_of(hub)!r}")


def offered(hub: Hub) -> Mapping[str, Category]:
    """What residents of this city may report, by its code."""
    return {category.name: category for category in hub.words.categories.values() if category.reportable}


def told_of(hub: Hub) -> Mapping[str, Category]:
    """The same, and what they may report no more: what was asked for is followed to its end."""
    known = hub.words.categories
    return {name: known[name] for name in known if known[name].reportable or name in DECLARED}


def service(hub: Hub, code: str) -> Category:
    """The category behind a service code."""
    found = offered(hub).get(code)
    if found is None:
        raise Fault(404, f"there is no service {code[:80]!r}; see services.json")
    return found


def _service(category: Category) -> Item:
    return {
        "service_code": category.name,
        "service_name": category.label.en,
        "description": category.label.zh,
        "metadata": True,
        "type": "realtime",
        "keywords": f"{category.label.en.lower()},{category.label.zh}",
        "group": category.department,
    }


def _danger() -> Item:
    values = [{"key": "yes", "name": "Yes 是"}, {"key": "no", "name": "No 否"}]
    return {
        "variable": True,
        "code": "danger",
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": "",
        "order": 1,
        "description": "Is somebody in danger? 是否危及人身安全？",
        "values": values,
    }


HANDLERS = [discovery, services, definition]
