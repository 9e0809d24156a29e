"""Detectors that are missing, stuck or odd."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import Floats, Table
from citywide.systems.traffic.engine.measures.detectors import Detectors
from citywide.systems.traffic.engine.measures.events import DETECTOR_OFF, DETECTOR_ON, GREEN, Events
from citywide.systems.traffic.engine.measures.tables import named

STUCK_MS = 30 * 60 * 1000


def blind_phases(events: Events, detectors: Detectors, function: str = "Presence") -> Table:
    """Phases that show lights but have no detector of this function, so that no measure of it can exist."""
    _, served = detectors.serving(function, events.names)
    shown = np.unique(events.only(GREEN).group)
    blind = shown[~np.isin(shown, served)]
    return {"device": events.names[blind >> 15], "phase": blind & 32767}


def stuck_detectors(events: Events, least_ms: int = STUCK_MS) -> Table:
    """Spans longer than half an hour in which a detector stayed on; the last one may still last."""
    heard = events.only(DETECTOR_OFF, DETECTOR_ON)
    end = int(events.time_ms.max()) if len(events) else 0
    last = np.append(heard.group[1:] != heard.group[:-1], [True] * min(len(heard), 1))
    following = np.where(last, end, np.append(heard.time_ms[1:], [end] * min(len(heard), 1)))
    long = (heard.code == DETECTOR_ON) & (following - heard.time_ms > least_ms)
    return named(
        events.names,
        heard.time_ms[long],
        heard.group[long],
        detector=heard.group[long] & 32767,
        on_s=(following - heard.time_ms)[long] / 1000,
    )


def detector_anomalies(counts: Floats, threshold: float = 4.0) -> Floats:
    """Robust score of each detector's bins against its usual day and its fellows' common shock.

    `counts` is detector × day × bin of the day. The usual is the median over days; what all detectors share
    that day (a storm, a match) is taken off by the median over detectors; the rest is scored by its MAD.
    """
    usual = np.nanmedian(counts, axis=1, keepdims=True)
    off = np.sqrt(counts) - np.sqrt(usual)
    off = off - np.nanmedian(off, axis=0, keepdims=True)
    spread = 1.4826 * np.nanmedian(np.abs(off), axis=(1, 2), keepdims=True)
    score = off / np.maximum(spread, 0.3)
    return np.where(np.abs(score) > threshold, score, 0.0)
