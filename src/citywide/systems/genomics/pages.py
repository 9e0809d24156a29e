"""What the scientists of the biobank see: one page to ask and to follow, one of the newest results."""

from citywide.hub import Chart, Column, Field, Form, Page, Query, Stat, Table, Text, Timeline

ROLES = ("scientist", "officer", "manager")
TRAIT = Column("trait", Text("Trait", "性状"))
STUDY = Column("study", Text("Study", "研究"), "number")

ASK = Form(
    Text("Ask for a study", "申请研究"),
    "/v1/studies",
    (
        Field("cohort", Text("Cohort", "队列"), "choice", required=True, among=Query("cohort_choices")),
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
        Field("people", Text("Who may see it (the department if none)", "可见人员（不填为本部门）")),
    ),
)
ACTS = Form(
    Text("Stop a study, or go on with it", "停止或继续研究"),
    "/v1/studies/acts",
    (
        Field("study", Text("Study", "研究"), "number", required=True),
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
        Column("name", Text("Cohort", "队列")),
        Column("people", Text("People", "人数"), "number"),
        Column("variants", Text("Variants", "位点"), "number"),
        Column("traits", Text("Traits", "性状")),
    ),
)
UNDER_WAY = Stat(Text("Studies under way", "进行中的研究"), Query("running_count"), "count", live=("case",))
TIME_LEFT = Stat(
    Text("Time left of the one that runs", "当前研究剩余时间"), Query("time_left"), "left_s", "s", live=("latest",)
)
ALL = Table(
    Text("Studies", "研究"),
    Query("studies"),
    (
        Column("number", Text("No.", "编号"), "number"),
        Column("state", Text("State", "状态"), "state"),
        Column("progress", Text("Progress", "进度"), "number", "%"),
        Column("left_s", Text("Time left", "剩余"), "number", "s"),
        Column("cohort", Text("Cohort", "队列")),
        Column("traits", Text("Traits", "性状")),
        Column("purpose", Text("Purpose", "目的")),
        Column("asked_by", Text("Asked by", "申请人")),
        Column("people", Text("People", "参与人")),
        Column("asked", Text("Asked", "申请时间"), "time"),
        Column("ended", Text("Ended", "结束时间"), "time"),
        Column("why", Text("Why not", "未完成原因")),
        Column("case", Text("Case", "案件"), "number"),
    ),
    live=("case", "latest"),
)
FOUND = Table(
    Text("What was found: a line fetches its report", "研究结果：点击下载报告"),
    Query("study_traits"),
    (
        STUDY,
        Column("name", Text("Trait", "性状")),
        Column("people", Text("People", "人数"), "number"),
        Column("ill", Text("Cases", "病例"), "number"),
        Column("variants", Text("Variants", "位点"), "number"),
        Column("left_out", Text("Left out", "未纳入"), "number"),
        Column("lambda", Text("λ", "λ"), "number"),
        Column("genome_wide", Text("Below 5e-8", "低于 5e-8"), "number"),
        Column("refused", Text("Why not", "未完成原因")),
    ),
    live=("case",),
)

STUDIES = Page(
    "studies",
    Text("Studies", "研究"),
    (
        UNDER_WAY,
        TIME_LEFT,
        ALL,
        FOUND,
        ASK,
        COHORTS,
        ACTS,
        Timeline(Text("What was done with the data", "数据使用记录"), Query("study_evidence")),
    ),
    ROLES,
)


def region(rank: int, title: Text) -> Chart:
    """The variants about one of the strongest leads, coloured by their linkage with it."""
    return Chart(
        title,
        Query("region", {"rank": rank}),
        "megabases",
        "strength",
        by="linkage",
        shape="scatter",
        unit="-log10 p",
        threshold=7.3,
        live=("case",),
    )


RESULTS = Page(
    "results",
    Text("Results of the newest study", "最新研究结果"),
    (
        Stat(Text("Variants below 5e-8", "低于 5e-8 的位点"), Query("newest_hits"), "count", live=("case",)),
        Stat(
            Text("Genomic inflation λ", "基因组膨胀系数 λ"),
            Query("newest_inflation"),
            "lambda",
            worry=1.15,
            live=("case",),
        ),
        Chart(
            Text("Manhattan: strength along the genome", "曼哈顿图：全基因组关联强度"),
            Query("manhattan"),
            "megabases",
            "strength",
            by="series",
            shape="scatter",
            unit="-log10 p",
            threshold=7.3,
            live=("case",),
        ),
        Chart(
            Text("QQ: expected and observed", "QQ 图：期望与观测"),
            Query("quantiles"),
            "expected",
            "observed",
            by="trait",
            low="low",
            high="high",
            shape="scatter",
            unit="-log10 p",
            live=("case",),
        ),
        Table(
            Text("Strongest signals", "最强信号"),
            Query("top_hits"),
            (
                TRAIT,
                Column("variant", Text("Variant", "位点")),
                Column("chromosome", Text("Chromosome", "染色体")),
                Column("position", Text("Position", "位置"), "number"),
                Column("alleles", Text("Effect / other allele", "效应 / 其他等位基因")),
                Column("frequency", Text("Frequency", "频率"), "number"),
                Column("beta", Text("Effect", "效应"), "number"),
                Column("standard_error", Text("Standard error", "标准误"), "number"),
                Column("strength", Text("-log10 p", "-log10 p"), "number"),
                Column("linked", Text("Linked", "连锁位点"), "number"),
                Column("region", Text("Region", "区域")),
            ),
            live=("case",),
        ),
        region(1, Text("The strongest region", "最强区域")),
        region(2, Text("The second region", "第二区域")),
        region(3, Text("The third region", "第三区域")),
        region(4, Text("The fourth region", "第四区域")),
        Table(
            Text("How it was made: a line fetches its file", "如何得到：点击下载"),
            Query("how_it_was_made"),
            (
                Column("number", Text("Study", "研究"), "number"),
                Column("file", Text("File", "文件")),
                Column("sha256", Text("SHA-256", "SHA-256")),
                Column("command", Text("Command", "命令")),
                Column("versions", Text("Versions", "版本")),
                Column("ended", Text("Ended", "结束时间"), "time"),
            ),
            live=("case",),
        ),
    ),
    ROLES,
)
