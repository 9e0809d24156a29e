"""Water too deep to drive through closes the road for everybody, until it is shallow again."""

from citywide.hub import Entity, Point
from citywide.hub.testing import TrialCity
from tests.systems.waterlogging.test_story import ELM_STREET, rain

PATROL = Entity("traffic_officer/01", "traffic_officer", "Patrol 1", Point(106.56, 29.56), "traffic")


def test_an_underpass_is_closed_while_nobody_can_drive_through_it(city: TrialCity) -> None:
    city.add(ELM_STREET, PATROL)
    rain(city, 50, 310, 240, 190)
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
