"""A fleet of vehicles that tell where they are, on one map: what the console is measured with."""

import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np

from citywide.hub import Entity, Kind, Layer, Map, Page, Point, Query, System, Text

WEST, SOUTH, EAST, NORTH = 106.47, 29.50, 106.63, 29.62
EACH_S = 10.0  # every vehicle tells its place this often
TICK_S = 0.5
STREET_M_PER_S, METRES = 12.0, 111_195.0

SYSTEM = System(
    name="fleet",
    title=Text("Fleet", "车队"),
    application="urban governance",
    kinds=(Kind("fleet_vehicle", Text("Vehicle", "车辆"), moves=True),),
    pages=(
        Page("fleet", Text("Fleet", "车队"), (
            Map(Text("Every vehicle", "全部车辆"), (Layer(Text("Vehicles", "车辆"), Query("every_vehicle")),),
                live=("latest",)),
        )),
    ),
    folder=Path(__file__).parent,
)  # fmt: skip


class Fleet(threading.Thread):
    """Vehicles that drive about; a tenth of them speaks each second, as their devices would, over HTTP."""

    def __init__(self, port: int, token: str, count: int) -> None:
        super().__init__(daemon=True)
        self.rng = np.random.default_rng(7)
        self.lon, self.lat = self.rng.uniform(WEST, EAST, count), self.rng.uniform(SOUTH, NORTH, count)
        self.ids = [f"vehicle/{number}" for number in range(count)]
        self.url = f"http://127.0.0.1:{port}/v1/readings"
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/msgpack"}
        self.told = 0
        self.behind_s = 0.0
        self.stop = threading.Event()

    def entities(self) -> list[Entity]:
        """The vehicles as the hub knows them."""
        places = map(Point, self.lon.tolist(), self.lat.tolist())
        return [Entity(id_, "fleet_vehicle", id_, place) for id_, place in zip(self.ids, places, strict=True)]

    def run(self) -> None:
        """Drive and tell until told to stop; who cannot be heard in time does not hurry afterwards."""
        due = time.monotonic()
        for chosen in _in_turn(len(self.ids), self.stop.is_set):
            self._drive(chosen)
            self._tell(chosen)
            due += TICK_S
            self.behind_s = max(self.behind_s, time.monotonic() - due)
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due, time.monotonic() - TICK_S)

    def _drive(self, chosen: np.ndarray) -> None:
        step = STREET_M_PER_S * EACH_S / METRES
        ahead = self.rng.uniform(0, 2 * np.pi, len(chosen))
        self.lon[chosen] = np.clip(self.lon[chosen] + step * np.cos(ahead), WEST, EAST)
        self.lat[chosen] = np.clip(self.lat[chosen] + step * np.sin(ahead), SOUTH, NORTH)

    def _tell(self, chosen: np.ndarray) -> None:
        ids, count = [self.ids[at] for at in chosen.tolist()], len(chosen)
        body = msgspec.msgpack.encode({
            "entity": [*ids, *ids], "quantity": ["position_lon"] * count + ["position_lat"] * count,
            "time": [int(time.time() * 1e6)] * (2 * count),
            "value": np.round(np.concatenate([self.lon[chosen], self.lat[chosen]]), 6).tolist(),
        })  # fmt: skip
        request = urllib.request.Request(self.url, body, self.headers)  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            if msgspec.json.decode(answer.read())["refused_count"]:
                raise RuntimeError("positions were refused")
        self.told += count


def _in_turn(count: int, ends: Callable[[], bool]) -> Iterator[np.ndarray]:
    every = np.arange(count)
    parts = round(EACH_S / TICK_S)
    number = 0
    while not ends():
        yield every[number % parts :: parts]
        number += 1
