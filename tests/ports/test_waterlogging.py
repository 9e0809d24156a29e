"""Water too deep to drive through closes the road for everybody, until it is shallow again."""

from datetime import timedelta

from citywide.hub import Entity, Point, Reading
from citywide.hub.testing import MORNING, TrialCity

UNDERPASS = Entity("gauge/elm-street", "gauge", "Elm Street underpass", Point(106.55, 29.56), "drainage")
PATROL = Entity("traffic_officer/01", "traffic_officer", "Patrol 1", Point(106.56, 29.56), "traffic")


def water(city: TrialCity, *depths_cm: float) -> None:
    """Depths a minute apart from 08:00 on."""
    for minute, depth in enumerate(depths_cm):
        at = MORNING + timedelta(minutes=minute)
        city.clock.set(at)
        city.send(Reading(UNDERPASS.id, "water_depth", at, depth, "cm"))


def test_an_underpass_is_closed_while_nobody_can_drive_through_it(city: TrialCity) -> None:
    city.add(UNDERPASS, PATROL)
    water(city, 5, 31, 24, 19)
    told = [line for line in city.story().splitlines() if "case   #1" not in line]
    assert told == [
        "08:01 alarm  31 cm of water at Elm Street underpass",
        "08:01 alarm  Elm Street underpass is 31 cm under water; cars stand 27",
        "08:01 event  all are told: no way through Elm Street underpass",
        (
            "08:01 case   #2 opened: Close the road at Elm Street underpass; "
            "due Mon 2026-03-02 08:31: 0.5 hours, day and night from Mon 2026-03-02 08:01"
        ),
        "08:01 case   #2 assigned: handed to Patrol 1; nearest of 1 free (1 known): about 2 min away",
        "08:03 clear  Elm Street underpass is 19 cm under water; cars stand 27",
        "08:03 event  all are told: Elm Street underpass is open again",
        "08:03 case   #2 closed: Elm Street underpass is open again",
    ]
