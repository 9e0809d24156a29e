"""Which classes of road vehicles a lane is for."""

ROAD_CLASSES = frozenset({
    "passenger", "private", "taxi", "bus", "coach", "delivery", "truck", "trailer", "motorcycle", "moped",
    "evehicle", "hov", "vip", "authority", "army",
})  # fmt: skip


def classes_of(allow: str | None, disallow: str | None) -> frozenset[str]:
    """The road classes that a lane is for, by its `allow` and `disallow`."""
    if allow not in (None, "all"):
        return ROAD_CLASSES & set(allow.split())
    return frozenset() if disallow == "all" else ROAD_CLASSES - set((disallow or "").split())
