"""What the drainage desk sees."""

from citywide.hub import Board, Chart, Column, Layer, Map, Page, Query, Stat, Table, Text, Timeline

DEPTHS = Text("Water depth", "积水深度")

NOW = Page(
    "now",
    Text("Water now", "实时积水"),
    (
        Stat(Text("Flooded places", "积水点"), Query("flooded_places"), "count", worry=0, live=("alarm",)),
        Stat(
            Text("Deepest water", "最深积水"),
            Query("deepest_water"),
            "depth",
            unit="cm",
            worry=10,
            live=("latest",),
        ),
        Stat(Text("Crews free", "空闲抢险队"), Query("free_crews"), "count", live=("case",)),
        Map(
            Text("Gauges and crews", "液位计与抢险队"),
            (
                Layer(DEPTHS, Query("gauges_on_map"), steps=(5, 10, 25, 50), unit="cm"),
                Layer(Text("Crews", "抢险队"), Query("crews_on_map")),
            ),
            live=("latest", "alarm", "case"),
        ),
        Chart(
            DEPTHS,
            Query("depth_history"),
            "time",
            "value",
            by="name",
            unit="cm",
            threshold=10,
            live=("latest",),
        ),
        Chart(
            Text("Expected in half an hour", "半小时后预报"),
            Query("forecast_history"),
            "time",
            "value",
            by="name",
            low="low",
            high="high",
            shape="fan",
            unit="cm",
            threshold=10,
        ),
        Board(Text("Cases", "案件"), Query("cases_of_department", {"department": "drainage"})),
        Timeline(Text("What happened", "事件"), Query("evidence_of_department", {"department": "drainage"})),
    ),
)

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
)
