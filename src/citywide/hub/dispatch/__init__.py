"""Who goes: the nearest suitable free unit by travel time."""
