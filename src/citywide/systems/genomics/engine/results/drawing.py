"""The pictures of a scan as PNG files, drawn from the same series that the console gets."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from citywide.systems.genomics.engine.files.chromosomes import chromosome_name
from citywide.systems.genomics.engine.results.clump import GENOME_WIDE
from citywide.systems.genomics.engine.results.pictures import Manhattan, Neighbourhood, Quantiles

TWO_BLUES = ("#1f4e79", "#6fa8dc")
RED = "#c0392b"
LINKED = ((0.8, "#c0392b"), (0.6, "#e67e22"), (0.4, "#27ae60"), (0.2, "#5dade2"), (-1.0, "#34495e"))
UNKNOWN = "#9aa0a6"
STRENGTH = "−log₁₀ p"


def draw(picture: Manhattan | Quantiles | Neighbourhood) -> bytes:
    """The picture as the bytes of a PNG."""
    if isinstance(picture, Manhattan):
        figure = _manhattan(picture)
    elif isinstance(picture, Quantiles):
        figure = _quantiles(picture)
    else:
        figure = _neighbourhood(picture)
    out = BytesIO()
    figure.savefig(out, format="png", dpi=110)
    return out.getvalue()


def save(picture: Manhattan | Quantiles | Neighbourhood, path: Path) -> None:
    """Write the picture as a PNG file."""
    path.write_bytes(draw(picture))


def _axes(width: float, height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_ylabel(STRENGTH)
    return figure, axes


def _manhattan(picture: Manhattan) -> Figure:
    figure, axes = _axes(11, 4)
    numbers = np.unique(picture.chromosome)
    for at, number in enumerate(numbers):
        here = picture.chromosome == number
        axes.scatter(picture.x[here], picture.y[here], s=5, c=TWO_BLUES[at % 2], linewidths=0, rasterized=True)
    strong = picture.y >= -np.log10(GENOME_WIDE)
    axes.scatter(picture.x[strong], picture.y[strong], s=12, c=RED, linewidths=0)
    axes.axhline(-np.log10(GENOME_WIDE), color=RED, lw=0.8, ls="--")
    axes.set_xticks(list(picture.ticks.values()), list(picture.ticks), fontsize=8)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    return figure


def _quantiles(picture: Quantiles) -> Figure:
    figure, axes = _axes(4.5, 4.5)
    axes.fill_between(picture.expected, picture.low, picture.high, color="#d5dbe3", lw=0)
    top = float(picture.expected.max()) if len(picture.expected) else 1.0
    axes.plot([0, top], [0, top], color="#7f8c8d", lw=0.8)
    axes.scatter(picture.expected, picture.observed, s=6, c=TWO_BLUES[0], linewidths=0)
    axes.set_xlabel(f"{STRENGTH} (null)")
    return figure


def _neighbourhood(picture: Neighbourhood) -> Figure:
    figure, axes = _axes(7, 3.6)
    place = picture.position / 1e6
    axes.scatter(place, picture.strength, s=14, c=[_colour(r2) for r2 in picture.r2.tolist()], linewidths=0)
    lead = picture.lead
    axes.scatter(place[lead], picture.strength[lead], s=60, marker="D", c="#8e44ad", linewidths=0)
    axes.annotate(str(picture.names[lead]), (place[lead], picture.strength[lead]), (6, 2), textcoords="offset points")
    axes.axhline(-np.log10(GENOME_WIDE), color=RED, lw=0.8, ls="--")
    axes.set_xlabel(f"chromosome {chromosome_name(picture.chromosome)}, Mb")
    axes.set_ylim(bottom=0)
    return figure


def _colour(r2: float) -> str:
    return next((colour for bound, colour in LINKED if r2 >= bound), UNKNOWN)
