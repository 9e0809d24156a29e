"""Signal requests (SAE J2735 SRM) as JSON: a bus or an ambulance asks crossings to be let through."""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from citywide.systems.traffic.interfaces.fields import (
    Fields,
    Malformed,
    body_of,
    each,
    maybe,
    part,
    several,
    whole,
    word,
)

MESSAGE_ID = 29
ASKS = ("priorityRequest", "priorityRequestUpdate")
CANCELS = "priorityCancellation"
EMERGENCIES = ("emergency", "fire", "police", "ambulance")
ROLES = ("publicTransport", "transit", *EMERGENCIES)
KINDS = ("priorityRequestTypeReserved", *ASKS, CANCELS)
ROLES_KNOWN = (
    "basicVehicle", "publicTransport", "specialTransport", "dangerousGoods", "roadWork", "roadRescue", "emergency",
    "safetyCar", "none-unknown", "truck", "motorcycle", "roadSideSource", "police", "fire", "ambulance", "dot",
    "transit", "slowMoving", "stopNgo", "cyclist", "pedestrian", "nonMotorized", "military",
)  # fmt: skip
MINUTE_UNKNOWN = 527_040
PASSING = re.compile("[0-9a-fA-F]{8}")


@dataclass(frozen=True)
class SignalRequest:
    """One request: which lane of which crossing, when the vehicle comes there; `cancels` when it is past."""

    crossing: int
    lane: int
    minute: int | None = None  # of the year
    ms: int | None = None  # of the minute
    cancels: bool = False


@dataclass(frozen=True)
class SignalRequests:
    """What one vehicle asks for, and as what."""

    vehicle: int
    role: str
    requests: tuple[SignalRequest, ...]
    minute: int | None = None  # when it was said
    ms: int | None = None

    @property
    def emergency(self) -> bool:
        """Whether it asks as an emergency vehicle."""
        return self.role in EMERGENCIES


def read_srm(text: str | bytes) -> tuple[SignalRequests, tuple[Malformed, ...]]:
    """The requests that can be read, and what was refused with its place."""
    return from_fields(body_of(text, MESSAGE_ID, "SignalRequestMessage"))


def write_srm(asked: SignalRequests) -> str:
    """The message as JSON."""
    return json.dumps({"messageId": MESSAGE_ID, "value": {"SignalRequestMessage": as_fields(asked)}})


def from_fields(message: Any) -> tuple[SignalRequests, tuple[Malformed, ...]]:
    """Out of the fields of a SignalRequestMessage."""
    refused: list[Malformed] = []
    requestor = part(message, "requestor", "SRM")
    vehicle = _vehicle(part(requestor, "id", "SRM.requestor"), "SRM.requestor.id")
    role = word(part(requestor, "type", "SRM.requestor"), "role", "SRM.requestor.type", ROLES)
    found = each(several(message, "requests", "SRM"), "SRM.requests", _request, refused)
    said = maybe(message, "timeStamp", "SRM", 0, MINUTE_UNKNOWN), maybe(message, "second", "SRM", 0, 65_535)
    return SignalRequests(vehicle, role, found, *said), tuple(refused)


def as_fields(asked: SignalRequests) -> Fields:
    """As the fields of a SignalRequestMessage."""
    return {
        **({} if asked.minute is None else {"timeStamp": asked.minute}),
        "second": asked.ms or 0,
        "requests": [_request_json(at, request) for at, request in enumerate(asked.requests)],
        "requestor": {"id": {"stationID": asked.vehicle}, "type": {"role": asked.role}},
    }


def _vehicle(number: Any, where: str) -> int:
    """A station's number, or the four octets by which a vehicle goes for a while."""
    passing = isinstance(number, dict) and cast("Fields", number).get("entityID")
    if not isinstance(passing, str):
        return whole(number, "stationID", where, 0, 2**32 - 1)
    if not PASSING.fullmatch(passing):
        raise Malformed(f"{where}.entityID", passing, "eight hexadecimal digits")
    return int(passing, 16)


def _request(item: Any, where: str) -> SignalRequest:
    asked, place = part(item, "request", where), f"{where}.request"
    crossing = whole(part(asked, "id", place), "id", f"{place}.id", 0, 65_535)
    sort = word(asked, "requestType", place, (*ASKS, CANCELS))
    lane = whole(part(asked, "inBoundLane", place), "lane", f"{place}.inBoundLane", 1, 255)
    minute = maybe(item, "minute", where, 0, MINUTE_UNKNOWN)
    return SignalRequest(
        crossing,
        lane,
        None if minute == MINUTE_UNKNOWN else minute,
        maybe(item, "second", where, 0, 65_535),
        cancels=sort == CANCELS,
    )


def _request_json(number: int, request: SignalRequest) -> dict[str, Any]:
    sort = CANCELS if request.cancels else ASKS[0]
    asked = {
        "id": {"id": request.crossing}, "requestID": number % 256, "requestType": sort,
        "inBoundLane": {"lane": request.lane},
    }  # fmt: skip
    when = {"minute": request.minute, "second": request.ms}
    return {"request": asked, **{name: value for name, value in when.items() if value is not None}}
