"""What the scientists of the biobank see."""

from citywide.hub import Chart, Column, Page, Query, Stat, Table, Text, Timeline

ROLES = ("scientist", "officer", "manager")
TRAIT = Column("trait", Text("Trait", "性状"))

STUDIES = Page(
    "studies",
    Text("Studies", "研究"),
    (
        Stat(Text("Studies under way", "进行中的研究"), Query("running_count"), "count", live=("case",)),
        Table(
            Text("Studies", "研究"),
            Query("studies"),
            (
                Column("number", Text("No.", "编号"), "number"),
                Column("cohort", Text("Cohort", "队列")),
                Column("traits", Text("Traits", "性状")),
                Column("purpose", Text("Purpose", "目的")),
                Column("asked_by", Text("Asked by", "申请人")),
                Column("people", Text("People", "参与人")),
                Column("state", Text("State", "状态"), "state"),
                Column("progress", Text("Progress", "进度"), "number", "%"),
                Column("asked", Text("Asked", "申请时间"), "time"),
                Column("ended", Text("Ended", "结束时间"), "time"),
                Column("lambda", Text("λ", "λ"), "number"),
                Column("hits", Text("Below 5e-8", "低于 5e-8"), "number"),
                Column("why", Text("Why not", "未完成原因")),
                Column("case", Text("Case", "案件"), "number"),
            ),
            live=("case", "latest"),
        ),
        Table(
            Text("Traits", "性状"),
            Query("study_traits"),
            (
                Column("study", Text("Study", "研究"), "number"),
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
        ),
        Timeline(Text("What was done with the data", "数据使用记录"), Query("study_evidence")),
    ),
    ROLES,
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
        Table(
            Text("How it was made", "如何得到"),
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
