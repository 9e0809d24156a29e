"""A scan on one page: figures, pictures and the top table in one HTML file that opens anywhere, in two
languages.
"""

import base64
import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from citywide.systems.genomics.engine.bed import Bed
from citywide.systems.genomics.engine.clump import Bounds, Clump, Region, clump, regions, rows_in
from citywide.systems.genomics.engine.inflation import LdRegression, lambda_gc, ld_regression, ld_scores
from citywide.systems.genomics.engine.pictures import (
    Manhattan,
    Neighbourhood,
    Quantiles,
    chromosome_name,
    manhattan,
    neighbourhood,
    quantiles,
    series,
)
from citywide.systems.genomics.engine.pictures_draw import draw
from citywide.systems.genomics.engine.report_text import both
from citywide.systems.genomics.engine.results import Results

TOP = 20
TELLABLE = 0.5  # above this standard error of the heritability there is too little linkage to tell it
PICTURED = 6
STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
body{color:#1c2833}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}img{max-width:100%}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d5dbe3;font-variant-numeric:tabular-nums}
.note{color:#5d6d7e}.wide{overflow-x:auto}pre{background:#f4f6f8;padding:.8rem;white-space:pre-wrap}
button{float:right}:root[lang=en] [lang=zh],:root[lang=zh] [lang=en]{display:none}"""
META = '<meta charset=utf-8><meta name=viewport content="width=device-width">'
SWITCH = "document.documentElement.lang=document.documentElement.lang==='en'?'zh':'en'"


@dataclass(frozen=True)
class Findings:
    """Everything the page shows, before it is a page."""

    trait: str
    results: Results
    clumps: list[Clump]
    regions: list[Region]
    inflation: float
    ld: LdRegression | None
    manhattan: Manhattan
    quantiles: Quantiles
    neighbourhoods: list[Neighbourhood]


def findings(trait: str, results: Results, bed: Bed | None = None, bounds: Bounds | None = None) -> Findings:
    """Clump, regress and sum up one trait's results; genotypes make the linkage real."""
    clumps = clump(results, bed, bounds)
    places = regions(results, clumps)
    near = [neighbourhood(results, place.leads[0], bed) for place in places[:PICTURED]]
    return Findings(
        trait,
        results,
        clumps,
        places,
        lambda_gc(results.chi_square),
        None if bed is None else _ld(results, bed),
        manhattan(results),
        quantiles(results),
        near,
    )


def _ld(results: Results, bed: Bed) -> LdRegression:
    """LD-score regression on the autosomal common variants whose genotypes are at hand."""
    rows = rows_in(results, bed)
    common = np.minimum(results.frequency, 1 - results.frequency) > 0.01
    kept = np.flatnonzero((rows >= 0) & (results.chromosome <= 22) & (common | np.isnan(results.frequency)))
    some = results.take(kept)
    scores = ld_scores(bed, rows[kept], some.chromosome, some.position)
    people = np.where(np.isfinite(some.n), some.n, len(bed.people))
    return ld_regression(some.chi_square, scores, people)


def top_table(found: Findings) -> list[dict[str, object]]:
    """The strongest signals as rows: for the page, the console and a file alike."""
    region = {lead: place for place in found.regions for lead in place.leads}
    return [_row(found, one, region[one.lead]) for one in found.clumps]


def _row(found: Findings, one: Clump, place: Region) -> dict[str, object]:
    r, at = found.results, one.lead
    name = chromosome_name(int(r.chromosome[at]))
    return {
        "variant": str(r.name[at]),
        "chromosome": name,
        "position": int(r.position[at]),
        "effect_allele": str(r.effect[at]),
        "other_allele": str(r.other[at]),
        "frequency": float(r.frequency[at]),
        "beta": float(r.beta[at]),
        "standard_error": float(r.error[at]),
        "strength": float(r.strength[at]),
        "linked": len(one.members),
        "region": f"{name}:{place.start}-{place.stop}",
    }


def console(found: Findings) -> dict[str, object]:
    """The series and the table as plain JSON, for a front end that draws them itself."""
    return {
        "trait": found.trait,
        "lambda": found.inflation,
        "ld": None if found.ld is None else vars(found.ld),
        "top": top_table(found),
        "manhattan": series(found.manhattan),
        "quantiles": series(found.quantiles),
        "regions": [series(near) for near in found.neighbourhoods],
    }


def write_report(found: Findings, out: Path, how: Sequence[str] = ()) -> None:
    """report.html, series.json, top.tsv and the pictures as files."""
    out.mkdir(parents=True, exist_ok=True)
    pictures = {"manhattan": draw(found.manhattan), "qq": draw(found.quantiles)}
    pictures |= {f"region{at + 1}": draw(near) for at, near in enumerate(found.neighbourhoods)}
    for name, picture in pictures.items():
        (out / f"{name}.png").write_bytes(picture)
    (out / "report.html").write_text(page(found, pictures, how), encoding="utf-8")
    (out / "series.json").write_text(json.dumps(_finite(console(found)), allow_nan=False))
    rows = top_table(found)
    lines = ["\t".join(rows[0])] if rows else []
    lines += ["\t".join(str(value) for value in row.values()) for row in rows]
    (out / "top.tsv").write_text("\n".join(lines) + "\n")


def page(found: Findings, pictures: dict[str, bytes], how: Sequence[str] = ()) -> str:
    """The whole page; nothing in it is fetched from anywhere."""
    people = found.results.n[np.isfinite(found.results.n)]
    about = both("about", variants=len(found.results), people=int(people.max()) if len(people) else 0)
    parts = [
        f'<button onclick="{SWITCH}">{_span(both("language"))}</button>',
        f"<h1>{_span(both('title', trait=found.trait))}</h1><p class=note>{_span(about)}</p>",
        _figures(found),
        _picture("manhattan", "manhattan_note", pictures["manhattan"]),
        _picture("qq", "qq_note", pictures["qq"]),
        _top(found),
        *_regions(found, pictures),
    ]
    if how:
        parts.append(f"<h2>{_span(both('how'))}</h2><pre>{html.escape(chr(10).join(how))}</pre>")
    head = f"{META}<title>{html.escape(found.trait)}</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>"


def _span(text: tuple[str, str]) -> str:
    return "".join(
        f"<span lang={code}>{html.escape(said)}</span>" for code, said in zip(("en", "zh"), text, strict=True)
    )


def _figures(found: Findings) -> str:
    strongest = float(found.results.strength.max()) if len(found.results) else float("nan")
    rows = [
        ("hits", str(len(found.clumps))),
        ("regions", str(len(found.regions))),
        ("smallest", p_text(strongest)),
        ("lambda", f"{found.inflation:.3f}"),
    ]
    if found.ld is not None and found.ld.heritability_error < TELLABLE:
        rows.append(("intercept", f"{found.ld.intercept:.3f} ± {found.ld.intercept_error:.3f}"))
        rows.append(("heritability", f"{found.ld.heritability:.3f} ± {found.ld.heritability_error:.3f}"))
    cells = "".join(f"<tr><th>{_span(both(name))}</th><td>{value}</td></tr>" for name, value in rows)
    said = _span(both(verdict(found.inflation)))
    return f"<h2>{_span(both('figures'))}</h2><table>{cells}</table><p>{said}</p>"


def verdict(inflation: float) -> str:
    """Which sentence says what λ means."""
    return "inflated" if inflation > 1.05 else "deflated" if inflation < 0.95 else "well"


def p_text(strength: float) -> str:
    """A p value of any smallness in three digits."""
    if not np.isfinite(strength):
        return "NA"
    power = int(np.ceil(strength))
    return f"{10**-strength:.3g}" if strength < 4 else f"{10 ** (power - strength):.2f}e-{power}"


def _picture(title: str, note: str, picture: bytes, **values: object) -> str:
    data = base64.b64encode(picture).decode()
    head, said = _span(both(title, **values)), _span(both(note))
    image = f'<img alt="{html.escape(both(title, **values)[0])}" src="data:image/png;base64,{data}">'
    return f"<h2>{head}</h2>{image}<p class=note>{said}</p>"


def _regions(found: Findings, pictures: dict[str, bytes]) -> Iterable[str]:
    for at, near in enumerate(found.neighbourhoods):
        yield _picture("region", "region_note", pictures[f"region{at + 1}"], name=str(near.names[near.lead]))


def _top(found: Findings) -> str:
    heads = ("variant", "place", "alleles", "frequency", "effect", "p", "joined", "span")
    rows = "".join(_line(row) for row in top_table(found)[:TOP])
    head = "".join(f"<th>{_span(both(name))}</th>" for name in heads)
    table = f"<div class=wide><table><tr>{head}</tr>{rows}</table></div>" if rows else f"<p>{_span(both('none'))}</p>"
    return f"<h2>{_span(both('table'))}</h2>{table}"


def _line(row: dict[str, object]) -> str:
    strength = row["strength"]
    assert isinstance(strength, float)
    cells = [
        row["variant"],
        f"{row['chromosome']}:{row['position']:,}",
        f"{row['effect_allele']} / {row['other_allele']}",
        f"{row['frequency']:.3f}",
        f"{row['beta']:.4g} ({row['standard_error']:.2g})",
        p_text(strength),
        row["linked"],
        row["region"],
    ]
    return "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>"


def _finite(value: object) -> object:
    """NaN and infinities as null, which is what JSON has."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
