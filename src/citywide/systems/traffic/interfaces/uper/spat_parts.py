"""The parts of SPAT, in the order and with the bounds of SAE J2735 (2016; ISO/TS 19091 has the same)."""

from citywide.systems.traffic.interfaces.spat import Event
from citywide.systems.traffic.interfaces.uper.joined import Many, Parts
from citywide.systems.traffic.interfaces.uper.plain import Apart, Flag, Flags, Letters, Named, Whole


def by_number(count: int, *, more: bool = True) -> Named:
    """Words that nobody here reads."""
    return Named([str(number) for number in range(count)], more=more)


BYTE, NUMBER, REVISION = Whole(0, 255), Whole(0, 65_535), Whole(0, 127)
MINUTE, MARK, ZONE = Whole(0, 527_040), Whole(0, 36_111), Whole(0, 10_000)
NAME = Letters(1, 63)
REGION = Parts({"regionId": BYTE, "regExtValue": Apart()})
REGIONS = Many(REGION, 1, 4)
REFERENCE = Parts({"region?": NUMBER, "id": NUMBER})

TIMING = Parts(
    {"startTime?": MARK, "minEndTime": MARK, "maxEndTime?": MARK, "likelyTime?": MARK,
     "confidence?": Whole(0, 15), "nextTime?": MARK}
)  # fmt: skip
SURE = Named(("unavailable", "prec100ms", "prec10ms", "prec5ms", "prec1ms", "prec0-1ms", "prec0-05ms", "prec0-01ms"))
ADVICE = Parts(
    {"type": Named(("none", "greenwave", "ecoDrive", "transit"), more=True), "speed?": Whole(0, 500),
     "confidence?": SURE, "distance?": ZONE, "class?": BYTE, "regional?": REGIONS}, more=True,
)  # fmt: skip
EVENT = Parts(
    {"eventState": Named([event.value for event in Event]), "timing?": TIMING, "speeds?": Many(ADVICE, 1, 16),
     "regional?": REGIONS}, more=True,
)  # fmt: skip
ASSIST = Parts(
    {"connectionID": BYTE, "queueLength?": ZONE, "availableStorageLength?": ZONE, "waitOnStop?": Flag(),
     "pedBicycleDetect?": Flag(), "regional?": REGIONS}, more=True,
)  # fmt: skip
MOVEMENT = Parts(
    {"movementName?": NAME, "signalGroup": BYTE, "state-time-speed": Many(EVENT, 1, 16),
     "maneuverAssistList?": Many(ASSIST, 1, 16), "regional?": REGIONS}, more=True,
)  # fmt: skip
LIGHTS = Parts(
    {"name?": NAME, "id": REFERENCE, "revision": REVISION, "status": Flags(16), "moy?": MINUTE, "timeStamp?": NUMBER,
     "enabledLanes?": Many(BYTE, 1, 16), "states": Many(MOVEMENT, 1, 255), "maneuverAssistList?": Many(ASSIST, 1, 16),
     "regional?": REGIONS}, more=True,
)  # fmt: skip
SPAT = Parts(
    {"timeStamp?": MINUTE, "name?": NAME, "intersections": Many(LIGHTS, 1, 32), "regional?": REGIONS}, more=True
)
