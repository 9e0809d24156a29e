"""A scan on one page: figures, pictures and the top table in one HTML file that opens anywhere, in two languages."""

import base64
import html
from collections.abc import Iterable, Sequence

import numpy as np

from citywide.systems.genomics.engine.results.findings import Findings, top_table
from citywide.systems.genomics.engine.results.texts import both, p_text

TOP = 20
TELLABLE = 0.5  # above this standard error of the heritability there is too little linkage to tell it
STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
body{color:#1c2833}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}img{max-width:100%}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d5dbe3;font-variant-numeric:tabular-nums}
.note{color:#5d6d7e}.wide{overflow-x:auto}.wide :is(th,td){white-space:nowrap}.long img{min-width:44rem}
pre{overflow-wrap:anywhere;background:#f4f6f8;padding:.8rem;white-space:pre-wrap}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:0 2rem}
button{float:right}:root[lang=en] [lang=zh],:root[lang=zh] [lang=en]{display:none}"""


META = '<meta charset=utf-8><meta name=viewport content="width=device-width">'
READERS = "if(navigator.language.startsWith('zh'))document.documentElement.lang='zh'"
SWITCH = "document.documentElement.lang=document.documentElement.lang==='en'?'zh':'en'"


def page(found: Findings, pictures: dict[str, bytes], how: Sequence[str] = ()) -> str:
    """The whole page; nothing in it is fetched from anywhere."""
    people = found.results.n[np.isfinite(found.results.n)]
    about = both("about", variants=len(found.results), people=int(people.max()) if len(people) else 0)
    parts = [
        f'<button onclick="{SWITCH}">{_span(both("language"))}</button>',
        f"<h1>{_span(both('title', trait=found.trait))}</h1><p class=note>{_span(about)}</p>",
        _figures(found),
        f"<div class=long>{_picture('manhattan', 'manhattan_note', pictures['manhattan'])}</div>",
        _picture("qq", "qq_note", pictures["qq"]),
        _top(found),
        f"<div class=two>{''.join(_regions(found, pictures))}</div>",
    ]
    if how:
        parts.append(f"<h2>{_span(both('how'))}</h2><pre>{html.escape(chr(10).join(how))}</pre>")
    head = f"{META}<title>{html.escape(found.trait)}</title><style>{STYLE}</style><script>{READERS}</script>"
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
    told = found.ld is not None and found.ld.heritability_error < TELLABLE
    if found.ld is not None and told:
        rows.append(("intercept", f"{found.ld.intercept:.3f} ± {found.ld.intercept_error:.3f}"))
        rows.append(("heritability", f"{found.ld.heritability:.3f} ± {found.ld.heritability_error:.3f}"))
    bound = f"{found.bounds.p1:.3g}".replace("e-0", "e-")
    names = {name: _span(both(name, bound=bound) if name == "hits" else both(name)) for name, _ in rows}
    cells = "".join(f"<tr><th>{names[name]}</th><td>{value}</td></tr>" for name, value in rows)
    said = _span(both(verdict(found.inflation, told)))
    return f"<h2>{_span(both('figures'))}</h2><table>{cells}</table><p>{said}</p>"


def verdict(inflation: float, told: bool) -> str:
    """Which sentence says what λ means; `told` where the intercept stands beside it."""
    if inflation > 1.05:
        return "inflated" if told else "inflated_untold"
    return "deflated" if inflation < 0.95 else "well"


def _picture(title: str, note: str, picture: bytes, **values: object) -> str:
    data = base64.b64encode(picture).decode()
    head, said = _span(both(title, **values)), _span(both(note))
    image = f'<img alt="{html.escape(both(title, **values)[0])}" src="data:image/png;base64,{data}">'
    return f"<div><h2>{head}</h2><div class=wide>{image}</div><p class=note>{said}</p></div>"


def _regions(found: Findings, pictures: dict[str, bytes]) -> Iterable[str]:
    for at, near in enumerate(found.neighbourhoods):
        yield _picture("region", "region_note", pictures[f"region{at + 1}"], name=str(near.names[near.lead]))


def _top(found: Findings) -> str:
    odds = bool(found.results.odds.any())
    heads = ("variant", "place", "alleles", "frequency", "effect", *["odds"] * odds, "p", "joined", "span")
    rows = "".join(_line(row, odds) for row in top_table(found)[:TOP])
    head = "".join(f"<th>{_span(both(name))}</th>" for name in heads)
    table = f"<div class=wide><table><tr>{head}</tr>{rows}</table></div>" if rows else f"<p>{_span(both('none'))}</p>"
    return f"<h2>{_span(both('table'))}</h2>{table}"


def _line(row: dict[str, object], odds: bool) -> str:
    strength = row["strength"]
    assert isinstance(strength, float)
    cells = [
        row["variant"],
        f"{row['chromosome']}:{row['position']:,}",
        f"{row['effect_allele']} / {row['other_allele']}",
        f"{row['frequency']:.3f}",
        f"{row['beta']:.4g} ({row['standard_error']:.2g})",
        *["{odds_ratio:.2f} ({odds_low:.2f} – {odds_high:.2f})".format(**row)] * odds,
        p_text(strength),
        row["linked"],
        row["region"],
    ]
    return "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>"
