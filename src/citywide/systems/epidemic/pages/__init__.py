"""What the disease-control desk sees, one file a page."""

from citywide.hub import Page
from citywide.systems.epidemic.pages.allocation import allocation
from citywide.systems.epidemic.pages.forecast import forecast
from citywide.systems.epidemic.pages.reporting import reporting
from citywide.systems.epidemic.pages.situation import SITUATION
from citywide.systems.epidemic.pages.tracing import tracing
from citywide.systems.epidemic.watch.watched import Watched


def pages_of(watched: Watched) -> tuple[Page, ...]:
    """The pages of a city that watches these series."""
    return (SITUATION, forecast(watched), reporting(watched), tracing(watched), allocation(watched))
