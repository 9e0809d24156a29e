"""The hotline: what residents say becomes a case with the department that answers for it."""

from pathlib import Path

from citywide.hub import System, Text
from citywide.systems.hotline import model, pages, twin, watch
from citywide.systems.hotline.sorting import intake

SYSTEM = System(
    name="hotline",
    title=Text("Hotline", "城市热线"),
    application="government",
    kinds=(model.PLACE, model.TEAM),
    categories=model.REPORTABLE,
    schedules=(watch.HOT_SPOTS,),
    begins=intake.begin_to_listen,
    pages=(pages.CALLS, pages.HOT, pages.REPORT),
    api="citywide.systems.hotline.api",
    twin=twin.ResidentsTwin,
    folder=Path(__file__).parent,
)
