from datetime import timedelta

from citywide.hub import Entity, Point, Reading
from citywide.hub.testing import MORNING, TrialCity

LANE = Entity("detector/c01-2", "detector", "Crossing 1 from the south", Point(106.55, 29.56), "traffic")
NEAR = Entity("traffic_officer/near", "traffic_officer", "Patrol 1", Point(106.555, 29.56), "traffic")
FAR = Entity("traffic_officer/far", "traffic_officer", "Patrol 2", Point(106.70, 29.60), "traffic")


def test_a_watering_lorry_blocks_a_lane_and_the_nearest_officer_clears_it(city: TrialCity) -> None:
    city.add(LANE, NEAR, FAR)
    for minute, lasts in enumerate((0, 12, 72, 132, 0)):
        at = MORNING + timedelta(minutes=minute)
        city.clock.set(at)
        city.send(Reading(LANE.id, "blocked_lane", at, lasts, "s"))
    story = [line for line in city.story().splitlines() if " case " in line or " alarm " in line or " clear " in line]
    assert story == [
        "08:01 alarm  the lane is blocked at Crossing 1 from the south",
        (
            "08:01 case   #1 opened: Clear Crossing 1 from the south; "
            "due Mon 2026-03-02 08:31: 0.5 hours, day and night from Mon 2026-03-02 08:01"
        ),
        "08:01 case   #1 assigned: handed to Patrol 1; nearest of 2 free (2 known): about 1 min away",
        "08:04 clear  the lane is blocked at Crossing 1 from the south",
        "08:04 case   #1 closed: Crossing 1 from the south is free again",
    ]
