"""What the technician sees: devices that fail now, and what a day of controllers' events tells of the others."""

from citywide.hub import Column, Page, Query, Table, Text, count_of

CROSSING = Column("name", Text("Crossing", "路口"))
DEVICES = Page(
    "devices",
    Text("Devices", "设备巡检"),
    (
        count_of(Text("Detectors that fail now", "当前故障检测器"), "blind_detectors_count", worry=1, live=("alarm",)),
        count_of(Text("Controllers to look at", "需检查信号机"), "faulty_controllers", worry=1),
        Table(
            Text("Dark, frozen or silent now", "当前失明、冻结或失联"),
            Query("blind_detectors"),
            (
                Column("name", Text("Lane", "车道")),
                Column("says", Text("What", "状况")),
                Column("raised", Text("Since", "自"), "time"),
            ),
            live=("alarm",),
            empty=Text("Every detector speaks", "所有检测器工作正常"),
        ),
        Table(
            Text("What the last day tells", "近一日巡检结果"),
            Query("faults_table"),
            (
                CROSSING,
                Column("part", Text("Device", "设备")),
                Column("found", Text("What is odd", "异常")),
                Column("until", Text("Judged", "评价时间"), "time"),
            ),
            empty=Text("Nothing is odd in the controllers' events", "信号机事件无异常"),
        ),
    ),
    tells=Text(
        "A detector that counts hardly anybody or a button that never rests is found here, not by a complaint",
        "检测器几乎无计数、行人按钮常按等问题在此发现，不待投诉",
    ),
)
