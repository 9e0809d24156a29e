"""A city with a crew for its lights, for all tests of a file."""

import pytest

from citywide.hub import Entity, Point
from citywide.hub.testing import TrialCity


@pytest.fixture(scope="module")
def streets(lasting_city: TrialCity) -> TrialCity:
    lasting_city.add(Entity("light_crew/a", "department_crew", "Lin's crew", Point(106.5, 29.5), "traffic_police"))
    return lasting_city
