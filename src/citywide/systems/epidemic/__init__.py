"""Early warning of epidemics: forecast, detect, trace, allocate."""

from functools import partial
from pathlib import Path

from citywide.hub import Schedule, System, Text
from citywide.systems.epidemic import feeds, model, pages, responses, twin
from citywide.systems.epidemic.analysis import process
from citywide.systems.epidemic.watch import daily_watch
from citywide.systems.epidemic.watch.watched import STANDARD, Watched, watched_in

HOUR_S = 3600.0


def system_of(watched: Watched) -> System:
    """The system of a city that watches these series."""
    rules = tuple(map(model.outbreak_of, watched.series))
    return System(
        name="epidemic",
        title=Text("Epidemic early warning", "疫情早期预警"),
        application="livelihood",
        kinds=(model.HOSPITAL, model.SCHOOL, model.PHARMACY),
        quantities=model.quantities_of(watched.series),
        rules=rules,
        categories=(model.OUTBREAK_SIGNAL,),
        feeds=(feeds.HOSPITAL_REPORTS, feeds.SCHOOL_REPORTS, feeds.PHARMACY_REPORTS),
        on_raised={rule.name: partial(responses.investigate, watched.by_name) for rule in rules},
        on_cleared={rule.name: responses.quiet_again for rule in rules},
        schedules=(Schedule("watch", HOUR_S, daily_watch.watch_over), Schedule("analyse", HOUR_S, process.attend)),
        pages=pages.pages_of(watched),
        api="citywide.systems.epidemic.api",
        twin=twin.EpidemicTwin,
        for_city=for_city,
        folder=Path(__file__).parent,
    )


def for_city(folder: Path) -> System:
    """The system as the city of this folder would have it."""
    return system_of(watched_in(folder))


SYSTEM = system_of(STANDARD)
