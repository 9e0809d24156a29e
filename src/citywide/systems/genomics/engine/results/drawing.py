"""The pictures of a scan as PNG files, drawn from the same series that the console gets."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from citywide.systems.genomics.engine.files.chromosomes import chromosome_name
from citywide.systems.genomics.engine.fits.rows import GENOME_WIDE
from citywide.systems.genomics.engine.results.pictures import Manhattan, Neighbourhood, Quantiles

TWO_BLUES = ("#1f4e79", "#6fa8dc")
RED = "#c0392b"
LINKED = ((0.8, "#c0392b"), (0.6, "#e67e22"), (0.4, "#27ae60"), (0.2, "#5dade2"), (-1.0, "#34495e"))
UNKNOWN = "#9aa0a6"
SUGGESTIVE = 1e-5
STRENGTH = "−log₁₀ p"


def _axes(width: float, height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_ylabel(STRENGTH)
    return figure, axes


def along_the_genome(picture: Manhattan, names: Mapping[int, str]) -> bytes:
    """Every chromosome, with the bounds of significance and of suggestion; leads (by their rows) bear their names."""
    figure, axes = _axes(11, 4)
    numbers = np.unique(picture.chromosome)
    for at, number in enumerate(numbers):
        here = picture.chromosome == number
        axes.scatter(picture.x[here], picture.y[here], s=5, c=TWO_BLUES[at % 2], linewidths=0, rasterized=True)
    strong = picture.y >= -np.log10(GENOME_WIDE)
    axes.scatter(picture.x[strong], picture.y[strong], s=12, c=RED, linewidths=0)
    for row, place, strength in zip(picture.row.tolist(), picture.x, picture.y, strict=True):
        if row in names:
            axes.annotate(names[row], (place, strength), (0, 4), textcoords="offset points", fontsize=8, ha="center")
    axes.axhline(-np.log10(GENOME_WIDE), color=RED, lw=0.8, ls="--")
    axes.axhline(-np.log10(SUGGESTIVE), color=UNKNOWN, lw=0.8, ls=":")
    axes.set_xticks(list(picture.ticks.values()), list(picture.ticks), fontsize=8)
    axes.set_xlabel("chromosome")
    axes.margins(x=0.01, y=0.08)
    axes.set_ylim(bottom=0)
    return _png(figure)


def against_chance(picture: Quantiles, inflation: float) -> bytes:
    """Observed against expected strengths, with the band of chance and λ."""
    figure, axes = _axes(4.5, 4.5)
    axes.fill_between(picture.expected, picture.low, picture.high, color="#d5dbe3", lw=0)
    top = float(picture.expected.max()) if len(picture.expected) else 1.0
    axes.plot([0, top], [0, top], color="#7f8c8d", lw=0.8)
    axes.scatter(picture.expected, picture.observed, s=6, c=TWO_BLUES[0], linewidths=0)
    axes.annotate(f"λ = {inflation:.3f}", (0.05, 0.93), xycoords="axes fraction")
    axes.set_xlabel(f"{STRENGTH}, expected")
    axes.set_ylabel(f"{STRENGTH}, observed")
    return _png(figure)


def around(picture: Neighbourhood) -> bytes:
    """The variants about a lead, coloured by their linkage with it."""
    figure, axes = _axes(5.6, 3.4)
    place = picture.position / 1e6
    axes.scatter(place, picture.strength, s=14, c=[_colour(r2) for r2 in picture.r2.tolist()], linewidths=0)
    lead = picture.lead
    axes.scatter(place[lead], picture.strength[lead], s=60, marker="D", c="#8e44ad", linewidths=0)
    axes.annotate(str(picture.names[lead]), (place[lead], picture.strength[lead]), (6, 2), textcoords="offset points")
    axes.axhline(-np.log10(GENOME_WIDE), color=RED, lw=0.8, ls="--")
    axes.set_xlabel(f"chromosome {chromosome_name(picture.chromosome)}, Mb")
    axes.margins(y=0.1)
    axes.set_ylim(bottom=0)
    if np.isfinite(picture.r2).any():
        _legend(axes)
    return _png(figure)


def _legend(axes: Any) -> None:
    bounds = [f"> {bound}" for bound, _ in LINKED[:-1]] + [f"< {LINKED[-2][0]}"]
    for label, (_, colour) in zip(bounds, LINKED, strict=True):
        axes.scatter([], [], s=14, c=colour, label=label)
    axes.legend(title="r²", fontsize=7, title_fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _png(figure: Figure) -> bytes:
    out = BytesIO()
    figure.savefig(out, format="png", dpi=110)
    return out.getvalue()


def _colour(r2: float) -> str:
    return next((colour for bound, colour in LINKED if r2 >= bound), UNKNOWN)
