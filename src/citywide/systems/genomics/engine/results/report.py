"""A scan's page, pictures, table and series as files."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from citywide.systems.genomics.engine.results.drawing import against_chance, along_the_genome, around
from citywide.systems.genomics.engine.results.findings import Findings, console, top_table
from citywide.systems.genomics.engine.results.page import page

NAMED = 10


def write_report(found: Findings, out: Path, how: Sequence[str] = ()) -> None:
    """report.html, series.json, top.tsv and the pictures as files."""
    out.mkdir(parents=True, exist_ok=True)
    leads = {place.leads[0]: str(found.results.name[place.leads[0]]) for place in found.regions[:NAMED]}
    pictures = {
        "manhattan": along_the_genome(found.manhattan, leads),
        "qq": against_chance(found.quantiles, found.inflation),
        **{f"region{at + 1}": around(near) for at, near in enumerate(found.neighbourhoods)},
    }
    for name, picture in pictures.items():
        (out / f"{name}.png").write_bytes(picture)
    (out / "report.html").write_text(page(found, pictures, how), encoding="utf-8")
    (out / "series.json").write_text(json.dumps(_finite(console(found)), allow_nan=False))
    rows = top_table(found)
    lines = ["\t".join(rows[0])] if rows else []
    lines += ["\t".join(_cell(value) for value in row.values()) for row in rows]
    (out / "top.tsv").write_text("\n".join(lines) + "\n")


def _cell(value: object) -> str:
    """A value as text; NA where there is none."""
    return "NA" if value != value else str(value)  # noqa: PLR0124 - NaN alone is not itself


def _finite(value: object) -> object:
    """NaN and infinities as null, which is what JSON has."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
