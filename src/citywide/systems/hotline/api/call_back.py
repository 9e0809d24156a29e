"""The call-back: what reporters say when they are asked whether it is mended, passed on by the hotline's channels."""

from typing import Annotated, Literal

from litestar import post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Meta, Struct
from psycopg import Connection, DataError

from citywide.hub import Text
from citywide.hub.cases.moves import CaseError, standing
from citywide.hub.cases.verdict import confirm, rate
from citywide.hub.ingest.batch import Refusal
from citywide.hub.reports.receive import followed, hash_of, may
from citywide.hub.reports.words import without_numbers_of_people
from citywide.hub.running import Hub
from citywide.hub.web.callers import AnyRequest, device, hub_of
from citywide.hub.web.threads import in_thread
from citywide.systems.hotline.api.channels import MOST_AT_ONCE, SCOPE, limit_of, unkept

NOT_REACHED = Text("closed on the photo, nobody was reached on the call-back", "回访未接通，凭照片结案")


class Reply(Struct, frozen=True):
    """What one reporter said, by the secret that follows the case; `unreached` closes what is handed in."""

    follow: str
    act: Literal["confirm", "reopen", "unreached"]
    stars: Annotated[int, Meta(ge=1, le=5)] | None = None
    note: Annotated[str, Meta(max_length=2000)] = ""


@post("/v1/hotline/answers", status_code=200)
@in_thread
def answers(request: AnyRequest, state: State, data: JSONBody[list[Reply]]) -> list[dict[str, object]]:
    """What was heard on call-backs; each is answered by the case's state, or by why it was refused."""
    channel, hub = device(request, SCOPE), hub_of(state)
    limit_of(data, MOST_AT_ONCE)
    return [_state_or_refusal(hub, reply, at, channel.name) for at, reply in enumerate(data)]


def _state_or_refusal(hub: Hub, reply: Reply, at: int, channel: str) -> dict[str, object]:
    try:
        with hub.database.transaction() as connection:
            case = followed(connection, reply.follow)
            if case is None:
                return {"refused": [Refusal(f"{at}.follow", "follows nothing", "the secret of a report")]}
            _hear(connection, hub, case, reply, channel)
            return {"case": case, "state": standing(connection, case)["state"]}
    except CaseError as error:
        return {"refused": [Refusal(f"{at}.act", str(error), error.accepted)]}
    except DataError as error:
        return unkept(f"{at}.note", error)


def _hear(connection: Connection, hub: Hub, case: int, reply: Reply, channel: str) -> None:
    stands, now, follower = standing(connection, case), hub.clock.now(), hash_of(reply.follow)
    state = stands["state"]
    if "confirm" not in may(state) or (reply.act == "unreached" and state != "checking"):
        raise CaseError(f"case {case} is {state}", "a case whose work is done")
    if reply.act == "unreached":
        hub.desk.close(connection, stands["id"], now, channel, says=NOT_REACHED)
    elif reply.act == "reopen":
        hub.desk.reopen(connection, case, now, "resident", without_numbers_of_people(reply.note), follower)
    else:
        confirm(hub.desk, connection, case, follower, now)
        if reply.stars is not None:
            rate(connection, case, follower, reply.stars, now, without_numbers_of_people(reply.note))


HANDLERS = [answers]
