"""The simulated city's underpasses: rain fills them, gauges report, crews pump; the truth is kept apart."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from citywide.hub import Entity, Point, Reading, Text
from citywide.hub.simulated.twin import Answer, Order, Place, Plan, TrueEvent, Weather
from citywide.systems.waterlogging.simulated.crews import Crew
from citywide.systems.waterlogging.simulated.hydraulics import rained, still
from citywide.systems.waterlogging.simulated.sites import Sites, random_sites
from citywide.systems.waterlogging.simulated.underpass import gauge_cm, sump_share

Array = NDArray[np.float64]
PART_S = 30.0
GAUGES_EVERY_S, RAIN_EVERY_S = 60, 300
FLOOD_CM, OVER_CM = 10.0, 7.0
RIPPLE_CM = 0.04
SUMP_NOISE, UNHEARD = 1.0, 0.02  # per cent of the sump; the share of a station's messages that is lost
DEPARTMENT = "drainage"


class WaterTwin:
    """One city's water; `flows` adds up what went where, so that no drop is lost unseen."""

    def __init__(self, plan: Plan) -> None:
        self.rng, self._hiss = plan.rng("waterlogging"), plan.rng("pumping stations")
        self.places, self.skies = plan.of_kind("underpass"), plan.of_kind("rain_station")
        wheres = {place.name.zh: number for number, place in enumerate(plan.places)}
        self._rain_at = np.array([wheres[place.name.zh] for place in self.places], np.int64)
        self._sky_at = np.array([wheres[place.name.zh] for place in self.skies], np.int64)
        self.sites: Sites = random_sites(self.rng, len(self.places))
        self.water = still(self.sites)
        self.flows = dict.fromkeys(("rained", "soaked", "pumped", "drained", "spilled"), 0.0)
        depots = enumerate(plan.of_kind("depot"))
        self.crews = [_crew(self.rng, number, place, plan) for number, place in depots]
        self.gauges = [_gauge(self.sites, number, place) for number, place in enumerate(self.places)]
        self.rain_gauges = [
            Entity(f"rain_gauge/{number + 1:03d}", "rain_gauge", place.name.both, place.at, DEPARTMENT)
            for number, place in enumerate(self.skies)
        ]
        crews = [crew.entity() for crew in self.crews]
        self.entities: Sequence[Entity] = (*self.gauges, *self.rain_gauges, *crews)
        self._bucket = np.zeros(len(self.skies))
        self._number = {gauge.id: number for number, gauge in enumerate(self.gauges)}
        self._began: list[datetime | None] = [None] * len(self.gauges)
        self._events: list[TrueEvent] = []

    @property
    def depth_cm(self) -> Array:
        """The true depth over each road."""
        return gauge_cm(self.sites, self.water)

    def step(self, now: datetime, seconds: float, weather: Weather) -> list[Reading]:
        """Let time pass up to `now`; what the devices report."""
        rain = weather.rain_mm[self._rain_at]
        for part in range(round(seconds / PART_S)):
            self._part(now - timedelta(seconds=seconds - (part + 1) * PART_S), rain * PART_S / 300)
        self._bucket += weather.rain_mm[self._sky_at] * seconds / 300
        for crew in self.crews:
            crew.drive.move(seconds / max(0.7, weather.bustle))
        return [*self._gauges(now), *self._stations(now), *self._rain(now), *self._positions(now)]

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:
        """Crews drive to their orders, begin when they are there, and go home when their case is closed."""
        by_unit = {order.unit: order for order in orders}
        answers = [crew.obey(by_unit.get(crew.id), now) for crew in self.crews]
        return [answer for answer in answers if answer is not None]

    def truth(self) -> list[TrueEvent]:
        """Every flood so far, from 10 cm up to less than 7 cm again; those that still stand come last."""
        standing = [
            TrueEvent("waterlogging", "flood", gauge.id, began)
            for gauge, began in zip(self.gauges, self._began, strict=True)
            if began is not None
        ]
        return [*self._events, *standing]

    def _part(self, end: datetime, rain: Array) -> None:
        before, flooded = self.depth_cm, np.array([began is not None for began in self._began], bool)
        self.water, flows = rained(self.sites, self.water, rain, None, self._by_crews(), parts=1)
        for name in self.flows:
            self.flows[name] += float(getattr(flows, name).sum())
        after = self.depth_cm
        for number in np.flatnonzero(~flooded & (after >= FLOOD_CM)).tolist():
            self._began[number] = _crossing(end, before[number], after[number], FLOOD_CM)
        for number in np.flatnonzero(flooded & (after < OVER_CM)).tolist():
            began = self._began[number]
            assert began is not None
            ended = _crossing(end, before[number], after[number], OVER_CM)
            self._events.append(TrueEvent("waterlogging", "flood", self.gauges[number].id, began, ended))
            self._began[number] = None

    def _by_crews(self) -> Array:
        extra = np.zeros(len(self.gauges))
        for crew in self.crews:
            if crew.pumping_at in self._number:
                extra[self._number[crew.pumping_at]] += crew.pump_m3_per_h / 3600
        return extra

    def _gauges(self, now: datetime) -> Iterator[Reading]:
        """What the gauges see: a ripple on the water, read to a millimetre."""
        if not _is_round(now, GAUGES_EVERY_S):
            return
        ripple = self.rng.normal(0, RIPPLE_CM, len(self.gauges))
        seen = np.round(np.where(self.depth_cm > 0.1, np.maximum(self.depth_cm + ripple, 0), 0.0), 1)
        for gauge, depth in zip(self.gauges, seen.tolist(), strict=True):
            yield Reading(gauge.id, "water_depth", now, depth, "cm")

    def _stations(self, now: datetime) -> Iterator[Reading]:
        """What the pumping stations say: how full the sump is, to a hundredth or so, and whether the pumps run."""
        if not _is_round(now, GAUGES_EVERY_S):
            return
        count = len(self.gauges)
        level = 100 * sump_share(self.sites, self.water) + self._hiss.normal(0, SUMP_NOISE, count)
        seen, heard = np.round(np.clip(level, 0, 100)), self._hiss.random(count) >= UNHEARD
        levels, running = seen.tolist(), (100.0 * self.water.pumping).tolist()
        for number in np.flatnonzero(heard).tolist():
            yield Reading(self.gauges[number].id, "sump_level", now, levels[number], "%")
            yield Reading(self.gauges[number].id, "pumps_running", now, running[number], "%")

    def _rain(self, now: datetime) -> Iterator[Reading]:
        """Tipping buckets of a tenth of a millimetre; what does not tip stays for the next five minutes."""
        if not _is_round(now, RAIN_EVERY_S):
            return
        tipped = np.floor(self._bucket * 10 + 1e-9) / 10
        self._bucket -= tipped
        for gauge, fell in zip(self.rain_gauges, tipped.tolist(), strict=True):
            yield Reading(gauge.id, "rain", now, round(fell, 1), "mm")

    def _positions(self, now: datetime) -> Iterator[Reading]:
        for crew in self.crews:
            if crew.moving or _is_round(now, RAIN_EVERY_S):
                yield Reading(crew.id, "position_lon", now, round(crew.at.lon, 6))
                yield Reading(crew.id, "position_lat", now, round(crew.at.lat, 6))


def _crew(rng: np.random.Generator, number: int, depot: Place, plan: Plan) -> Crew:
    pump = float(rng.choice([400, 600, 800, 1200]))
    name = Text(f"{depot.name.en.split()[0]} drainage crew", f"{depot.name.zh.removesuffix('抢险站')}排水抢险队")
    return Crew(f"drainage_crew/{number + 1:02d}", name.both, pump, depot.at, plan.streets)


def _gauge(sites: Sites, number: int, place: Place) -> Entity:
    facts = {
        "catchment_ha": round(float(sites.square_metres[number]) / 1e4, 1),
        "sump_m3": round(float(sites.sump_m2[number] * sites.sump_m[number])),
        "pump_m3_per_h": round(float(sites.pump_m3_per_s[number]) * 3600),
        "district": place.district,
    }
    point = Point(place.at.lon, place.at.lat)
    return Entity(f"gauge/{number + 1:03d}", "gauge", place.name.both, point, DEPARTMENT, facts)


def _crossing(end: datetime, before: float, after: float, line: float) -> datetime:
    share = (line - before) / (after - before)
    return end - timedelta(seconds=PART_S * (1 - share))


def _is_round(now: datetime, seconds: int) -> bool:
    return int(now.timestamp()) % seconds == 0
