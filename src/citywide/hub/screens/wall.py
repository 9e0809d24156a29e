"""The hub's own pages: what is wrong, who is on the way, how departments do, what data there are."""

from citywide.hub.vocabulary.affairs import OUTAGE
from citywide.hub.vocabulary.pages import Board, Column, Field, Form, Layer, Map, Page, Query, Table, Timeline, count_of
from citywide.hub.vocabulary.system import System
from citywide.hub.vocabulary.things import Quantity
from citywide.kit.text import Text

WALL = Page(
    "wall",
    Text("City wall", "态势总览"),
    (
        count_of(Text("Standing alarms", "当前告警"), "open_alarm_count", worry=0, live=("alarm",)),
        count_of(Text("Open cases", "在办案件"), "open_case_count", live=("case",)),
        count_of(Text("Waiting for somebody", "待派遣"), "waiting_count", worry=0, live=("case",)),
        count_of(Text("Overdue", "超期"), "overdue_count", worry=0, live=("case",)),
        Map(
            Text("The city now", "全市态势"),
            (
                Layer(Text("Cases", "案件"), Query("open_cases_on_map")),
                Layer(Text("Crews", "处置力量"), Query("units_on_map")),
            ),
            live=("case", "latest"),
        ),
        Table(
            Text("Alarms", "告警"),
            Query("open_alarms"),
            (
                Column("time", Text("Since", "时间"), "time"),
                Column("severity", Text("Severity", "级别"), "state"),
                Column("name", Text("Place", "地点")),
                Column("says", Text("What", "内容")),
                Column("state", Text("State", "状态"), "state"),
            ),
            live=("alarm",),
            empty=Text("No alarm stands", "当前无告警"),
        ),
        Table(
            Text("For you", "待您知悉"),
            Query("for_you", own=True),
            (
                Column("time", Text("When", "时间"), "time"),
                Column("says", Text("What", "内容")),
                Column("department", Text("Department", "部门")),
            ),
            live=("case", "message"),
            seen="/v1/messages/seen",
            empty=Text("Nothing waits for your eye", "暂无需您知悉的事项"),
        ),
        Board(Text("Cases", "案件"), Query("cases_of_city")),
        Timeline(Text("What happened", "事件记录"), Query("recent_evidence")),
    ),
    tells=Text(
        "Red stands with nobody on it; press a dot, an alarm or a case to see it and to act",
        "红色为尚无人处理；点击图点、告警或案件即可查看并处置",
    ),
)

LEAGUE_COLUMNS = (
    Column("department", Text("Department", "部门")),
    Column("cases", Text("Cases", "案件数"), "number"),
    Column("answered_percent", Text("Answered within a day", "一日内响应率"), "number", "%"),
    Column("solved_percent", Text("Solved, not reopened", "解决率（未重开）"), "number", "%"),
    Column("late_percent", Text("Late", "超期率"), "number", "%"),
    Column("satisfaction", Text("Satisfaction, of 5", "满意度（5 分）"), "number"),
    Column("rated", Text("Rated", "评价数"), "number"),
    Column("paused_hours", Text("Paused", "暂停时长"), "number", "h"),
)
LEAGUE = Page(
    "league",
    Text("How departments do", "部门评价"),
    (
        Table(
            Text("League table, the last 90 days", "部门排名（近 90 天）"),
            Query("league", {"back": "90 days", "reporters": 0}),
            LEAGUE_COLUMNS,
            live=("case",),
            empty=Text("A department stands here with its first case", "部门有首个案件后列于此处"),
        ),
        Table(
            Text("Charged to one, held by another", "计入原部门、现由他部门办理"),
            Query("charged_elsewhere"),
            (
                Column("title", Text("Case", "案件")),
                Column("charged", Text("Counts for", "计入部门")),
                Column("department", Text("Held by", "现办部门")),
                Column("why", Text("Because it was", "原因"), "state"),
                Column("state", Text("State", "状态"), "state"),
            ),
            live=("case",),
            empty=Text("No case counts for another than who holds it", "无计入他部门的案件"),
        ),
    ),
    roles=("manager",),
    tells=Text(
        "Who answers and mends in time; a case that its reporter reopens counts against whoever closed it",
        "各部门是否及时响应和解决；被上报人重开的案件计入结案部门",
    ),
)

CATALOGUE = Page(
    "catalogue",
    Text("Data catalogue", "数据目录"),
    (
        count_of(Text("Data sets", "数据集"), "catalogue_size"),
        count_of(Text("Incomplete or implausible", "不完整或存疑"), "catalogue_gaps", worry=0),
        Table(
            Text("What data the city holds", "全市数据资源"),
            Query("catalogue_sets"),
            (
                Column("quantity", Text("Data", "数据")),
                Column("kind", Text("Of", "对象")),
                Column("department", Text("Owner", "责任部门")),
                Column("series", Text("Sources", "来源数"), "number"),
                Column("newest", Text("Newest", "最新时间"), "time"),
                Column("complete", Text("Complete", "完整率"), "number", "%"),
                Column("plausible", Text("Plausible", "可信率"), "number", "%"),
                Column("judged", Text("Judged", "评估时间"), "time"),
            ),
            empty=Text("Nothing has spoken to the city yet", "尚无数据接入"),
        ),
        Table(
            Text("Take the catalogue along", "目录导出"),
            Query("catalogue_links"),
            (Column("name", Text("Form", "格式")), Column("says", Text("Made for", "用途"))),
        ),
    ),
    tells=Text(
        "Every data set of the city: whose it is and how fresh; once a day it is judged how complete and how plausible",
        "全市每类数据的归属与时效；每日评估完整与可信程度",
    ),
)

DEPUTIES = Page(
    "deputies",
    Text("Deputies", "代班"),
    (
        Form(
            Text("Let somebody act for me", "请人代班"),
            "/v1/delegations",
            (
                Field("to", Text("Who", "代班人"), required=True),
                Field("hours", Text("For how many hours", "时长（小时）"), "number", required=True),
                Field("why", Text("Why", "事由"), "long_text", required=True),
            ),
        ),
        Table(
            Text("Who acts for whom", "代班情况"),
            Query("own_delegations", own=True),
            (
                Column("from_staff", Text("For", "被代班人")),
                Column("to_staff", Text("Acts", "代班人")),
                Column("until", Text("Until", "有效至"), "time"),
                Column("why", Text("Why", "事由")),
            ),
            live=("evidence",),
            empty=Text("Nobody acts for you, and you for nobody", "无代班"),
        ),
    ),
    tells=Text(
        "Going away? Name who acts for you and until when; the log keeps both names",
        "外出时指定代班人与期限，记录留存双方姓名",
    ),
)

SYSTEM = System(
    name="hub",
    title=Text("The city", "城市运行"),
    application="urban governance",
    quantities=(
        Quantity("position_lon", "°", Text("Longitude", "经度"), -180, 180),
        Quantity("position_lat", "°", Text("Latitude", "纬度"), -90, 90),
    ),
    categories=(OUTAGE,),
    pages=(WALL, LEAGUE, DEPUTIES, CATALOGUE),
)
