"""While the doors are tested, systems do no work of their own accord."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from citywide.app import EVERYTHING
from citywide.hub.settings import Settings
from citywide.hub.testing import TrialCity

QUIET = [structs.replace(system, schedules=()) for system in EVERYTHING]


@pytest.fixture
def city(settings: Settings) -> Iterator[TrialCity]:
    city = TrialCity(settings, QUIET)
    yield city
    city.close()
