"""A hub with its doors, the simulated people that speak to it, and the staff that ask it."""

from datetime import UTC, datetime, timedelta

import numpy as np
from litestar.testing import TestClient

from citywide.hub import Point, Text
from citywide.hub.entities.registry import register
from citywide.hub.ingest.batch import columns_of
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.simulated.twin import Place, Plan, Weather
from citywide.kit.clock import Clock
from citywide.systems.epidemic.twin import EpidemicTwin

WAKES = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)  # seven in the morning of a Monday
PASSWORD = "correct horse battery"
TRACER = Who("tracer", ("officer",), ("disease_control",))
STRANGER = Who("stranger", ("officer",), ("drainage",))
MANAGER = Who("manager", ("manager", "officer"), (), everywhere=True)
CLEAR = Weather(np.zeros(0), 20.0)


def a_city() -> Plan:
    names = {"hospital": 6, "school": 8, "housing": 40, "station": 4}
    places = [
        Place(kind, Text(f"{kind.title()} {n}", f"{kind}{n}"),
              Point(106.5 + 0.01 * (n % 7), 29.5 + 0.01 * (n // 7 + (kind == "hospital") * (n % 3))), "ab"[n % 2])
        for kind, count in names.items() for n in range(count)
    ]  # fmt: skip
    return Plan(3, 100_000, places, {"a": Text("East", "东区"), "b": Text("West", "西区")})


class Clinic:
    """The hub with its doors, the twin that speaks to it, and the staff that ask it."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.hub = client, client.app.state.hub
        self.clock: Clock = self.hub.clock
        self.twin = EpidemicTwin(a_city())
        with self.hub.database.transaction() as connection:
            for who in (TRACER, STRANGER, MANAGER):
                add_staff(connection, who, PASSWORD)
            register(connection, self.twin.entities)
            token = new_token(connection, "registry", ("readings:write", "patients:write", "demo"))
        self.device = {"authorization": f"Bearer {token}"}

    def live(self, until: datetime) -> None:
        """Hour by hour, as the city speaks and the hub watches."""
        while (now := self.clock.now() + timedelta(hours=1)) <= until:
            for word in self.twin.words(self.clock.now()):
                self.tell(word.path, word.body)
            self.tell("/v1/clock", {"now": now.isoformat()})
            if said := self.twin.step(now, 3600, CLEAR):
                self.tell("/v1/readings", _columns(said))
            self.tell("/v1/clock", {"now": now.isoformat()})

    def tell(self, path: str, body: object) -> None:
        answer = self.client.post(path, json=body, headers=self.device)
        assert answer.status_code == 200, answer.text

    def sign_in(self, who: Who) -> dict[str, str]:
        self.client.cookies.clear()
        answer = self.client.post("/v1/session", json={"name": who.name, "password": PASSWORD})
        return {"X-CSRF": answer.json()["csrf"]}

    def ask(self, who: Who, path: str, body: dict[str, object]):
        return self.client.post(path, json=body, headers=self.sign_in(who))

    def rows(self, query: str) -> list[dict]:
        return self.hub.database.rows(query)


def _columns(readings):
    columns = columns_of(readings)
    return {"entity": list(columns.entity), "quantity": list(columns.quantity), "time": columns.time.tolist(),
            "value": columns.value.tolist()}  # fmt: skip
