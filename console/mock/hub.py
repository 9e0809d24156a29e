"""The hub's HTTP contract over the made-up city: `python -m console.mock.hub [port]`."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, Request, Response, delete, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.response import File, ServerSentEvent, ServerSentEventMessage
from litestar.static_files import create_static_files_router

from console.mock.ground import CENTRE, bounds, city_map
from console.mock.pages import answer, declared
from console.mock.state import State, now, text

STATIC = Path(__file__).parents[2] / "src" / "citywide" / "doors" / "static"
STATE = State(vehicles=int(os.environ.get("MOCK_VEHICLES", "10000")), cases=int(os.environ.get("MOCK_CASES", "14")))
PER_SECOND = int(os.environ.get("MOCK_UPDATES", "4"))
ME = {"name": "Lin Mei", "roles": ["officer"], "departments": ["drainage"], "csrf": "word"}


def problem(status: int, title: str, errors: list[dict[str, str]] | None = None) -> Response[bytes]:
    """RFC 9457."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": title, "errors": errors or []}
    return Response(json.dumps(body).encode(), status_code=status, media_type="application/problem+json")


def signed_in(request: Request[Any, Any, Any]) -> bool:
    """Whether the cookie is there."""
    return request.cookies.get("session") == "yes"


@get("/v1/me", sync_to_thread=False)
def me(request: Request[Any, Any, Any]) -> Any:
    """Who asks."""
    return ME if signed_in(request) else problem(401, "Sign in")


@post("/v1/session", status_code=200)
async def sign_in(data: dict[str, str]) -> Any:
    """Any name, with the password `duty`."""
    if data.get("password") != "duty":
        return problem(401, "Unknown name or password")
    response = Response({key: ME[key] for key in ("name", "roles", "departments")})
    response.set_cookie("session", "yes", httponly=True, samesite="lax")
    return response


@delete("/v1/session", status_code=200, sync_to_thread=False)
def sign_out() -> Any:
    """Forget the cookie."""
    response = Response({})
    response.delete_cookie("session")
    return response


@get("/v1/city", sync_to_thread=False)
def city() -> dict[str, Any]:
    """Where it is."""
    ground = {part: f"/v1/city/map/{part}" for part in ("land", "building")}
    return {"name": text("Two Rivers", "两江市"), "centre": CENTRE, "zoom": 12, "bounds": bounds(), "ground": ground}


@get("/v1/city/map/{part:str}", sync_to_thread=False)
def ground(part: str) -> Response[bytes]:
    """Its land, or its buildings."""
    return Response(json.dumps(city_map(part)).encode(), media_type="application/geo+json")


@get("/v1/pages", sync_to_thread=False)
def pages(request: Request[Any, Any, Any]) -> Any:
    """What may be seen."""
    return declared() if signed_in(request) else problem(401, "Sign in")


@get("/v1/pages/{system:str}/{page:str}/{index:int}", sync_to_thread=False)
def widget(system: str, page: str, index: int, layer: int = 0) -> Any:
    """Rows behind a widget."""
    del page
    columns, rows = answer(STATE, system, index, layer)
    return {"as_of": now().isoformat(), "columns": columns, "rows": rows}


@get("/v1/live")
async def live() -> ServerSentEvent:
    """The stream: what happened, and vehicles on the move."""
    return ServerSentEvent(stream())


async def stream() -> AsyncGenerator[ServerSentEventMessage, None]:
    """News as it comes, `latest` in PER_SECOND batches a second."""
    told, beat, clock = len(STATE.news), 0, asyncio.get_running_loop().time
    began = clock()
    while True:
        for topic, data in STATE.news[told:]:
            told += 1
            yield ServerSentEventMessage(data=json.dumps(data), event=topic, id=str(told))
        beat += 1
        batch = STATE.drive(max(1, len(STATE.vehicles) // (10 * PER_SECOND)))
        yield ServerSentEventMessage(data=json.dumps(batch), event="latest", id=str(told))
        await asyncio.sleep(max(0.0, began + beat / PER_SECOND - clock()))


def whole(case: dict[str, Any]) -> dict[str, Any]:
    """A case as its page shows it."""
    place = None if case["lon"] is None else [case["lon"], case["lat"]]
    says = text("To be mended within 4 working hours.", "应在 4 个工作小时内办结。")
    return {"case": {**case, "place": place}, "deadline": says, "steps": case["steps"]}


@get("/v1/cases/{number:int}", sync_to_thread=False)
def case_of(number: int) -> Any:
    """One case."""
    case = STATE.case(number)
    return whole(case) if case else problem(404, f"There is no case {number}")


@get("/v1/cases/{number:int}/hands", sync_to_thread=False)
def hands(number: int) -> dict[str, Any]:
    """Who could take a case."""
    del number
    crews = (("crew/north", "North · 北区", True, 4), ("crew/south", "South · 南区", False, 9))
    units = [dict(zip(("id", "name", "free", "minutes"), crew, strict=True)) | {"wanted": True} for crew in crews]
    return {"units": units, "departments": ["parks", "roads"]}


@post("/v1/cases", status_code=201)
async def new_case(data: dict[str, Any]) -> Any:
    """Open a case."""
    if len(data.get("title", "")) < 4:
        return problem(
            422,
            "Not a case yet",
            [{"where": "title", "what": "too short", "accepted": "at least 4 characters"}],
        )
    place = (data["lon"], data["lat"]) if "lon" in data else None
    title = text(data["title"], data["title"])
    return {"case": STATE.open_case(title, data.get("category", "roads"), place, data.get("details", ""))["id"]}


@post("/v1/cases/{number:int}/{action:str}", status_code=200)
async def act(request: Request[Any, Any, Any], number: int, action: str, data: dict[str, Any]) -> Any:
    """Do something to a case."""
    if request.headers.get("X-CSRF") != "word":
        return problem(403, "The CSRF word is missing")
    case = STATE.case(number)
    if not case:
        return problem(404, f"There is no case {number}")
    STATE.act(case, action, data.get("note", ""), data.get("to"))
    return whole(case)


@post("/v1/alarms/{number:int}/acknowledge", status_code=200)
async def acknowledge(number: int) -> dict[str, int]:
    """Seen."""
    return {"id": number}


CATEGORIES = {
    "road": ("Road or pavement", "道路破损"),
    "manhole": ("Manhole cover", "井盖"),
    "light": ("Street light", "路灯"),
    "water": ("Standing water", "积水"),
    "rubbish": ("Rubbish", "垃圾"),
    "tree": ("Trees and green", "绿化"),
    "noise": ("Noise", "噪声"),
    "other": ("Something else", "其他"),
}


@get("/v1/report/categories", sync_to_thread=False)
def categories() -> list[dict[str, Any]]:
    """What may be reported."""
    return [{"name": name, "label": text(*label)} for name, label in CATEGORIES.items()]


@post("/v1/report/near", status_code=200)
async def near(data: dict[str, Any]) -> dict[str, Any]:
    """A neighbour's report close by."""
    found = [{"case": 2, "title": STATE.cases[1]["title"], "state": "working", "distance_m": 38, "reporters": 3}]
    return {"neighbours": found if data.get("category") == "manhole" else []}


@post("/v1/reports", status_code=201)
async def report(request: Request[Any, Any, Any]) -> Any:
    """A resident's report."""
    form = await request.form()
    told = form["report"]
    told = await told.read() if isinstance(told, UploadFile) else told
    data = json.loads(told) if isinstance(told, str | bytes) else told
    if not data.get("text") and "photo" not in form:
        return problem(
            422,
            "Nothing was said",
            [{"where": "text", "what": "is empty", "accepted": "a photo or a few words"}],
        )
    place = (data["lon"], data["lat"]) if "lon" in data else None
    title = text(data.get("text") or "Photo", data.get("text") or "照片")
    case = (
        STATE.case(data["join"]) if data.get("join") else STATE.open_case(title, data.get("category") or "other", place)
    )
    assert case
    token = data["link"]
    STATE.followed[token] = case["id"]
    return {"case": case["id"], "follow": token}


def followed(token: str) -> dict[str, Any] | None:
    """The case behind a token, with what its reporter may do."""
    case = STATE.case(STATE.followed.get(token, int(token) if token.isdigit() else 0))
    if not case:
        return None
    ended = case["state"] in ("closed", "checking")
    return {**whole(case), "can": ["confirm", "reopen", "rate"] if ended else ["update"]}


@get("/v1/follow/{token:str}", sync_to_thread=False)
def follow(token: str) -> Any:
    """The truth about a report."""
    return followed(token) or problem(404, "This link leads to no report")


@post("/v1/follow/{token:str}/{action:str}", status_code=200)
async def answer_back(token: str, action: str, data: dict[str, Any]) -> Any:
    """What the reporter says."""
    case = STATE.case(STATE.followed.get(token, int(token) if token.isdigit() else 0))
    if not case:
        return problem(404, "This link leads to no report")
    if action == "reopen":
        STATE.act(case, "reopen", data.get("note", ""), None)
    else:
        case["steps"].append(
            {
                "at": now().isoformat(),
                "who": "reporter",
                "what": action,
                "says": text(f"{action}: {data.get('note', '')}", f"{action}：{data.get('note', '')}"),
            }
        )
    return followed(token)


@get(["/report", "/follow/{token:str}"], sync_to_thread=False)
def resident() -> File:
    """The residents' page."""
    return File(STATIC / "resident.html", media_type="text/html", content_disposition_type="inline")


@get("/", sync_to_thread=False)
def index() -> File:
    """The console."""
    return File(STATIC / "index.html", media_type="text/html", content_disposition_type="inline")


def plain(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Litestar's own refusals as problems."""
    return problem(error.status_code, error.detail)


APP = Litestar(
    [
        me,
        sign_in,
        sign_out,
        city,
        ground,
        pages,
        widget,
        live,
        case_of,
        hands,
        new_case,
        act,
        acknowledge,
        categories,
        near,
        report,
        follow,
        answer_back,
        resident,
        index,
        create_static_files_router("/", [STATIC]),
    ],
    exception_handlers={HTTPException: plain},
)


async def serve(port: int) -> None:
    """Serve until interrupted."""
    await Server(APP, address="127.0.0.1", port=port, interface=Interfaces.ASGI).serve()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8080))
