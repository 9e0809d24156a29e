"""Early warning of epidemics: forecast, detect, trace, allocate."""

from pathlib import Path

from citywide.hub import Schedule, System, Text
from citywide.systems.epidemic import daily_watch, feeds, model, pages, responses, twin
from citywide.systems.epidemic.analysis import process

HOUR_S = 3600.0

SYSTEM = System(
    name="epidemic",
    title=Text("Epidemic early warning", "疫情早期预警"),
    application="livelihood",
    kinds=(model.HOSPITAL, model.SCHOOL, model.PHARMACY),
    quantities=(*model.COUNTED, *model.FOUND, model.TESTS),
    rules=model.OUTBREAKS,
    categories=(model.OUTBREAK_SIGNAL,),
    feeds=(feeds.HOSPITAL_REPORTS, feeds.SCHOOL_REPORTS, feeds.PHARMACY_REPORTS),
    on_raised={rule.name: responses.investigate for rule in model.OUTBREAKS},
    on_cleared={rule.name: responses.quiet_again for rule in model.OUTBREAKS},
    schedules=(Schedule("watch", HOUR_S, daily_watch.watch_over), Schedule("analyse", HOUR_S, process.attend)),
    pages=pages.PAGES,
    api="citywide.systems.epidemic.api",
    twin=twin.EpidemicTwin,
    folder=Path(__file__).parent,
)
