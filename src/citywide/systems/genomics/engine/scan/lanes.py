"""What the traits of a scan look like to the kernel, made once a process for each part's key."""

from functools import lru_cache

import numpy as np

from citywide.systems.genomics.engine.fits.binary_lanes import BinaryLanes, NullModelError
from citywide.systems.genomics.engine.fits.design import Design, Floats, Refusal, designs
from citywide.systems.genomics.engine.fits.linear import Lanes
from citywide.systems.genomics.engine.scan.plan import Plan, Trait, make_plan
from citywide.systems.genomics.engine.scan.request import Request


def linear_lanes(plan: Plan, key: str) -> tuple[list[Lanes], list[Refusal]]:
    """The kernel's view of the designs for a part's key, made once a process."""
    return _linear(plan.request, plan.study, key)


def binary_lanes(plan: Plan, key: str) -> tuple[list[BinaryLanes], list[Refusal]]:
    """Null models of the binary traits for a part's key, made once a process."""
    return _binary(plan.request, plan.study, key)


@lru_cache(maxsize=64)
def _linear(request: Request, study: str, key: str) -> tuple[list[Lanes], list[Refusal]]:
    made, refused = make_plan(request, study).linear_designs(key)
    return [Lanes(design) for design in made], refused


@lru_cache(maxsize=64)
def _binary(request: Request, study: str, key: str) -> tuple[list[BinaryLanes], list[Refusal]]:
    plan = make_plan(request, study)
    made: list[BinaryLanes] = []
    refused: list[Refusal] = []
    for trait in plan.traits:
        if trait.binary:
            here, not_here = _binary_lanes(plan, trait, key)
            made.extend(here)
            refused.extend(not_here)
    return made, refused


def _binary_lanes(plan: Plan, trait: Trait, key: str) -> tuple[list[BinaryLanes], list[Refusal]]:
    predicted = np.broadcast_to(plan.predicted(trait, key), trait.values.shape)
    values = np.where(np.isfinite(predicted), trait.values, np.nan)
    if (cases := int((values[plan.keep] == 1).sum())) < plan.request.least_cases:
        return [], [Refusal(trait.name, f"{cases:,} cases, --minCaseCount asks for {plan.request.least_cases:,}")]
    found, refused = designs([trait.name], values[:, None], *plan.adjusted(key))
    try:
        made = [
            BinaryLanes(
                one, trait.values[one.members], predicted[one.members], plan.request.firth, _given(plan, one, key)
            )
            for one in found
        ]
    except NullModelError as wrong:
        return [], [Refusal(trait.name, str(wrong))]
    return made, refused


def _given(plan: Plan, design: Design, key: str) -> Floats | None:
    """The members' kept covariates as they were given, where plink2's steps are to be taken."""
    if not plan.request.like_plink2:
        return None
    covariates, labels, _ = plan.adjusted(key)
    return covariates[design.members][:, [label not in design.dropped for label in labels]]
