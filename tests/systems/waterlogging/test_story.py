from datetime import timedelta

from citywide.hub import Entity, Point, Reading
from citywide.hub.testing import MORNING, TrialCity

ELM_STREET = Entity("gauge/elm-street", "gauge", "Elm Street underpass", Point(106.55, 29.56), "drainage")
NORTH = Entity("drainage_crew/north", "drainage_crew", "North crew", Point(106.56, 29.57), "drainage")
FAR = Entity("drainage_crew/far", "drainage_crew", "Far crew", Point(106.75, 29.70), "drainage")


def rain(city: TrialCity, *depths_mm: float) -> None:
    """Depths a minute apart from 08:00 on, in millimetres as the gauge sends them."""
    for minute, depth in enumerate(depths_mm):
        at = MORNING + timedelta(minutes=minute)
        city.clock.set(at)
        city.send(Reading("gauge/elm-street", "water_depth", at, depth, "mm"))


def test_a_downpour_from_first_water_to_dry_road(city: TrialCity) -> None:
    city.add(ELM_STREET, NORTH, FAR)
    rain(city, 40, 100, 124, 131, 85, 60)
    assert city.story().splitlines() == [
        "08:02 alarm  12 cm of water at Elm Street underpass",
        (
            "08:02 case   #1 opened: Pump out Elm Street underpass; "
            "due Mon 2026-03-02 10:02: 2 hours, day and night from Mon 2026-03-02 08:02"
        ),
        "08:02 case   #1 assigned: handed to North crew; nearest of 2 free (2 known): about 3 min away",
        "08:05 clear  6 cm of water at Elm Street underpass",
        "08:05 case   #1 closed: Elm Street underpass is dry again",
    ]
