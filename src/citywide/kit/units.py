"""Units that differ by a factor and an offset only; anything else is not converted."""

_SAME = {
    "m": ("length", 1.0, 0.0), "cm": ("length", 0.01, 0.0), "mm": ("length", 0.001, 0.0), "km": ("length", 1e3, 0.0),
    "s": ("time", 1.0, 0.0), "min": ("time", 60.0, 0.0), "h": ("time", 3600.0, 0.0),
    "m/s": ("speed", 1.0, 0.0), "km/h": ("speed", 1 / 3.6, 0.0),
    "°C": ("temperature", 1.0, 0.0), "K": ("temperature", 1.0, -273.15), "°F": ("temperature", 5 / 9, -160 / 9),
    "kW": ("power", 1.0, 0.0), "W": ("power", 0.001, 0.0), "kWh": ("energy", 1.0, 0.0), "Wh": ("energy", 0.001, 0.0),
    "kg": ("mass", 1.0, 0.0), "g": ("mass", 0.001, 0.0), "t": ("mass", 1e3, 0.0),
    "%": ("share", 0.01, 0.0), "1": ("share", 1.0, 0.0),
}  # fmt: skip


def conversion(given: str, wanted: str) -> tuple[float, float] | None:
    """Factor and offset that turn a value in one unit into the other; None where they do not fit."""
    if given == wanted:
        return 1.0, 0.0
    if given not in _SAME or wanted not in _SAME or _SAME[given][0] != _SAME[wanted][0]:
        return None
    (_, factor, offset), (_, factor_to, offset_to) = _SAME[given], _SAME[wanted]
    return factor / factor_to, (offset - offset_to) / factor_to
