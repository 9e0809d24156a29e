"""An agent epidemic in a simulated city, with its truth kept."""

from citywide.systems.epidemic.engine.outbreak_simulation.city import Population, Presences, live, settle
from citywide.systems.epidemic.engine.outbreak_simulation.epidemic import NOBODY, Epidemic, spread
from citywide.systems.epidemic.engine.outbreak_simulation.genomes import sequence_distances, sequences
from citywide.systems.epidemic.engine.outbreak_simulation.visits import Habits, Visits, visits

__all__ = [
    "NOBODY",
    "Epidemic",
    "Habits",
    "Population",
    "Presences",
    "Visits",
    "live",
    "sequence_distances",
    "sequences",
    "settle",
    "spread",
    "visits",
]
