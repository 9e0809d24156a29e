"""Where studies are asked for and followed."""

from citywide.hub import Column, Field, Form, Page, Query, Stat, Table, Text, Timeline
from citywide.systems.genomics.pages.parts import (
    ASKED_BY,
    CASE,
    COHORT,
    ENDED,
    ROLES,
    RUNS,
    STUDIES_TITLE,
    STUDY,
    TRAIT,
    VARIANTS,
    WHY_NOT,
    found,
    number,
)

ASK = Form(
    Text("Ask for a study", "申请研究"),
    "/v1/studies",
    (
        Field("cohort", COHORT, "choice", required=True, among=Query("cohort_choices", own=True)),
        Field("traits", Text("Traits, comma between (all if none)", "性状，以逗号分隔（不填为全部）")),
        Field(
            "test",
            Text("Test", "检验"),
            "choice",
            choices=(
                ("auto", Text("by the trait's values", "按性状取值")),
                ("linear", Text("linear", "线性")),
                ("logistic", Text("logistic", "逻辑斯蒂")),
            ),
        ),
        Field("purpose", Text("What for", "研究目的"), "long_text", required=True),
        Field("keep", Text("Only these people (FID IID a line)", "仅限这些人（每行 FID IID）"), "long_text"),
        Field("extract", Text("Only these variants (names)", "仅限这些位点（名称）"), "long_text"),
        Field("step_one", Text("Take relatedness off (step one)", "扣除亲缘关系（第一步回归）"), "yes_no"),
        Field("people", Text("Who may see it (the department if none)", "可见人员（不填为本部门）")),
    ),
)
ACTS = Form(
    Text("Stop a study, or go on with it", "停止或继续研究"),
    "/v1/studies/acts",
    (
        Field("study", STUDY, "number", required=True),
        Field(
            "act",
            Text("What", "操作"),
            "choice",
            required=True,
            choices=(("stop", Text("stop", "停止")), ("go_on", Text("go on", "继续"))),
        ),
    ),
)
COHORTS = Table(
    Text("Cohorts", "队列"),
    Query("cohorts", own=True),
    (
        Column("name", COHORT),
        number("people", Text("People", "人数")),
        number("variants", VARIANTS),
        Column("traits", Text("Traits", "性状")),
    ),
)
UNDER_WAY = Stat(Text("Studies under way", "进行中的研究"), Query("running_count", own=True), "count", live=CASE)
TIME_LEFT = Stat(
    Text("Time left of the one that runs", "当前研究剩余时间"),
    Query("time_left", own=True),
    "left_s",
    "s",
    live=("latest",),
)
ALL = Table(
    STUDIES_TITLE,
    Query("studies", own=True),
    (
        number("number", Text("No.", "编号")),
        Column("state", Text("State", "状态"), "state"),
        number("progress", Text("Progress", "进度"), "%"),
        number("left_s", Text("Time left", "剩余"), "s"),
        Column("cohort", COHORT),
        Column("traits", Text("Traits", "性状")),
        Column("purpose", Text("Purpose", "目的")),
        Column("asked_by", ASKED_BY),
        Column("people", Text("People", "参与人")),
        Column("asked", Text("Asked", "申请时间"), "time"),
        ENDED,
        Column("why", WHY_NOT),
        number("case", Text("Case", "案件")),
    ),
    live=("case", "latest"),
)
FOUND = found(
    Text("What was found: a line fetches its report", "研究结果：点击下载报告"),
    "study_traits",
    number("study", STUDY),
    Column("name", TRAIT),
    number("people", Text("People", "人数")),
    number("ill", Text("Cases", "病例")),
    number("variants", VARIANTS),
    number("left_out", Text("Left out", "未纳入")),
    number("lambda", Text("λ", "λ")),
    number("genome_wide", Text("Below 5e-8", "低于 5e-8")),
    Column("refused", WHY_NOT),
)
EVIDENCE = Timeline(Text("What was done with the data", "数据使用记录"), Query("study_evidence", own=True))
STUDIES = Page(
    "studies",
    STUDIES_TITLE,
    (UNDER_WAY, TIME_LEFT, ALL, FOUND, ASK, COHORTS, ACTS, EVIDENCE),
    ROLES,
    RUNS,
    tells=Text(
        "Ask for a scan of a cohort; it runs as a case, and a finished line fetches its report",
        "申请队列扫描，按案件运行，完成后点击该行下载报告",
    ),
)
