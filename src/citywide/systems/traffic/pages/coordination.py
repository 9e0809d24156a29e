"""What the signal engineer sees of a street: where its greens stand, and which offset would serve it better."""

from citywide.hub import Chart, Choice, Column, Page, Query, Table, Text

NO_ARRIVALS = Text(
    "Needs an hour of controller events at two crossings of a street", "需要同一道路上两个路口一小时的信号机事件"
)
COORDINATION = Page(
    "coordination",
    Text("Green waves", "绿波协调"),
    (
        Chart(
            Text("Greens along a street", "沿路绿灯时空图"),
            Query("time_space"),
            "time",
            "along_s",
            by="name",
            shape="scatter",
            unit="s",
            choice=Choice(Text("Street", "道路"), Query("street_choices")),
            empty=NO_ARRIVALS,
        ),
        Table(
            Text("Offsets that would meet more vehicles", "相位差调整建议"),
            Query("offset_advice"),
            (
                Column("near", Text("From", "起点路口")),
                Column("far", Text("To", "终点路口")),
                Column("now", Text("Arrive on green", "绿灯到达"), "number", "%"),
                Column("best", Text("With the shift", "调整后"), "number", "%"),
                Column("shift_s", Text("Its greens later by", "绿灯推迟"), "number", "s"),
                Column("time", Text("Judged", "评价时间"), "time"),
            ),
            empty=NO_ARRIVALS,
        ),
    ),
    empty=Text("Judged every quarter of an hour", "每十五分钟评价一次"),
    tells=Text(
        "Greens that climb side by side are a wave; the table says which offset would meet more vehicles",
        "依次上升的绿灯即为绿波；表中给出可迎合更多车辆的相位差",
    ),
)
