"""The simulated city's voice: the HTTP door with a device's token, and MQTT where there is a broker."""

import http.client
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from citywide.hub.simulated.twin import Answer, Instruction, Order, Word
from citywide.hub.vocabulary.things import Entity, Reading
from citywide.kit.clock import microseconds
from citywide.kit.geometry import Point

AT_ONCE = 5000
FOR_GOOD = (400, 413, 415, 422)
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0)  # before what a hub could not take just now is sent again


class RefusedError(RuntimeError):
    """The hub did not take what was sent, however often it was asked."""


class RefusedForGoodError(RefusedError):
    """The hub will never take what was sent: it is not understood."""


class HttpDoor:
    """One connection that stays open; whoever cuts it is called again."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self.host, self.port = host, port
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._line = http.client.HTTPConnection(host, port, timeout=60)

    def register(self, entities: Sequence[Entity]) -> None:
        """Make things known."""
        for begin in range(0, len(entities), AT_ONCE):
            some = entities[begin : begin + AT_ONCE]
            self.ask("POST", "/v1/entities", [described(entity) for entity in some])

    def send(self, readings: Sequence[Reading]) -> None:
        """Deliver readings in batches of columns."""
        for begin in range(0, len(readings), AT_ONCE):
            self.ask("POST", "/v1/readings", _columns(readings[begin : begin + AT_ONCE]))

    def say(self, word: Word) -> Any:
        """Post something to a door of a system's own; its answer."""
        return self.ask("POST", word.path, word.body)

    def orders(self) -> list[Order]:
        """What units are asked to do, and what waits for any unit of a department."""
        return [_order(row) for path in ("/v1/orders", "/v1/orders/waiting") for row in self.ask("GET", path)]

    def answer(self, answer: Answer, unit: str) -> None:
        """What a unit says; an order that was closed in the meantime needs no answer any more."""
        path = f"/v1/orders/{answer.case}/{answer.act}"
        body: dict[str, Any] = {"unit": unit, "note": answer.note, "to": answer.to}
        body["photos"] = list(answer.photos)
        self.ask("POST", path, body, accepted=(200, 404, 409, 422))

    def instructions(self) -> list[Instruction]:
        """What devices are told; what was read is not told again."""
        found = [Instruction(row["id"], row["entity"], row["order"], row["values"])
                 for row in self.ask("GET", "/v1/instructions")]  # fmt: skip
        if found:
            self.ask("POST", "/v1/instructions/heard", {"ids": [one.id for one in found]})
        return found

    def closed_roads(self) -> list[Point]:
        """Where no road leads through now."""
        told = self.ask("GET", "/v1/roads/closed")["features"]
        return [Point(*road["geometry"]["coordinates"]) for road in told]

    def move_clock(self, now: datetime) -> datetime:
        """Move a held clock forward, or lead one that runs; what time it is at the hub."""
        return datetime.fromisoformat(self.ask("POST", "/v1/clock", {"now": now})["now"])

    def ask(self, verb: str, path: str, body: Any = None, accepted: Sequence[int] = (200,)) -> Any:
        """One request and its answer; what the hub cannot take just now is sent again after a while."""
        sent = None if body is None else msgspec.json.encode(body)
        status, answer = self._request_in_time(verb, path, sent)
        for pause in PAUSES_S:
            if status != 503:
                break
            time.sleep(pause)
            status, answer = self._request_in_time(verb, path, sent)
        if status not in accepted:
            refused = RefusedForGoodError if status in FOR_GOOD else RefusedError
            raise refused(f"{verb} {path}: {status} {answer[:300]!r}")
        return msgspec.json.decode(answer) if answer else None

    def _request_in_time(self, verb: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """A cut line is tried once more."""
        try:
            return self._request(verb, path, body)
        except (OSError, http.client.HTTPException):
            return self._request_again(verb, path, body)

    def _request_again(self, verb: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """On a new line, which is hung up if nothing comes of it either: what is half sent must not be gone on with."""
        self._line.close()
        try:
            return self._request(verb, path, body)
        except (OSError, http.client.HTTPException) as error:
            self._line.close()
            raise ConnectionError(f"{verb} {path}, {len(body or b'')} bytes: {error!r}") from error

    def _request(self, verb: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        self._line.request(verb, path, body, self.headers)
        answer = self._line.getresponse()
        return answer.status, answer.read()


def described(entity: Entity) -> dict[str, Any]:
    """A thing as the door takes it."""
    place = entity.place
    return {
        "id": entity.id, "kind": entity.kind, "name": entity.name, "department": entity.department,
        "lon": place.lon if place else None, "lat": place.lat if place else None, "facts": dict(entity.facts),
    }  # fmt: skip


def _columns(readings: Sequence[Reading]) -> dict[str, Any]:
    return {
        "entity": [reading.entity for reading in readings],
        "quantity": [reading.quantity for reading in readings],
        "time": [microseconds(reading.time) for reading in readings],
        "value": [float(reading.value) for reading in readings],  # numpy has floats of its own
    }


def _order(row: dict[str, Any]) -> Order:
    place = Point(row["lon"], row["lat"]) if row["lon"] is not None else None
    due = None if row["due"] is None else datetime.fromisoformat(row["due"])
    of = row["department"], row["category"], due, row["reopened"]
    return Order(row["case"], row["unit"], place, row["about"], row["state"], *of)
