"""Which services there are, and what may be said about each."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from citywide.doors.open311.shapes import Fault, Item, answered
from citywide.hub import Category
from citywide.systems.hotline.model import REPORTABLE

SERVICES = {category.name: category for category in REPORTABLE}
FORMATS = ("application/json", "text/xml")


@get("/open311/{name:str}", sync_to_thread=False)
def discovery(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Where the endpoint is and what it speaks."""
    here = {"specification": "http://wiki.open311.org/GeoReport_v2", "url": f"{request.base_url}open311/v2",
            "type": "production", "formats": [{"format": each} for each in FORMATS]}  # fmt: skip
    return answered(name, "discovery", "endpoint", lambda _: {"endpoints": [here]})


@get("/open311/v2/{name:str}", sync_to_thread=False)
def services(name: FromPath[str]) -> Response[bytes]:
    """The list of services."""

    def listed(what: str) -> list[Item]:
        if what != "services":
            raise Fault(404, f"there is no {what!r} here")
        return [_service(category) for category in SERVICES.values()]

    return answered(name, "services", "service", listed)


@get("/open311/v2/services/{name:str}", sync_to_thread=False)
def definition(name: FromPath[str]) -> Response[bytes]:
    """What may be said about one service."""

    def found(code: str) -> Item:
        category = service(code)
        return {"service_code": category.name, "attributes": [_danger()]}

    return answered(name, "service_definition", "attribute", found)


def service(code: str) -> Category:
    """The category behind a service code."""
    if code not in SERVICES:
        raise Fault(404, f"there is no service {code!r}; see services.json")
    return SERVICES[code]


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
