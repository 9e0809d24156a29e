"""The daily and the weekly report as a PDF of two pages, in both languages where a Chinese font is at hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from psycopg import Connection

from citywide.hub.database.pool import Row, rows
from citywide.hub.database.queries import queries_of, sql
from citywide.kit.text import Text
from citywide.systems.hotline.model import REPORTABLE

PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7)}
FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Serif CJK SC", "WenQuanYi Zen Hei", "SimHei", "PingFang SC")
LABELS = {category.name: category.label for category in REPORTABLE}
HEADS = (("Department", "部门"), ("Cases", "案件"), ("Answered ≤ 1 d %", "一日响应率"), ("Solved %", "解决率"),
         ("Late %", "超期率"), ("Stars", "满意度"), ("Rated", "评价数"), ("Paused h", "暂停小时"))  # fmt: skip


def report_pdf(connection: Connection, period: str, until: datetime, departments: Mapping[str, Text]) -> bytes:
    """What the reader of this connection may see of the last day or week, departments by what people call them."""
    queries, values = queries_of(Path(__file__).parent), {"now": until, "back": passed(period, until)}
    league = rows(connection, sql("league"), values | {"reporters": 1})
    rates = [row | {"department": departments.get(row["department"], row["department"])} for row in league]
    categories = rows(connection, queries["by_category"], values)
    return _pdf(period, until, rates, categories)


def passed(period: str, until: datetime) -> timedelta:
    """How long the last day or week was: with the clocks changed a day has 23 hours, or 25."""
    return until.astimezone(UTC) - (until - PERIODS[period]).astimezone(UTC)


def _pdf(period: str, until: datetime, rates: Sequence[Row], categories: Sequence[Row]) -> bytes:
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and only needed here
    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415 - only a report needs it

    written, font = BytesIO(), chinese_font()
    # drawn outlines: what else can be embedded of a Chinese font with PostScript outlines shows wrong letters
    fonts: dict[Any, Any] = {"font.family": [*([font] if font else []), "DejaVu Sans"], "pdf.fonttype": 3}
    with mpl.rc_context(fonts), PdfPages(written, metadata={"Title": f"Hotline report, {period}"}) as pdf:
        for figure in (_table(period, until, rates, bool(font)), _bars(categories, bool(font))):
            pdf.savefig(figure)
    return written.getvalue()


def chinese_font() -> str | None:
    """A font of this machine that has Chinese characters."""
    from matplotlib import font_manager  # noqa: PLC0415 - only a report needs it

    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in known), None)


def _table(period: str, until: datetime, rates: Sequence[Row], chinese: bool) -> Any:
    figure, axes = _sheet()
    span = f"{until - PERIODS[period]:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M %Z}"
    name = "Daily" if period == "day" else "Weekly"
    title = f"{name} hotline report" + (f"  热线{'日' if period == 'day' else '周'}报" if chinese else "")
    axes.set_title(f"{title}\n{span}; {sum(row['cases'] for row in rates)} cases", loc="left")
    heads = [f"{en}\n{zh}" if chinese else en for en, zh in HEADS]
    cells = [[_cell(value, chinese) for value in row.values()] for row in rates]
    table = axes.table(cells or [["–"] * len(HEADS)], colLabels=heads, loc="upper left")
    table.auto_set_font_size(False)
    table.set_fontsize(10)
    table.auto_set_column_width(list(range(len(HEADS))))
    table.scale(1, 2.1)
    return figure


def _cell(value: object, chinese: bool) -> str:
    if isinstance(value, Text):
        return f"{value.en} {value.zh}" if chinese else value.en
    return "–" if value is None else str(value)


def _bars(categories: Sequence[Row], chinese: bool) -> Any:
    figure, axes = _sheet()
    axes.set_axis_on()
    shown = list(reversed(categories[:20]))
    names = [f"{LABELS[row['category']].en}{' ' + LABELS[row['category']].zh if chinese else ''}"
             if row["category"] in LABELS else row["category"] for row in shown]  # fmt: skip
    axes.barh(names, [row["cases"] for row in shown], height=0.6)
    axes.set_ylim(-0.5 - max(0, 8 - len(shown)), len(shown) - 0.5)  # few bars stay slim, at the top
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("cases" + ("  件" if chinese else ""))
    axes.set_title("Cases by category" + ("  类别分布" if chinese else ""), loc="left")
    return figure


def _sheet() -> tuple[Any, Any]:
    from matplotlib.figure import Figure  # noqa: PLC0415 - only a report needs it

    figure = Figure(figsize=(11.7, 8.3), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.5, h_pad=0.5)  # type: ignore[union-attr] - it was just given
    axes = figure.subplots()
    axes.set_axis_off()
    return figure, axes
