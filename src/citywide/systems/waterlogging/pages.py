"""What the drainage desk sees."""

from citywide.hub import Column, Layer, Map, Page, Query, Stat, Table, Text, count_of, desk_of, history_of
from citywide.systems.waterlogging.model import DEEP_WATER

DEPTHS = Text("Water depth", "积水深度")
DEEP = DEEP_WATER.name

NOW = Page(
    "now",
    Text("Water now", "实时积水"),
    (
        count_of(Text("Flooded places", "积水点"), "flooded_places", worry=0, live=("alarm",)),
        Stat(Text("Deepest water", "最深积水"), Query("deepest_water"), "depth", "cm", DEEP, live=("latest",)),
        count_of(Text("Crews free", "空闲抢险队"), "free_crews", live=("case",)),
        Map(
            Text("Gauges and crews", "液位计与抢险队"),
            (
                Layer(DEPTHS, Query("gauges_on_map"), steps=(5, 10, 25, 50), unit="cm"),
                Layer(Text("Crews", "抢险队"), Query("crews_on_map")),
            ),
            live=("latest", "alarm", "case"),
        ),
        history_of(
            DEPTHS, Query("highest_of_late", {"quantity": "water_depth"}),
            unit="cm", threshold=DEEP, live=("latest",),
        ),
        history_of(
            Text("Expected in half an hour", "半小时后预报"), Query("forecast_history"),
            low="low", high="high", shape="fan", unit="cm", threshold=DEEP,
        ),
        history_of(
            Text("Sumps filled", "集水池充满度"), Query("highest_of_late", {"quantity": "sump_level"}),
            unit="%", threshold=100, live=("latest",),
        ),
        *desk_of("drainage"),
    ),
    empty=Text("Gauges report every minute; the forecast follows within five", "液位计每分钟上报，五分钟内给出预报"),
    tells=Text(
        "A dot is a gauge, coloured by depth; over the red line, the nearest free pump crew is sent by itself",
        "圆点为液位计，按水深着色；超过红色警戒线自动派最近的空闲抢险队",
    ),
)  # fmt: skip

DEVICES = Page(
    "devices",
    Text("Gauges and crews", "设备与队伍"),
    (
        Table(
            Text("Gauges", "液位计"),
            Query("gauges_table"),
            (
                Column("name", Text("Place", "地点")),
                Column("depth", Text("Depth", "深度"), "number", "cm"),
                Column("sump", Text("Sump filled", "集水池"), "number", "%"),
                Column("pumps", Text("Pumps running", "水泵运行"), "number", "%"),
                Column("chance", Text("First water within the hour", "一小时内首次积水"), "number", "%"),
                Column("heard", Text("Last heard", "最近数据"), "time"),
                Column("state", Text("State", "状态"), "state"),
            ),
            live=("latest", "alarm"),
        ),
        Table(
            Text("Crews", "抢险队"),
            Query("crews_table"),
            (
                Column("name", Text("Crew", "队伍")),
                Column("pump", Text("Pump", "泵能力"), "number", "m³/h"),
                Column("state", Text("State", "状态"), "state"),
                Column("busy_with", Text("Busy with", "处置中")),
            ),
            live=("case",),
        ),
    ),
    tells=Text(
        "Which gauges can be believed: what ails a broken one is told apart from dryness",
        "哪些液位计可信：各类故障与干燥分别标明",
    ),
)
