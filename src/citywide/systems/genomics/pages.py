"""What the scientists of the biobank see: one page to ask and to follow, one of the newest results."""

from typing import Any

from citywide.hub import Chart, Column, Field, Form, Page, Query, Stat, Table, Text, Timeline

ROLES = ("scientist", "officer", "manager")
CASE = ("case",)
GENOME_WIDE = 7.3
STUDY, TRAIT = Text("Study", "研究"), Text("Trait", "性状")
COHORT, STUDIES_TITLE = Text("Cohort", "队列"), Text("Studies", "研究")
VARIANTS, WHY_NOT = Text("Variants", "位点"), Text("Why not", "未完成原因")
MEGABASES = Text("position, Mb", "位置（Mb）")
ENDED = Column("ended", Text("Ended", "结束时间"), "time")


def number(name: str, label: Text, unit: str = "") -> Column:
    """A column of numbers."""
    return Column(name, label, "number", unit)


def found(title: Text, query: str, *columns: Column) -> Table:
    """A table of what studies found, which follows them."""
    return Table(title, Query(query), columns, live=CASE)


def scatter(title: Text, query: Query, x: str, y: str, **more: Any) -> Chart:
    """Points of -log10 p that follow the studies."""
    return Chart(title, query, x, y, shape="scatter", unit="-log10 p", live=CASE, **more)


def along_the_genome(title: Text, query: Query, by: str) -> Chart:
    """Strength by place, with the bound of genome-wide significance."""
    return scatter(title, query, "megabases", "strength", by=by, threshold=GENOME_WIDE, along=MEGABASES)


def region(rank: int, title: Text) -> Chart:
    """The variants about one of the strongest leads, coloured by their linkage with it."""
    return along_the_genome(title, Query("region", {"rank": rank}), "linkage")


ASK = Form(
    Text("Ask for a study", "申请研究"),
    "/v1/studies",
    (
        Field("cohort", COHORT, "choice", required=True, among=Query("cohort_choices")),
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
    Query("cohorts"),
    (
        Column("name", COHORT),
        number("people", Text("People", "人数")),
        number("variants", VARIANTS),
        Column("traits", Text("Traits", "性状")),
    ),
)
UNDER_WAY = Stat(Text("Studies under way", "进行中的研究"), Query("running_count"), "count", live=CASE)
TIME_LEFT = Stat(
    Text("Time left of the one that runs", "当前研究剩余时间"), Query("time_left"), "left_s", "s", live=("latest",)
)
ALL = Table(
    STUDIES_TITLE,
    Query("studies"),
    (
        number("number", Text("No.", "编号")),
        Column("state", Text("State", "状态"), "state"),
        number("progress", Text("Progress", "进度"), "%"),
        number("left_s", Text("Time left", "剩余"), "s"),
        Column("cohort", COHORT),
        Column("traits", Text("Traits", "性状")),
        Column("purpose", Text("Purpose", "目的")),
        Column("asked_by", Text("Asked by", "申请人")),
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
EVIDENCE = Timeline(Text("What was done with the data", "数据使用记录"), Query("study_evidence"))
RUNS = Text("The study is running; what it finds appears here", "研究进行中，结果将显示于此")
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

HITS = Stat(Text("Variants below 5e-8", "低于 5e-8 的位点"), Query("newest_hits"), "count", live=CASE)
INFLATION = Stat(
    Text("Genomic inflation λ", "基因组膨胀系数 λ"), Query("newest_inflation"), "lambda", worry=1.15, live=CASE
)
MANHATTAN = along_the_genome(
    Text("Manhattan: strength along the genome", "曼哈顿图：全基因组关联强度"), Query("manhattan"), "series"
)
QUANTILES = scatter(
    Text("QQ: expected and observed", "QQ 图：期望与观测"),
    Query("quantiles"),
    "expected",
    "observed",
    by="trait",
    low="low",
    high="high",
    along=Text("expected -log10 p", "期望 -log10 p"),
)
TOP = found(
    Text("Strongest signals", "最强信号"),
    "top_hits",
    Column("trait", TRAIT),
    Column("variant", Text("Variant", "位点")),
    Column("chromosome", Text("Chromosome", "染色体")),
    number("position", Text("Position", "位置")),
    Column("alleles", Text("Effect / other allele", "效应 / 其他等位基因")),
    number("frequency", Text("Frequency", "频率")),
    number("beta", Text("Effect", "效应")),
    number("standard_error", Text("Standard error", "标准误")),
    Column("odds", Text("Odds ratio (95 %)", "比值比（95%）")),
    number("strength", Text("-log10 p", "-log10 p")),
    number("linked", Text("Linked", "连锁位点")),
    Column("region", Text("Region", "区域")),
)
REGIONS = (
    region(1, Text("The strongest region", "最强区域")),
    region(2, Text("The second region", "第二区域")),
    region(3, Text("The third region", "第三区域")),
    region(4, Text("The fourth region", "第四区域")),
)
MADE = found(
    Text("How it was made: a line fetches its file", "如何得到：点击下载"),
    "how_it_was_made",
    number("number", STUDY),
    Column("file", Text("File", "文件")),
    Column("sha256", Text("SHA-256", "SHA-256")),
    Column("command", Text("Command", "命令")),
    Column("versions", Text("Versions", "版本")),
    ENDED,
)
NEWEST = Text("Newest results", "最新研究结果")
RESULTS = Page(
    "results",
    NEWEST,
    (HITS, INFLATION, MANHATTAN, QUANTILES, TOP, *REGIONS, MADE),
    ROLES,
    RUNS,
    tells=Text(
        "A point above the dashed line is a place in the genome that goes with the trait",
        "虚线以上的点为与性状相关的基因组位置",
    ),
)
