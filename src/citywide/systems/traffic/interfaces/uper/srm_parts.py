"""The parts of an SRM, in the order and with the bounds of SAE J2735 (2016; ISO/TS 19091 has the same)."""

from citywide.systems.traffic.interfaces.srm import KINDS, ROLES_KNOWN
from citywide.systems.traffic.interfaces.uper.joined import Many, OneOf, Parts
from citywide.systems.traffic.interfaces.uper.map_parts import PLACE
from citywide.systems.traffic.interfaces.uper.plain import Flags, Named, Octets, Whole
from citywide.systems.traffic.interfaces.uper.spat_parts import (
    BYTE,
    MINUTE,
    NAME,
    NUMBER,
    REFERENCE,
    REGION,
    REGIONS,
    REVISION,
    by_number,
)

ACCESS = OneOf({"lane": BYTE, "approach": Whole(0, 15), "connection": BYTE}, more=True)
REQUEST = Parts(
    {"id": REFERENCE, "requestID": BYTE, "requestType": Named(KINDS, more=True), "inBoundLane": ACCESS,
     "outBoundLane?": ACCESS, "regional?": REGIONS}, more=True,
)  # fmt: skip
PACKAGE = Parts(
    {"request": REQUEST, "minute?": MINUTE, "second?": NUMBER, "duration?": NUMBER, "regional?": REGIONS}, more=True
)
ROLE = Parts(
    {"role": Named(ROLES_KNOWN, more=True), "subrole?": by_number(16, more=False),
     "request?": by_number(16, more=False), "iso3883?": BYTE, "hpmsType?": by_number(16), "regional?": REGION},
    more=True,
)  # fmt: skip
MOVING = Parts({"transmisson": by_number(8, more=False), "speed": Whole(0, 8191)})
POSITION = Parts({"position": PLACE, "heading?": Whole(0, 28_800), "speed?": MOVING}, more=True)
REQUESTOR = Parts(
    {"id": OneOf({"entityID": Octets(4), "stationID": Whole(0, 2**32 - 1)}), "type?": ROLE, "position?": POSITION,
     "name?": NAME, "routeName?": NAME, "transitStatus?": Flags(8), "transitOccupancy?": by_number(8, more=False),
     "transitSchedule?": Whole(-122, 121), "regional?": REGIONS}, more=True,
)  # fmt: skip
SRM = Parts(
    {"timeStamp?": MINUTE, "second": NUMBER, "sequenceNumber?": REVISION, "requests?": Many(PACKAGE, 1, 32),
     "requestor": REQUESTOR, "regional?": REGIONS}, more=True,
)  # fmt: skip
