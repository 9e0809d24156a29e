"""The simulated city's cohort: made people with planted effects, whose truth only the twin knows."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from msgspec import to_builtins

from citywide.hub import Entity, Reading
from citywide.hub.simulated.twin import Answer, Order, Plan, TrueEvent, Weather
from citywide.systems.genomics.engine.simulate import planted
from citywide.systems.genomics.laboratory.order import Recipe
from citywide.systems.genomics.model import COHORT, DEPARTMENT

PEOPLE, VARIANTS, MISSING, CAUSAL = 2000, 6000, 0.01, 6
STANDING = {
    "traits": ["quantity", "illness"],
    "purpose": "Trial of the laboratory on made people: are the planted effects found? · 以模拟人群检验实验室",
    "asked_by": "city",
}
SIZE = {"traits": STANDING["traits"], "people": PEOPLE, "variants": VARIANTS}


class CohortTwin:
    """Declares the cohort, its recipe and its standing study; the files are made by the study itself."""

    def __init__(self, plan: Plan) -> None:
        """Draw the recipe from the city's seed."""
        seed = int(plan.rng("genomics").integers(1, 1 << 30))
        self.made = Recipe(PEOPLE, VARIANTS, MISSING, seed, CAUSAL)
        facts: dict[str, object] = {"made": to_builtins(self.made), "standing": STANDING, **SIZE}
        name = "Made cohort · 模拟队列"
        self.entities: Sequence[Entity] = (Entity("cohort/made", COHORT.name, name, None, DEPARTMENT, facts),)

    def step(self, now: datetime, seconds: float, weather: Weather) -> list[Reading]:  # noqa: ARG002 - every twin's form
        """Genes do not change with the weather."""
        return []

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:  # noqa: ARG002 - every twin's form
        """The laboratory works by itself."""
        return []

    def truth(self) -> list[TrueEvent]:
        """Nothing that an alarm ought to see; what a scan ought to find is `effects`."""
        return []

    def effects(self) -> dict[str, float]:
        """The planted effects: share of the trait's variance by the variant's name."""
        frequency, where, effect = planted(np.random.default_rng(self.made.seed), VARIANTS, CAUSAL)
        variance = 2 * frequency[where] * (1 - frequency[where]) * effect**2
        shares = 0.3 * variance / variance.sum()
        return {f"rs{row + 1}": float(share) for row, share in zip(where.tolist(), shares, strict=True)}
