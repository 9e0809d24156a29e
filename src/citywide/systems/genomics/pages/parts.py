"""Words and pieces that the pages share."""

from typing import Any

from citywide.hub import Chart, Column, Query, Table, Text

ROLES = ("scientist", "officer", "manager")
CASE = ("case",)
GENOME_WIDE = 7.3
STUDY, TRAIT = Text("Study", "研究"), Text("Trait", "性状")
COHORT, STUDIES_TITLE = Text("Cohort", "队列"), Text("Studies", "研究")
ASKED_BY = Text("Asked by", "申请人")
VARIANTS, WHY_NOT = Text("Variants", "位点"), Text("Why not", "未完成原因")
MEGABASES, CHROMOSOME = Text("position, Mb", "位置（Mb）"), Text("Chromosome", "染色体")
ENDED = Column("ended", Text("Ended", "结束时间"), "time")


def number(name: str, label: Text, unit: str = "") -> Column:
    """A column of numbers."""
    return Column(name, label, "number", unit)


def found(title: Text, query: str, *columns: Column) -> Table:
    """A table of what studies found, which follows them."""
    return Table(title, Query(query, own=True), columns, live=CASE)


def scatter(title: Text, query: Query, x: str, y: str, **more: Any) -> Chart:
    """Points of -log10 p that follow the studies."""
    return Chart(title, query, x, y, shape="scatter", unit="-log10 p", live=CASE, **more)


def along_the_genome(title: Text, query: Query, by: str, along: Text = MEGABASES, **more: Any) -> Chart:
    """Strength by place, with the bound of genome-wide significance."""
    return scatter(title, query, "megabases", "strength", by=by, threshold=GENOME_WIDE, along=along, **more)


def region(rank: int, title: Text) -> Chart:
    """The variants about one of the strongest leads, coloured by their linkage with it."""
    return along_the_genome(title, Query("region", {"rank": rank}, own=True), "linkage")


RUNS = Text("The study is running; what it finds appears here", "研究进行中，结果将显示于此")
