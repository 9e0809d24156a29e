"""The words of traffic: what a crossing measures, what is an incident, and who answers for it."""

from datetime import timedelta

from citywide.hub import Category, Kind, Quantity, Rule, Silence, Text

DEPARTMENT = "traffic"
CROSSING = Kind(
    "crossing",
    Text("Crossing", "路口"),
    facts=(
        "phases",
        "through",
        "connected",
        "number",
        "corridor",
        "along",
        "travel_s",
        "min_green_s",
        "yellow_s",
        "all_red_s",
        "walk_s",
        "walk_clears_s",
    ),
)
DETECTOR = Kind(
    "detector",
    Text("Lane detector", "车道检测器"),
    facts=(
        "crossing",
        "lane",
        "heading",
        "aside_m",
        "turns",
        "exits",
        "group",
        "advance",
        "presence",
        "walk",
        "crosses",
        "signal",
    ),
)
PRIORITY_VEHICLE = Kind(
    "priority_vehicle", Text("Bus or emergency vehicle", "公交及应急车辆"), facts=("role",), moves=True
)
OFFICER = Kind("traffic_officer", Text("Traffic officer", "交警"), facts=("on_shift",), moves=True)

MEASURED = (
    Quantity("queue", "vehicles", Text("Queue", "排队车辆"), low=0, high=100),
    Quantity("volume", "vehicles/h", Text("Volume", "流量"), low=0, high=10_000),
    Quantity("traffic_speed", "km/h", Text("Speed", "车速"), low=0, high=200),
    Quantity("occupancy", "%", Text("Occupancy", "占有率"), low=0, high=100),
    Quantity("congestion_index", "1", Text("Congestion index", "拥堵指数"), low=0, high=100),
    Quantity("green_share", "%", Text("Green share", "绿信比"), low=0, high=100),
)
SEEN = (
    Quantity("light", "1", Text("Light", "灯色"), low=0, high=3),  # 0 red, 1 permissive, 2 green, 3 yellow
    Quantity("light_left", "s", Text("Least time to the change", "最短剩余时间"), low=0, high=3600),
    Quantity("track", "1", Text("Place of a vehicle", "车辆位置"), low=0, high=2**52, every=None),  # see `packing`
    Quantity("priority_request", "1", Text("Priority request", "优先通行请求"), 0, 2**40, every=None),  # see `packing`
    Quantity("confidence", "%", Text("Confidence of the picture", "感知置信度"), low=0, high=100),
    Quantity("signal_event", "1", Text("Signal event", "信号事件"), 0, every=None),  # Indiana code × 32768 + parameter
    Quantity("stopped_vehicle", "s", Text("Stopped vehicle", "异常停车"), low=0, high=86_400, every=None),
    Quantity("blocked_lane", "s", Text("Blocked lane", "车道受阻"), low=0, high=86_400, every=None),
    Quantity("wrong_way", "s", Text("Wrong way", "逆行"), low=0, high=86_400, every=None),
    Quantity("sudden_queue", "s", Text("Sudden queue", "突发拥堵"), low=0, high=86_400, every=None),
    Quantity("dark_detector", "s", Text("Dark detector", "检测器失明"), low=0, high=86_400, every=None),
    Quantity("frozen_detector", "s", Text("Frozen detector", "检测器画面冻结"), low=0, high=86_400, every=None),
)


def _incident(name: str, en: str, zh: str, severity: str, *, of_device: bool = False) -> Rule:
    """Roadside units send for how long an incident has stood, and zero when it is over."""
    says = Text(f"{en} at {{name}}", f"{{name}}{zh}")
    return Rule(name, name, says, above=0.5, severity=severity, of_device=of_device)


STOPPED_VEHICLE = _incident("stopped_vehicle", "a vehicle has stopped", "有车辆异常停车", "warning")
BLOCKED_LANE = _incident("blocked_lane", "the lane is blocked", "车道受阻", "serious")
WRONG_WAY = _incident("wrong_way", "a vehicle goes the wrong way", "有车辆逆行", "critical")
SUDDEN_QUEUE = _incident("sudden_queue", "a queue grows without reason", "突发排队", "warning")
DARK_DETECTOR = _incident("dark_detector", "the detector sees nothing", "检测器失明", "notice", of_device=True)
FROZEN_DETECTOR = _incident(
    "frozen_detector", "the detector only repeats itself", "检测器画面冻结", "notice", of_device=True
)
INCIDENTS = (STOPPED_VEHICLE, BLOCKED_LANE, WRONG_WAY, SUDDEN_QUEUE, DARK_DETECTOR, FROZEN_DETECTOR)
CONGESTED = Rule(
    "congested",
    "congestion_index",
    Text("{name} is congested: index {value:.1f}", "{name}拥堵，指数 {value:.1f}"),
    above=6,
    clears_below=4,
    hold=timedelta(minutes=5),
)
DETECTOR_SILENT = Rule(
    "detector_silent",
    "queue",
    Text("{name} has been silent for {value:.0f} s", "{name}已 {value:.0f} 秒无数据"),
    signal=Silence(),
    above=600,
    severity="notice",
    kind="detector",
)
FOR_OFFICERS = (STOPPED_VEHICLE, BLOCKED_LANE, WRONG_WAY, SUDDEN_QUEUE)
FOR_TECHNICIANS = (DARK_DETECTOR, FROZEN_DETECTOR, DETECTOR_SILENT)


def _category(name: str, en: str, zh: str, *, closes_road: bool = False) -> Category:
    within, apart = timedelta(minutes=30), timedelta(hours=1)
    return Category(
        name, Text(en, zh), DEPARTMENT, within, around_the_clock=True, merge_within_m=5, merge_within=apart,
        closes_road=closes_road,
    )  # fmt: skip


CATEGORIES = (
    _category("stopped_vehicle", "Stopped vehicle", "异常停车"),
    _category("blocked_lane", "Blocked lane", "车道受阻"),
    _category("wrong_way", "Wrong way", "逆行"),
    _category("sudden_queue", "Sudden queue", "突发拥堵"),
)
CLOSED_ROAD = _category("closed_road", "Closed road", "道路封闭", closes_road=True)
BROKEN_DETECTOR = Category(
    "broken_detector", Text("Broken detector", "检测器故障"), DEPARTMENT, timedelta(hours=16), merge_within_m=5
)  # fmt: skip
