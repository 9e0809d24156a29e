"""The parts of MapData, in the order and with the bounds of SAE J2735 (2016; ISO/TS 19091 has the same)."""

from citywide.systems.traffic.interfaces.uper.joined import Many, OneOf, Parts
from citywide.systems.traffic.interfaces.uper.plain import Flags, Letters, Whole
from citywide.systems.traffic.interfaces.uper.spat_parts import (
    BYTE,
    MINUTE,
    NAME,
    REFERENCE,
    REGION,
    REGIONS,
    REVISION,
    by_number,
)

OFFSET, DEGREES, WIDTH = Whole(-512, 511), Whole(-128, 127), Whole(0, 32_767)
LATITUDE, LONGITUDE = Whole(-900_000_000, 900_000_001), Whole(-1_800_000_000, 1_800_000_001)


def _step(bits: int) -> Parts:
    reach = 1 << (bits - 1)
    return Parts({"x": Whole(-reach, reach - 1), "y": Whole(-reach, reach - 1)})


SPEEDS = Many(Parts({"type": by_number(13), "speed": Whole(0, 8191)}), 1, 9)
LANE_TYPE = OneOf(
    {"vehicle": Flags(8, more=True)}
    | dict.fromkeys(
        ("crosswalk", "bikeLane", "sidewalk", "median", "striping", "trackedVehicle", "parking"), Flags(16)
    ),
    more=True,
)
ATTRIBUTES = Parts({"directionalUse": Flags(2), "sharedWith": Flags(10), "laneType": LANE_TYPE, "regional?": REGION})
STEP = OneOf(
    {f"node-XY{k}": _step(bits) for k, bits in enumerate((10, 11, 12, 13, 14, 16), 1)}
    | {"node-LatLon": Parts({"lon": LONGITUDE, "lat": LATITUDE}), "regional": REGION}
)
SEGMENT = Many(by_number(38), 1, 8)
LANE_FACT = OneOf(
    {"pathEndPointAngle": Whole(-150, 150), "laneCrownPointCenter": DEGREES, "laneCrownPointLeft": DEGREES,
     "laneCrownPointRight": DEGREES, "laneAngle": Whole(-180, 180), "speedLimits": SPEEDS, "regional": REGIONS},
    more=True,
)  # fmt: skip
NODE_FACTS = Parts(
    {"localNode?": Many(by_number(12), 1, 8), "disabled?": SEGMENT, "enabled?": SEGMENT,
     "data?": Many(LANE_FACT, 1, 8), "dWidth?": OFFSET, "dElevation?": OFFSET, "regional?": REGIONS}, more=True,
)  # fmt: skip
AWAY = OneOf({"small": Whole(-2047, 2047), "large": Whole(-32_767, 32_767)})
COMPUTED = Parts(
    {"referenceLaneId": BYTE, "offsetXaxis": AWAY, "offsetYaxis": AWAY, "rotateXY?": Whole(0, 28_800),
     "scaleXaxis?": Whole(-2048, 2047), "scaleYaxis?": Whole(-2048, 2047), "regional?": REGIONS}, more=True,
)  # fmt: skip
NODES = Many(Parts({"delta": STEP, "attributes?": NODE_FACTS}, more=True), 2, 63)
MANEUVERS, APPROACH = Flags(12), Whole(0, 15)
CONNECTION = Parts(
    {"connectingLane": Parts({"lane": BYTE, "maneuver?": MANEUVERS}), "remoteIntersection?": REFERENCE,
     "signalGroup?": BYTE, "userClass?": BYTE, "connectionID?": BYTE}
)  # fmt: skip
LANE = Parts(
    {"laneID": BYTE, "name?": NAME, "ingressApproach?": APPROACH, "egressApproach?": APPROACH,
     "laneAttributes": ATTRIBUTES, "maneuvers?": MANEUVERS, "nodeList": OneOf({"nodes": NODES, "computed": COMPUTED},
     more=True), "connectsTo?": Many(CONNECTION, 1, 16), "overlays?": Many(BYTE, 1, 5), "regional?": REGIONS},
    more=True,
)  # fmt: skip
LANES = Many(LANE, 1, 255)
PLACE = Parts({"lat": LATITUDE, "long": LONGITUDE, "elevation?": Whole(-4096, 61_439), "regional?": REGIONS}, more=True)
ZONES = Many(Parts({"zone": REGION}, more=True), 1, 32)
CROSSING = Parts(
    {"name?": NAME, "id": REFERENCE, "revision": REVISION, "refPoint": PLACE, "laneWidth?": WIDTH,
     "speedLimits?": SPEEDS, "laneSet": LANES, "preemptPriorityData?": ZONES, "regional?": REGIONS}, more=True,
)  # fmt: skip
ROAD = Parts(
    {"name?": NAME, "id": REFERENCE, "revision": REVISION, "refPoint": PLACE, "laneWidth?": WIDTH,
     "speedLimits?": SPEEDS, "roadLaneSet": LANES, "regional?": REGIONS}, more=True,
)  # fmt: skip
WORDS = Letters(1, 255)
ABOUT = Parts(
    {"processMethod?": WORDS, "processAgency?": WORDS, "lastCheckedDate?": WORDS, "geoidUsed?": WORDS}, more=True
)
USERS = Many(OneOf({"basicType": by_number(14), "regional": REGIONS}, more=True), 1, 16)
MAP = Parts(
    {"timeStamp?": MINUTE, "msgIssueRevision": REVISION, "layerType?": by_number(8), "layerID?": Whole(0, 100),
     "intersections?": Many(CROSSING, 1, 32), "roadSegments?": Many(ROAD, 1, 32), "dataParameters?": ABOUT,
     "restrictionList?": Many(Parts({"id": BYTE, "users": USERS}), 1, 254), "regional?": REGIONS}, more=True,
)  # fmt: skip
