"""`python -m citywide.commands.rehearsal`: ten minutes of a small city, so that nobody waits for a compiler later.

What is compiled here is read from disk by every later process, which starts sooner and needs a third less memory.
"""

import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from citywide.app import EVERYTHING
from citywide.demo.land import make_city, write_city
from citywide.demo.world import World
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TrialCity, fresh_database, trial_cluster
from citywide.systems import epidemic, hotline, traffic, waterlogging

PEOPLE, STEPS, STEP_S = 60_000, 20, 30.0
LIVELY = (waterlogging.SYSTEM, traffic.SYSTEM, hotline.SYSTEM, epidemic.SYSTEM)  # a study would outlive us


def rehearse(folder: Path) -> int:
    """Let a city live in a folder; returns how many readings its hub has taken in."""
    cluster = trial_cluster(folder / "postgresql", EVERYTHING)
    try:
        simulated = make_city(1, PEOPLE)
        written = write_city(simulated, folder / "city")
        settings = Settings(folder, city=written, database_url=fresh_database(cluster, "rehearsal"))
        city = TrialCity(settings, EVERYTHING)
        world = World(simulated, LIVELY, MORNING)
        city.add(*world.entities())
        taken = sum(_step(world, city) for _ in range(STEPS))
        city.close()
    finally:
        cluster.stop("immediate")
    return taken


def _step(world: World, city: TrialCity) -> int:
    city.clock.set(world.now + timedelta(seconds=STEP_S))
    return city.send(*world.step(STEP_S)).accepted


def main() -> int:
    """Rehearse where nobody sees it."""
    with TemporaryDirectory(prefix="citywide-rehearsal-") as folder:
        Path(folder).chmod(0o755)
        return 0 if rehearse(Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
