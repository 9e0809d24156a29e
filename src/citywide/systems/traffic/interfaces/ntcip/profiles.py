"""Where each vendor's controller keeps what NTCIP 1202 leaves open."""

from collections.abc import Mapping
from dataclasses import dataclass

from citywide.systems.traffic.interfaces.ntcip.ber import Oid, oid_of

ASC = oid_of("1.3.6.1.4.1.1206.4.2.1")
PHASE, COORDINATION = (*ASC, 1), (*ASC, 4)
STATUS, CONTROL, TIMES = (*PHASE, 4, 1), (*PHASE, 5, 1), (*PHASE, 2, 1)
MAX_PHASES = (*PHASE, 1, 0)
PATTERN_IN_FORCE = (*COORDINATION, 10, 0)
PATTERN_WANTED = (*COORDINATION, 14, 0)
REDS, YELLOWS, GREENS, DONT_WALKS, CLEARING, WALKS, CALLS, PED_CALLS = range(2, 10)
OMIT, PED_OMIT, HOLD, FORCE_OFF, CALL, PED_CALL = range(2, 8)
FREE_PATTERN, FLASH_PATTERN = 254, 255


@dataclass(frozen=True)
class Profile:
    """One vendor: protocol version, how to switch SPaT on, units of the clearance times, groups at once."""

    name: str
    version: int = 0
    spat_switch: Oid | None = None
    spat_on: int = 2
    spat_off: int = 0
    bindings_at_once: int = 16
    community: bytes = b"public"


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("standard"),
        # asc3ViiMessageEnable: 0 off, 2 SPaT, 6 SPaT with pedestrians
        Profile("econolite", spat_switch=oid_of("1.3.6.1.4.1.1206.3.5.2.9.44.1.0"), spat_on=6),
        Profile("econolite-asc3", spat_switch=oid_of("1.3.6.1.4.1.1206.3.5.2.9.44.1.1"), spat_on=6),
        Profile("mccain", version=1, bindings_at_once=8),  # SPaT is switched on at its panel
        Profile("one-at-a-time", bindings_at_once=1),  # old firmware that answers only the first binding
    )
}


def profile_of(name: str) -> Profile:
    """The profile of a vendor, or which ones there are."""
    if name not in PROFILES:
        raise ValueError(f"vendor {name!r}; accepted: {', '.join(sorted(PROFILES))}")
    return PROFILES[name]
