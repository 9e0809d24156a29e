"""What the desk sees before there is anything to see."""

from citywide.hub import Chart
from citywide.systems.epidemic import SYSTEM

CHARTS = [widget for page in SYSTEM.pages for widget in page.widgets if isinstance(widget, Chart)]


def test_an_empty_chart_says_in_both_languages_what_it_waits_for():
    silent = [chart.title.en for chart in CHARTS if chart.empty is None]
    assert CHARTS
    assert not silent
    assert all(chart.empty.en.strip() and chart.empty.zh.strip() for chart in CHARTS)


def test_a_chart_that_waits_never_says_that_nothing_was_set_aside():
    reporting = next(page for page in SYSTEM.pages if page.name == "reporting")
    assert reporting.empty not in [chart.empty for chart in CHARTS]
