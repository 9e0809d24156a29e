"""Genomics: the biobank's engine and, on the hub, its studies with their people, purpose and evidence."""

from pathlib import Path
from typing import Any

from citywide.hub import Schedule, System, Text
from citywide.hub.simulated.twin import Plan, Twin
from citywide.systems.genomics import model, pages, responses
from citywide.systems.genomics.cli import COMMANDS


def look(hub: Any) -> None:
    """The laboratory's round; it is loaded when a hub runs, not when somebody scans a file."""
    from citywide.systems.genomics.laboratory.round import look  # noqa: PLC0415 - only a running hub needs it

    look(hub)


def twin(plan: Plan) -> Twin:
    """The simulated city's cohort."""
    from citywide.systems.genomics.twin import CohortTwin  # noqa: PLC0415 - only the simulated city needs it

    return CohortTwin(plan)


SYSTEM = System(
    name="genomics",
    title=Text("Genomics", "基因组学"),
    application="livelihood",
    kinds=(model.COHORT, model.STUDY, model.LABORATORY),
    quantities=(model.PROGRESS, model.VARIANTS_DONE, model.INFLATION),
    rules=(model.INFLATED,),
    categories=(model.GENOME_STUDY,),
    on_raised={"inflated_scan": responses.doubt},
    schedules=(Schedule("studies", 2.0, look),),
    pages=(pages.STUDIES, pages.RESULTS),
    commands=COMMANDS,
    api="citywide.systems.genomics.api",
    twin=twin,
    folder=Path(__file__).parent,
)
