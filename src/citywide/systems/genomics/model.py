"""The words of genomics: cohorts, studies, and what is measured of a study while it runs."""

from datetime import timedelta

from citywide.hub import Category, Entity, Kind, Quantity, Rule, Text

DEPARTMENT = "biobank"

COHORT = Kind(
    "cohort",
    Text("Cohort", "队列"),
    facts=(
        *("data", "genotypes", "sample", "ref_last", "pheno", "covar", "withdrawn"),
        *("traits", "people", "variants", "made", "standing"),
    ),
)
STUDY = Kind("study", Text("Study", "研究"), facts=("cohort", "traits", "purpose"))
LABORATORY = Kind("laboratory", Text("Laboratory", "计算实验室"))
MACHINE = Entity("laboratory/scans", LABORATORY.name, "Scanning machine · 扫描计算机", department=DEPARTMENT)

PROGRESS = Quantity("study_progress", "%", Text("Progress of a study", "研究进度"), 0, 100, every=None)
VARIANTS_DONE = Quantity("variants_done", "", Text("Variants scanned", "已扫描位点"), low=0, every=None)
INFLATION = Quantity("lambda_gc", "", Text("Genomic inflation λ", "基因组膨胀系数 λ"), 0, 1000, every=None)

INFLATED = Rule(
    "inflated_scan",
    INFLATION.name,
    Text("λ is {value:.2f} in {name}: strata or relatives?", "{name} 的 λ 为 {value:.2f}：存在人群分层或亲缘？"),
    above=1.15,
    severity="notice",
)
GENOME_STUDY = Category(
    "genome_study",
    Text("Genome study", "基因组研究"),
    DEPARTMENT,
    timedelta(hours=40),
    merge_within=timedelta(0),
)
