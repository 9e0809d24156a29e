"""What the traffic desk sees."""

from citywide.hub import (
    Chart,
    Choice,
    Column,
    Layer,
    Map,
    Page,
    Query,
    Scene,
    Stat,
    Table,
    Text,
    count_of,
    desk_of,
    history_of,
)
from citywide.systems.traffic.duties import judged
from citywide.systems.traffic.model import CONGESTED, DEPARTMENT

NO_EVENTS = Text("No controller has sent such events within a day", "一日内无信号机上报此类事件")
INDEX = Text("Congestion index", "拥堵指数")

NOW = Page(
    "now",
    Text("Traffic now", "实时路况"),
    (
        count_of(Text("Incidents", "交通事件"), "standing_incidents", worry=1, live=("alarm",)),
        Stat(INDEX, Query("city_index"), "index", worry=4, live=("latest",)),
        count_of(Text("Officers free", "空闲交警"), "free_officers", live=("case",)),
        Map(
            Text("Congestion and incidents", "拥堵与事件"),
            (
                Layer(INDEX, Query("crossings_on_map"), steps=(2, 3, 4, 6)),
                Layer(Text("Incidents", "交通事件"), Query("incidents_on_map")),
                Layer(Text("Closed roads", "封闭道路"), Query("closed_roads_on_map")),
                Layer(Text("Lanes closed for works", "施工封闭车道"), Query("works_on_map")),
                Layer(Text("Officers", "交警"), Query("officers_on_map")),
                Layer(Text("Buses and emergency vehicles", "公交与应急车辆"), Query("priority_on_map")),
            ),
            live=("latest", "alarm", "case"),
        ),
        history_of(INDEX, Query("index_history"), threshold=CONGESTED.name, live=("latest",)),
        *desk_of(DEPARTMENT),
    ),
    empty=Text("Crossings report every minute", "各路口每分钟上报"),
    tells=Text(
        "Green crossings flow, red ones are slow; an incident calls the nearest free officer by itself",
        "绿色路口畅通，红色路口拥堵；发现事件自动派最近的空闲交警",
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
            choice=Choice(Text("Crossing", "路口"), Query("scene_choices")),
        ),
        Table(
            Text("Lanes of the city, longest queue first", "全市车道（按排队长度）"),
            Query("lanes_table"),
            (
                Column("name", Text("Lane", "车道")),
                Column("light", Text("Light", "灯色"), "state"),
                Column("queue", Text("Queue", "排队"), "number", "veh"),
                Column("confidence", Text("Confidence", "置信度"), "number", "%"),
                Column("volume", Text("Volume", "流量"), "number", "veh/h"),
                Column("speed", Text("Speed", "车速"), "number", "km/h"),
                Column("occupancy", Text("Occupancy", "占有率"), "number", "%"),
                Column("green", Text("Green", "绿信比"), "number", "%"),
            ),
            live=("latest",),
            empty=Text("Lanes report every minute", "各车道每分钟上报"),
        ),
        Table(
            Text("Priority asked for in the city", "全市优先通行请求"),
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
            empty=Text("No bus or ambulance has asked yet", "尚无公交或急救车辆请求"),
        ),
    ),
    empty=Text("Crossings report every second", "各路口每秒上报"),
    tells=Text(
        "Two minutes of one crossing as its detectors saw it; another can be chosen above the drawing",
        "一个路口近两分钟的实况回放，可在图上方另选路口",
    ),
)


def _measured(name: str) -> Chart:
    """What the crossings' controllers counted, quarter by quarter."""
    one = judged.MEASURES[name]
    shape = "bar" if one.summed else "line"
    query = Query("measure_history", {"measure": name, "how": "sum" if one.summed else "mean"})
    return history_of(one.title, query, unit=one.unit, shape=shape, empty=NO_EVENTS)


SERVICE = ("arrivals_on_green", "split_failures", "approach_delay", "platoon_ratio", "approach_volume")
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
            choice=Choice(Text("Crossing and phase", "路口与相位"), Query("diagram_choices")),
            empty=NO_EVENTS,
        ),
        *map(_measured, SERVICE),
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
            empty=Text("No officer has answered an incident yet", "尚无交警核实反馈"),
        ),
    ),
    empty=Text("Counted every quarter of an hour", "每十五分钟统计一次"),
    tells=Text(
        "Do vehicles arrive on green and get through in one cycle? Each quarter of an hour counts",
        "车辆是否绿灯到达、一周期通过，每十五分钟统计",
    ),
)
