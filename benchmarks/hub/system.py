"""Fifty rules over five quantities; one of them opens cases."""

from collections.abc import Iterator
from datetime import timedelta

from citywide.hub import (
    Alarm,
    Category,
    City,
    CloseCase,
    Command,
    Drift,
    Kind,
    OpenCase,
    Quantity,
    Rate,
    Rule,
    Silence,
    Stuck,
    System,
    Text,
    Window,
)

QUANTITIES = ("level", "flow", "power", "pressure", "noise")
SAYS = Text("{name}: {value}", "{name}：{value}")


def open_case(alarm: Alarm, _city: City) -> Iterator[Command]:
    """A case for every flood."""
    yield OpenCase(Text(alarm.about.id, alarm.about.id), "bench_flood", about=alarm.about, because=alarm.id)


def close_case(alarm: Alarm, _city: City) -> Iterator[Command]:
    """Closed when it clears."""
    yield CloseCase(alarm.id, Text("dry", "已退"))


def _rules() -> Iterator[Rule]:
    signals = (
        {}, {}, {}, {}, {"signal": Rate(timedelta(minutes=10))}, {"signal": Window("mean", timedelta(minutes=10))},
        {"signal": Window("max", timedelta(hours=1))}, {"signal": Stuck(0.0)}, {"signal": Drift(timedelta(hours=1))},
        {"signal": Silence()},
    )  # fmt: skip
    for quantity in QUANTITIES:
        for number, more in enumerate(signals):
            yield Rule(f"{quantity}_{number}", f"bench_{quantity}", SAYS, above=1e7 + number, **more)


FLOOD = Rule("bench_flood_rule", "bench_level", SAYS, above=1000, clears_below=500)
SYSTEM = System(
    name="bench",
    title=Text("Benchmark", "基准测试"),
    application="ecology",
    kinds=(Kind("bench", Text("Device", "设备")),),
    quantities=tuple(Quantity(f"bench_{name}", "1", Text(name, name)) for name in QUANTITIES),
    rules=(*list(_rules())[1:], FLOOD),
    categories=(Category("bench_flood", Text("Flood", "积水"), "bench", timedelta(hours=2)),),
    on_raised={"bench_flood_rule": open_case},
    on_cleared={"bench_flood_rule": close_case},
)
