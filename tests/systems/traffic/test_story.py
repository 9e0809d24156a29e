"""The recorded hour of a crossing: somebody drives against the traffic, and a detector goes dark."""

from datetime import timedelta

from citywide.commands.recordings import read, samples
from citywide.hub import Entity, Point
from citywide.hub.testing import TrialCity
from citywide.systems import traffic

NEAR = Entity("traffic_officer/near", "traffic_officer", "Patrol 1", Point(106.555, 29.56), "traffic")
FAR = Entity("traffic_officer/far", "traffic_officer", "Patrol 2", Point(106.70, 29.60), "traffic")
INCIDENTS = ("wrong_way", "dark_detector")


def test_who_goes_the_wrong_way_is_met_by_the_nearest_officer_and_a_dark_detector_by_nobody_yet(
    city: TrialCity,
) -> None:
    heard = read(samples([traffic.SYSTEM])["traffic/wrong_way"], [traffic.SYSTEM])
    city.add(*heard.entities, NEAR, FAR)
    for reading in (reading for reading in heard.readings if reading.quantity in INCIDENTS):
        city.clock.set(reading.time + timedelta(seconds=1))
        city.send(reading)
    story = [line for line in city.story().splitlines() if " case " in line or " alarm " in line or " clear " in line]
    north, west = "Taopokan Crossing from the north, left", "Shuangpo Crossing from the west, left"
    assert story == [
        f"08:18 alarm  a vehicle goes the wrong way at {north} · 桃坡坎路口北进口左转车道",
        (
            f"08:18 case   #1 opened: Clear {north}; "
            "due Mon 2026-03-02 08:48: 0.5 hours, day and night from Mon 2026-03-02 08:18"
        ),
        "08:18 case   #1 assigned: handed to Patrol 1; nearest of 2 free (2 known): about 1 min away",
        f"08:19 clear  a vehicle goes the wrong way at {north} · 桃坡坎路口北进口左转车道",
        f"08:19 case   #1 closed: {north} is free again",
        f"08:27 alarm  the detector sees nothing at {west} · 双坡路口西进口左转车道",
        (
            f"08:30 case   #2 opened: Mend the detector at {west}; "
            "due Wed 2026-03-04 11:00: 16 working hours from Mon 2026-03-02 08:30"
        ),
        f"08:46 clear  the detector sees nothing at {west} · 双坡路口西进口左转车道",
        "08:46 case   #2 closed: the detector speaks again",
    ]
