"""The newest results."""

from citywide.hub import Column, Page, Query, Stat, Text
from citywide.systems.genomics.model import INFLATED
from citywide.systems.genomics.pages.parts import (
    ASKED_BY,
    CASE,
    CHROMOSOME,
    ENDED,
    ROLES,
    RUNS,
    STUDY,
    TRAIT,
    along_the_genome,
    found,
    number,
    region,
    scatter,
)

HITS = Stat(Text("Variants below 5e-8", "低于 5e-8 的位点"), Query("newest_hits", own=True), "count", live=CASE)
INFLATION = Stat(
    Text("Genomic inflation λ", "基因组膨胀系数 λ"),
    Query("newest_inflation", own=True),
    "lambda",
    worry=INFLATED.name,
    live=CASE,
)
MANHATTAN = along_the_genome(
    Text("Manhattan: strength along the genome", "曼哈顿图：全基因组关联强度"),
    Query("manhattan", own=True),
    "series",
    CHROMOSOME,
    stretches="chromosome",
)
QUANTILES = scatter(
    Text("QQ: expected and observed", "QQ 图：期望与观测"),
    Query("quantiles", own=True),
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
    Column("chromosome", CHROMOSOME),
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
    Text("How it was made", "如何得到"),
    "how_it_was_made",
    number("number", STUDY),
    Column("asked_by", ASKED_BY),
    Column("command", Text("Command", "命令")),
    Column("versions", Text("Versions", "版本")),
    ENDED,
)
FILES = found(
    Text("What went in and what came out: a line of results fetches its table", "输入与结果文件：点击结果行下载"),
    "files_of_studies",
    number("number", STUDY),
    Column("file", Text("File", "文件")),
    Column("sha256", Text("SHA-256", "SHA-256")),
)
NEWEST = Text("Newest results", "最新研究结果")
RESULTS = Page(
    "results",
    NEWEST,
    (HITS, INFLATION, MANHATTAN, QUANTILES, TOP, *REGIONS, MADE, FILES),
    ROLES,
    RUNS,
    tells=Text(
        "A point above the dashed line is a place in the genome that goes with the trait",
        "虚线以上的点为与性状相关的基因组位置",
    ),
)
