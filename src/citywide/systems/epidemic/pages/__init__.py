"""What the disease-control desk sees, one file a page."""

from citywide.systems.epidemic.pages.allocation import ALLOCATION
from citywide.systems.epidemic.pages.forecast import FORECAST
from citywide.systems.epidemic.pages.reporting import REPORTING
from citywide.systems.epidemic.pages.situation import SITUATION
from citywide.systems.epidemic.pages.tracing import TRACING

PAGES = (SITUATION, FORECAST, REPORTING, TRACING, ALLOCATION)
