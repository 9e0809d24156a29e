"""A city whose alarm of deep water begins elsewhere is warned of that line, and not of the one that was learned."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from citywide.app import systems_of
from citywide.hub.settings import Settings
from citywide.hub.testing import TrialCity
from tests.systems.waterlogging.test_forecasting import GAUGES, STATIONS, an_hour

CHANCES = """
select reading.time, entity.id, reading.value from hub.reading join hub.series on series.number = reading.series
join hub.entity on entity.number = series.entity where series.quantity = 'flood_chance_in_30_min' order by 1, 2
"""


@pytest.fixture
def deeper(settings: Settings, tmp_path: Path) -> Iterator[TrialCity]:
    (tmp_path / "city.toml").write_text("[rules.deep_water]\nabove = 24\n")
    own = structs.replace(settings, city=tmp_path)
    city = TrialCity(own, systems_of(own))
    yield city
    city.close()


def test_a_line_further_up_is_less_likely_and_still_to_come_when_the_usual_one_stands(deeper: TrialCity):
    deeper.add(*GAUGES, *STATIONS)
    an_hour(deeper)
    chances = [row["value"] for row in deeper.hub.database.rows(CHANCES)]
    assert len({row["time"] for row in deeper.hub.database.rows(CHANCES)}) == 7  # from 8:10 until 24 cm stood at 8:40
    assert min(chances) < 50 < max(chances)
    lines = deeper.story().splitlines()
    warned = next(at for at, line in enumerate(lines) if "deep water expected at Gauge" in line)
    assert warned < next(at for at, line in enumerate(lines) if "26 cm of water" in line)
    assert not any("12 cm of water" in line for line in lines)
