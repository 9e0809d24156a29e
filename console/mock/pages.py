"""Pages with one of every widget, declared in the hub's own words, and the rows behind them."""

import math
import random
from datetime import timedelta
from typing import Any

import msgspec

from citywide.hub.vocabulary.pages import (
    Board,
    Chart,
    Column,
    Field,
    Form,
    Layer,
    Map,
    Page,
    Query,
    Scene,
    Stat,
    Table,
    Timeline,
)
from citywide.kit.text import Text
from console.mock.state import State, now

Q = Query("mock")
T = Text
DUTY = Page(
    "now",
    T("Duty", "值班"),
    (
        Stat(T("Open cases", "未结案件"), Q, "open", worry=8, live=("case",)),
        Stat(T("Alarms in the last hour", "近一小时警报"), Q, "alarms", worry=20, live=("alarm",)),
        Stat(T("Cases closed today", "今日办结"), Q, "closed", live=("case",)),
        Stat(T("Devices silent", "失联设备"), Q, "silent", worry=5),
        Board(T("Cases", "案件"), Q),
        Timeline(T("What happened", "动态"), Q),
    ),
)
WATER = Page(
    "overview",
    T("Waterlogging", "内涝积水"),
    (
        Stat(T("Deepest water", "最大积水深度"), Q, "deepest", "cm", 10, live=("latest",)),
        Stat(T("Crews free", "空闲班组"), Q, "crews"),
        Map(
            T("Gauges and roads", "积水点与道路"),
            (
                Layer(T("Water depth", "积水深度"), Q, "points", (5, 10, 27), "cm"),
                Layer(T("Flooded roads", "积水道路"), Q, "lines", (5, 10, 27), "cm"),
                Layer(T("Catchments", "汇水区"), Q, "areas", (20, 40), "mm"),
            ),
            live=("latest", "alarm"),
        ),
        Chart(
            T("Elm Street underpass", "榆树街下穿道"),
            Q,
            "time",
            "depth",
            low="low",
            high="high",
            shape="fan",
            unit="cm",
            threshold=10,
        ),
        Timeline(T("Alarms and clears", "警报与解除"), Q),
        Table(
            T("Gauges", "积水监测点"),
            Q,
            (
                Column("name", T("Gauge", "监测点")),
                Column("depth", T("Depth", "水深"), "number", "cm"),
                Column("state", T("State", "状态"), "state"),
                Column("seen", T("Last heard", "最近上报"), "time"),
                Column("due", T("Case due", "案件时限"), "deadline"),
            ),
        ),
    ),
)
FLEET = Page(
    "fleet",
    T("Buses", "公交车辆"),
    (
        Map(
            T("Every vehicle", "全部车辆"),
            (Layer(T("Vehicles", "车辆"), Q, "points", (20, 40), "km/h"),),
            live=("latest",),
        ),
    ),
)
TRAFFIC = Page(
    "crossing",
    T("Crossing replay", "路口回放"),
    (
        Scene(T("6th Street at North Bank", "第6街北岸路口"), Q, Q),
        Chart(T("Queue by approach", "各进口排队"), Q, "hour", "queue", by="approach", shape="bar", unit="m"),
        Chart(T("Speed and flow", "速度与流量"), Q, "flow", "speed", shape="scatter", unit="km/h"),
        Form(
            T("Ask for a plan change", "申请调整配时"),
            "/v1/cases",
            (
                Field("title", T("What should change", "需要调整什么"), "text", required=True),
                Field(
                    "approach",
                    T("Approach", "进口方向"),
                    "choice",
                    choices=(("north", T("North", "北")), ("south", T("South", "南"))),
                ),
                Field("seconds", T("Seconds of green", "绿灯秒数"), "number"),
                Field("urgent", T("Urgent", "紧急"), "yes_no"),
            ),
        ),
    ),
)
BIG = Page(
    "ledger",
    T("All lamps", "全部路灯"),
    (
        Table(
            T("Lamps", "路灯"),
            Q,
            (
                Column("id", T("Lamp", "灯杆")),
                Column("hours", T("Burning hours", "点亮时长"), "number", "h"),
                Column("state", T("State", "状态"), "state"),
            ),
        ),
    ),
)
PAGES: tuple[tuple[str, Text, str, Page], ...] = (
    ("hub", T("Duty", "值班"), "hub", DUTY),
    ("waterlogging", T("Waterlogging", "内涝积水"), "governance", WATER),
    ("transit", T("Public transport", "公共交通"), "livelihood", FLEET),
    ("signals", T("Traffic signals", "交通信号"), "governance", TRAFFIC),
    ("lighting", T("Street lighting", "路灯照明"), "ecology", BIG),
)
Answer = tuple[list[str], list[list[Any]]]


def declared() -> list[dict[str, Any]]:
    """The pages as the hub sends them: without queries, with their place."""
    return [_declared(*each) for each in PAGES]


def _declared(system: str, title: Text, application: str, page: Page) -> dict[str, Any]:
    body = msgspec.to_builtins(page)
    return {
        "system": system,
        "system_title": msgspec.to_builtins(title),
        "application": application,
        "name": page.name,
        "title": body["title"],
        "widgets": body["widgets"],
    }


def answer(state: State, system: str, index: int, layer: int) -> Answer:
    """The rows behind one widget."""
    at = (system, index)
    if system == "hub":
        return _duty(state, index)
    if at == ("waterlogging", 2):
        return _layer(state, layer)
    if at == ("transit", 0):
        rows = [
            [f"bus/{each}", f"Bus {each}", lon, lat, (each * 7) % 60, "speed"]
            for each, (lon, lat) in enumerate(state.vehicles)
        ]
        return ["id", "name", "lon", "lat", "value", "quantity"], rows
    if system == "signals":
        return _crossing(index, ground=layer == 1)
    return _water(state, index) if system == "waterlogging" else _lamps()


def _duty(state: State, index: int) -> Answer:
    opened = [case for case in state.cases if case["state"] != "closed"]
    if index == 4:
        names = [
            "id",
            "title",
            "state",
            "opened",
            "due",
            "category",
            "department",
            "assigned_to",
            "lon",
            "lat",
        ]
        return names, [[case[name] for name in names] for case in state.cases]
    if index == 5:
        return ["time", "kind", "says"], [[each["at"], each["kind"], each["says"]] for each in state.story]
    figures = {"open": len(opened), "alarms": 7, "closed": len(state.cases) - len(opened), "silent": 9}
    return list(figures), [list(figures.values())]


def _water(state: State, index: int) -> Answer:
    if index in (0, 1):
        return ["deepest", "crews"], [[round(max(state.depths), 1), 3]]
    if index == 3:
        return ["time", "depth", "low", "high"], [_minute(each) for each in range(240)]
    if index == 4:
        return ["time", "kind", "says"], [[each["at"], each["kind"], each["says"]] for each in state.story]
    names = ["id", "name", "depth", "state", "seen", "due", "href", "alarm"]
    return names, [_gauge(state, each) for each in range(len(state.gauges))]


def _gauge(state: State, each: int) -> list[Any]:
    depth = state.depths[each]
    deep = depth > 10
    due = (now() + timedelta(minutes=40)).isoformat() if deep else None
    words = {"en": f"Gauge {each}", "zh": f"{each}号积水点"}
    return [
        f"gauge/{each}",
        words,
        depth,
        "alarm" if deep else "normal",
        now().isoformat(),
        due,
        f"/cases/{each % 14 + 1}" if deep else None,
        each if deep else None,
    ]


def _minute(each: int) -> list[Any]:
    depth = 6 + 7 * math.sin(each / 38) + 0.4 * math.sin(each)
    band = 0.2 if each < 180 else (each - 180) / 12
    return [(now() - timedelta(minutes=180 - each)).isoformat(), depth, depth - band, depth + band]


def _layer(state: State, layer: int) -> Answer:
    if layer == 0:
        names = ["id", "name", "lon", "lat", "value", "state"]
        return names, [
            [
                f"gauge/{at}",
                {"en": f"Gauge {at}", "zh": f"{at}号积水点"},
                lon,
                lat,
                state.depths[at],
                "alarm" if state.depths[at] > 10 else "normal",
            ]
            for at, (lon, lat) in enumerate(state.gauges)
        ]
    shapes = [_line(at) if layer == 1 else _area(at) for at in state.gauges[:9]]
    return ["id", "name", "value", "geometry"], [
        [each, f"{each}", each * 5, shape] for each, shape in enumerate(shapes)
    ]


def _line(at: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "LineString",
        "coordinates": [[at[0] + step / 900, at[1] + 0.002 * math.sin(step)] for step in range(8)],
    }


def _area(at: tuple[float, float]) -> dict[str, Any]:
    ring = [[at[0] + 0.012 * math.cos(turn / 3), at[1] + 0.009 * math.sin(turn / 3)] for turn in range(19)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _crossing(index: int, *, ground: bool) -> Answer:
    dice = random.Random(4)  # noqa: S311 - a made-up crossing
    if index == 0 and ground:
        roads = [[[-80, -7], [80, -7], [80, 7], [-80, 7]], [[-7, -60], [7, -60], [7, 60], [-7, 60]]]
        lines = [[[-80, 0], [-8, 0]], [[8, 0], [80, 0]], [[0, -60], [0, -8]], [[0, 8], [0, 60]]]
        return ["id", "shape", "points", "label"], [[f"r{at}", "area", road, ""] for at, road in enumerate(roads)] + [
            [f"l{at}", "dashed", line, ""] for at, line in enumerate(lines)
        ]
    if index == 0:
        names = ["t", "id", "shape", "x", "y", "heading", "length", "width", "state"]
        return names, [
            [
                t,
                f"car{car}",
                "box",
                -80 + (t * 9 + car * 31) % 160,
                -3.5 if car % 2 else -5.5,
                0,
                4.5,
                1.8,
                "moving",
            ]
            for car in range(5)
            for t in range(17)
        ] + [
            [t, f"bus{car}", "box", 3, 60 - (t * 6 + car * 40) % 120, -90, 11, 2.5, "warning"]
            for car in range(3)
            for t in range(17)
        ]
    if index == 1:
        return ["hour", "approach", "queue"], [
            [f"{hour:02d}", side, dice.uniform(5, 90)] for hour in range(6, 22) for side in ("north", "south", "east")
        ]
    return ["flow", "speed"], [[flow := dice.uniform(100, 1800), 60 - flow / 40 + dice.gauss(0, 4)] for _ in range(400)]


def _lamps() -> Answer:
    return ["id", "hours", "state"], [
        [f"lamp/{each:05d}", each * 37 % 9000, ["ok", "ok", "ok", "fault", "warning"][each % 5]]
        for each in range(20_000)
    ]
