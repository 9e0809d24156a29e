"""What the traffic desk sees."""

from citywide.hub import (
    Board,
    Chart,
    Column,
    Layer,
    Map,
    Page,
    Query,
    Scene,
    Stat,
    Table,
    Text,
    Timeline,
)
from citywide.systems.traffic.model import DEPARTMENT

INDEX = Text("Congestion index", "拥堵指数")

NOW = Page(
    "now",
    Text("Traffic now", "实时路况"),
    (
        Stat(Text("Incidents", "交通事件"), Query("standing_incidents"), "count", worry=1, live=("alarm",)),
        Stat(INDEX, Query("city_index"), "index", worry=4, live=("latest",)),
        Stat(Text("Officers free", "空闲交警"), Query("free_officers"), "count", live=("case",)),
        Map(
            Text("Congestion and incidents", "拥堵与事件"),
            (
                Layer(INDEX, Query("crossings_on_map"), steps=(2, 3, 4, 6)),
                Layer(Text("Incidents", "交通事件"), Query("incidents_on_map")),
                Layer(Text("Officers", "交警"), Query("officers_on_map")),
                Layer(Text("Buses and emergency vehicles", "公交与应急车辆"), Query("priority_on_map")),
            ),
            live=("latest", "alarm", "case"),
        ),
        Chart(INDEX, Query("index_history"), "time", "value", by="name", threshold=6, live=("latest",)),
        Board(Text("Cases", "案件"), Query("cases_of_department", {"department": DEPARTMENT})),
        Timeline(Text("What happened", "事件"), Query("evidence_of_department", {"department": DEPARTMENT})),
    ),
)

CROSSING = Page(
    "crossing",
    Text("Inside a crossing", "路口实景"),
    (
        Scene(
            Text("A crossing's vehicles, queues and lights", "路口车辆、排队与信号灯"),
            Query("scene_of_crossing"),
            Query("ground_of_crossing"),
            live=("latest",),
        ),
        Table(
            Text("Lanes", "车道"),
            Query("lanes_table"),
            (
                Column("name", Text("Lane", "车道")),
                Column("light", Text("Light", "灯色"), "state"),
                Column("queue", Text("Queue", "排队"), "number"),
                Column("confidence", Text("Confidence", "置信度"), "number", "%"),
                Column("volume", Text("Volume", "流量"), "number", "/h"),
                Column("speed", Text("Speed", "车速"), "number", "km/h"),
                Column("occupancy", Text("Occupancy", "占有率"), "number", "%"),
                Column("green", Text("Green", "绿信比"), "number", "%"),
            ),
            live=("latest",),
        ),
        Table(
            Text("Priority asked for", "优先通行请求"),
            Query("priority_table"),
            (
                Column("asked", Text("Asked", "请求时间"), "time"),
                Column("vehicle", Text("Vehicle", "车辆")),
                Column("role", Text("As", "类型")),
                Column("crossing", Text("Crossing", "路口")),
                Column("lane", Text("Lane", "车道"), "number"),
                Column("arrives", Text("Arrives", "预计到达"), "time"),
                Column("state", Text("State", "状态")),
            ),
            live=("latest",),
        ),
    ),
)

MEASURES = Page(
    "measures",
    Text("How crossings serve", "路口运行评价"),
    (
        Chart(
            Text("Purdue coordination diagram", "普渡协调图"),
            Query("coordination_diagram"),
            "time",
            "in_cycle_s",
            by="what",
            shape="scatter",
            unit="s",
        ),
        Chart(
            Text("Arrivals on green", "绿灯到达率"),
            Query("measure_history", {"measure": "arrivals_on_green"}),
            "time",
            "value",
            by="name",
            unit="%",
        ),
        Chart(
            Text("Split failures", "绿灯溢出周期"),
            Query("measure_history", {"measure": "split_failures"}),
            "time",
            "value",
            by="name",
            shape="bar",
        ),
        Chart(
            Text("Approach delay", "进口道延误"),
            Query("measure_history", {"measure": "approach_delay"}),
            "time",
            "value",
            by="name",
            unit="s",
        ),
        Table(
            Text("What officers said of incidents", "事件核实反馈"),
            Query("feedback_table"),
            (
                Column("at", Text("When", "时间"), "time"),
                Column("name", Text("Lane", "车道")),
                Column("kind", Text("Kind", "类型")),
                Column("was_real", Text("Real", "属实"), "state"),
                Column("note", Text("Note", "说明")),
            ),
        ),
    ),
)
