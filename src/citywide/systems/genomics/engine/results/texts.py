"""What the report says, in English and in Chinese."""

import numpy as np

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Genome scan: {trait}", "全基因组扫描：{trait}"),
    "about": (
        "{variants:,} variants, up to {people:,} people. This page stands alone: it needs no network.",
        "{variants:,} 个变异，最多 {people:,} 人。本页自成一体，不需要网络。",
    ),
    "figures": ("Key figures", "主要数字"),
    "hits": ("Independent signals, p ≤ {bound}", "独立信号，p ≤ {bound}"),
    "regions": ("Regions", "区域"),
    "smallest": ("Smallest p", "最小 p 值"),
    "lambda": ("λ (genomic control)", "λ（基因组控制）"),
    "intercept": ("LD-score intercept (confounding)", "LD 分数截距（混杂）"),
    "heritability": ("Heritability seen by LD scores", "LD 分数估计的遗传力"),
    "well": (
        "The statistics are not inflated: most of the genome behaves as chance says.",
        "统计量没有膨胀：基因组的大部分表现与随机预期一致。",
    ),
    "inflated": (
        "λ is above 1.05. An intercept near 1 means many small effects, above 1 relatives or strata left in.",
        "λ 高于 1.05。请看截距：接近 1 表示有许多微小效应；高于 1 表示模型没有去除亲属关系或人群分层。",
    ),
    "inflated_untold": (
        "λ is above 1.05: many small effects, or relatives and strata left in (step one takes those off).",
        "λ 高于 1.05：可能有许多微小效应，也可能模型没有去除亲属关系或人群分层（第一步的预测值可去除后者）。",
    ),
    "deflated": (
        "λ is below 0.95: too cautious, as with few people, rare variants or too strong predictions.",
        "λ 低于 0.95：检验过于保守。常见原因是样本小、变异罕见，或预测值扣除过多。",
    ),
    "manhattan": ("Along the genome", "沿基因组分布（曼哈顿图）"),
    "manhattan_note": (
        "Each point is a variant; dashed 5 × 10⁻⁸, dotted 10⁻⁵; each region's lead bears its name.",
        "每个点是一个变异；虚线为 5 × 10⁻⁸，点线为 10⁻⁵；各区域的主导变异标有名称。",
    ),
    "qq": ("Observed against expected", "观测值与期望值（QQ 图）"),
    "qq_note": (
        "The band holds 95 % of scans in which nothing has an effect.",
        "灰带包含 95% 的无效应扫描结果。",
    ),
    "table": ("Top signals", "最强信号"),
    "none": ("No variant reaches the bound.", "没有变异达到阈值。"),
    "region": ("Around {name}", "{name} 附近"),
    "region_note": (
        "Colour is r² with the lead (diamond), grey where unknown.",
        "颜色为与主导变异（菱形）的 r²，灰色为未知。",
    ),
    "how": ("How to get this again", "如何重现"),
    "variant": ("Variant", "变异"),
    "place": ("Place", "位置"),
    "alleles": ("Effect / other", "效应 / 其他等位基因"),
    "frequency": ("Frequency", "频率"),
    "effect": ("Effect (s.e.)", "效应（标准误）"),
    "odds": ("Odds ratio (95 %)", "比值比（95%）"),
    "p": ("p", "p 值"),
    "joined": ("Linked", "连锁变异数"),
    "span": ("Region", "区域"),
    "language": ("中文", "English"),
}


def both(name: str, /, **values: object) -> tuple[str, str]:
    """A text in both languages, with its values."""
    english, chinese = TEXTS[name]
    return english.format(**values), chinese.format(**values)


def p_text(strength: float) -> str:
    """A p value of any smallness in three digits."""
    if not np.isfinite(strength):
        return "NA"
    power = int(np.ceil(strength))
    return f"{10**-strength:.3g}" if strength < 4 else f"{10 ** (power - strength):.2f}e-{power}"
