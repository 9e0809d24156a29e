"""What the traffic desk sees."""

from citywide.hub import (
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

USUAL = (("night", Text("night", "夜间")), ("day", Text("day", "平峰")), ("peak", Text("peak", "高峰")))
CONTROL = Column("control", Text("Control", "控制方式"))
PLANS = Page(
    "plans",
    Text("Signal plans", "信号配时方案"),
    (
        Table(
            Text("Why this plan", "配时方案依据"),
            Query("plan_choices"),
            (
                Column("since", Text("Since", "启用时间"), "time"),
                Column("name", Text("Crossing", "路口")),
                Column("plan", Text("Plan", "方案")),
                Column("cycle_s", Text("Cycle", "周期"), "number", "s"),
                Column("offset_s", Text("Offset", "相位差"), "number", "s"),
                CONTROL,
                Column("reason", Text("Reason", "依据")),
            ),
        ),
        Form(
            Text("Another plan for a while", "临时更换方案"),
            "/v1/traffic/plan-changes",
            (
                Field("plan", Text("Plan", "方案"), "choice", required=True, choices=USUAL),
                Field("hours", Text("For how many hours", "持续小时"), "number", required=True),
                Field("reason", Text("Reason", "原因"), required=True),
                Field(
                    "crossing",
                    Text("Crossing, such as crossing/01 (all when empty)", "路口编号，如 crossing/01（留空为全部）"),
                ),
                Field("fixed", Text("Fixed, without adaptation", "固定配时，不自适应"), "yes_no"),
            ),
        ),
        Table(
            Text("Planned changes; each returns by itself", "计划变更（到期自动恢复）"),
            Query("plan_changes"),
            (
                Column("begins", Text("From", "开始"), "time"),
                Column("ends", Text("Until", "结束"), "time"),
                Column("name", Text("Crossing", "路口")),
                Column("plan", Text("Plan", "方案")),
                CONTROL,
                Column("reason", Text("Reason", "原因")),
                Column("who", Text("By", "操作人")),
            ),
        ),
        Table(
            Text("Before and after, days matched", "前后对比（按同类日匹配）"),
            Query("comparisons"),
            (
                Column("day", Text("Since", "自")),
                Column("what", Text("What changed", "变更内容")),
                Column("measure", Text("Measure", "指标")),
                Column("change", Text("Change", "变化"), "number", "%"),
                Column("low", Text("At least", "区间下限"), "number", "%"),
                Column("high", Text("At most", "区间上限"), "number", "%"),
                Column("p_value", Text("Chance of no effect", "p 值"), "number"),
                Column("days_before", Text("Days before", "变更前天数"), "number"),
                Column("days_after", Text("Days after", "变更后天数"), "number"),
                Column("verdict", Text("Verdict", "结论")),
            ),
        ),
        Form(
            Text("Compare before and after a day", "以某日为界作前后对比"),
            "/v1/traffic/milestones",
            (
                Field("day", Text("Day", "日期"), "date", required=True),
                Field("what", Text("What changed", "变更内容"), required=True),
            ),
        ),
        Chart(
            Text("Congestion index by day", "日均拥堵指数"),
            Query("daily_history", {"name": "congestion_index"}),
            "day",
            "value",
            shape="bar",
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
