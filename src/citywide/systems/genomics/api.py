"""The laboratory's door: a study is asked for, stopped, gone on with, and its report and tables are fetched."""

from pathlib import Path
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from litestar.response import File
from msgspec import Struct

from citywide.hub.database.pool import rows
from citywide.hub.evidence.write import witness
from citywide.hub.ingest.batch import Refusal
from citywide.hub.people.who import Who
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, need_role_in, staff
from citywide.hub.web.once import IdempotencyKey, done_once, named
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.genomics.laboratory.interrupting import go_on, stop
from citywide.systems.genomics.laboratory.round import STUDY, folder_of
from citywide.systems.genomics.laboratory.studies import LISTS, StudyError, Wish, ask
from citywide.systems.genomics.model import DEPARTMENT

ACTS = {"stop": stop, "go_on": go_on}
KINDS = {".html": "text/html; charset=utf-8", ".tsv": "text/tab-separated-values", ".png": "image/png"}
FILES = ("report.html", "table.tsv", "left-out.tsv", "top.tsv", "manhattan.png", "qq.png")
TRAITS = (
    "select study, name, people, ill, variants, left_out, lambda_gc, genome_wide, refused from genomics.trait "
    "where study = %s order by name"
)


class Asked(Struct, frozen=True):
    """What a scientist fills in; traits and people are names with commas or blanks between them."""

    cohort: str
    purpose: str
    traits: str = ""
    test: str = "auto"
    people: str = ""
    keep: str = ""
    remove: str = ""
    extract: str = ""
    exclude: str = ""
    step_one: bool = False


class Act(Struct, frozen=True):
    """Stop a study, or go on with it."""

    study: int
    act: str


@post("/v1/studies", status_code=201)
@in_thread
def new_study(request: AnyRequest, state: State, data: JSONBody[Asked], key: IdempotencyKey = None) -> Response[bytes]:
    """Ask for a study: a case with its people and its purpose; the laboratory begins it when it is its turn.

    One that is sent again with its key is asked for once.
    """
    who, hub = _scientist(request), hub_of(state)
    invited = _names(data.people)
    people = tuple(dict.fromkeys([who.name, *invited])) if invited else ()
    lists = {name: text for name in LISTS if (text := getattr(data, name).strip())}
    wish = Wish(data.cohort, _names(data.traits), data.purpose, who.name, people, data.test, lists, data.step_one)
    once, at = named(key, f"staff {who.name} asks for a study", data), hub.clock.now()
    try:
        with hub.database.transaction() as connection:
            number: int = done_once(connection, once, at, lambda: ask(connection, hub.desk, wish, at))
    except StudyError as wrong:
        raise _problem(wrong) from None
    return as_json({"study": number, "case": _study(hub, who, number)["cases"]}, 201)


@post("/v1/studies/acts", status_code=200)
@in_thread
def act(request: AnyRequest, state: State, data: JSONBody[Act]) -> Response[bytes]:
    """Stop a study that waits or runs, or go on with one that was stopped or failed."""
    who, hub = _scientist(request), hub_of(state)
    found = _study(hub, who, data.study)
    if data.act not in ACTS:
        raise Problem(422, f"no act {data.act!r}", [Refusal("act", f"no act {data.act!r}", "stop or go_on")])
    try:
        ACTS[data.act](hub, data.study, who.name)
    except StudyError as wrong:
        raise _problem(wrong, 409) from None
    return as_json({"study": data.study, "case": found["cases"]}, 200)


@get("/v1/studies/{study:int}")
@in_thread
def one_study(request: AnyRequest, state: State, study: FromPath[int]) -> Response[bytes]:
    """A study: how far it is, what it was made of, what was found of each trait."""
    who, hub = staff(request), hub_of(state)
    found = _study(hub, who, study)
    with hub.database.reading_as(who) as connection:
        traits = rows(connection, TRAITS, (study,))
    return as_json({**found, "traits_found": traits}, 200)


@get("/v1/studies/{study:int}/{trait:str}/{name:str}")
@in_thread
def fetch(request: AnyRequest, state: State, study: FromPath[int], trait: FromPath[str], name: FromPath[str]) -> File:
    """A trait's report, tables or pictures as a file; the fetching is written down."""
    who, hub = staff(request), hub_of(state)
    found = _study(hub, who, study)
    with hub.database.reading_as(who) as connection:
        query = "select from genomics.trait where study = %s and name = %s and variants > 0"
        known = rows(connection, query, (study, trait))
    file = _file(folder_of(hub, study), trait, name)
    if not known or name not in FILES or not file.exists():
        raise Problem(404, f"study {study} has no {name} of {trait}; of a scanned trait there are {', '.join(FILES)}")
    with hub.database.transaction() as connection:
        what = f"{study}/{trait}/{name}"
        says = Text(f"{who.name} fetched {what} of the studies", f"{who.name} 下载研究文件 {what}")
        facts: dict[str, object] = {"study": study, "trait": trait, "file": name, "purpose": found["purpose"]}
        at = hub.clock.now()
        witness(connection, "access", says, department=DEPARTMENT, who=who.name, at=at, facts=facts)
    return File(file, filename=f"study-{study}-{trait}-{name}", media_type=KINDS[file.suffix])


def _file(folder: Path, trait: str, name: str) -> Path:
    tables = {"table.tsv": f"{trait}.tsv", "left-out.tsv": f"{trait}.left-out.tsv"}
    return folder / "scan" / tables[name] if name in tables else folder / "reports" / trait / name


def _scientist(request: AnyRequest) -> Who:
    who = staff(request)
    need_role_in(who, DEPARTMENT, "scientist", "manager")
    return who


def _study(hub: Hub, who: Who, number: int) -> dict[str, Any]:
    """The study as this reader may see it."""
    with hub.database.reading_as(who) as connection:
        found = rows(connection, STUDY + "where number = %s", (number,))
    if not found:
        raise Problem(404, f"there is no study {number} for you")
    return found[0]


def _problem(wrong: StudyError, status: int = 422) -> Problem:
    return Problem(status, wrong.what, [Refusal(wrong.field, wrong.what, wrong.accepted)])


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").replace("，", " ").replace("、", " ").split())


HANDLERS = [new_study, act, one_study, fetch]
