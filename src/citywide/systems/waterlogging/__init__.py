"""Waterlogging: water on roads is seen, foreseen, pumped out, and remembered."""

from pathlib import Path

from citywide.hub import Schedule, System, Text
from citywide.ports.waterlogging import RoadImpassable, RoadPassable
from citywide.systems.waterlogging import feeds, model, pages, responses, twin
from citywide.systems.waterlogging.duties import forecasting, gauge_health, refitting

SYSTEM = System(
    name="waterlogging",
    title=Text("Waterlogging", "城市内涝"),
    application="ecology",
    kinds=(model.GAUGE, model.RAIN_GAUGE, model.PUMP, model.CREW),
    quantities=(
        model.WATER_DEPTH,
        model.RAIN,
        model.PUMP_POWER,
        model.FORECAST_30,
        model.FORECAST_60,
        model.FORECAST_30_LOW,
        model.FORECAST_30_HIGH,
        model.FORECAST_60_LOW,
        model.FORECAST_60_HIGH,
        model.CHANCE_30,
        model.CHANCE_60,
        model.STUCK,
        model.DRIFT,
        model.LONE_READINGS,
        model.RESCALED,
        model.CLOCK_OFF,
    ),
    rules=(
        model.DEEP_WATER,
        model.IMPASSABLE,
        model.WATER_IS_COMING,
        model.WATER_IN_AN_HOUR,
        model.FAST_RISE,
        model.GAUGE_SILENT,
        model.GAUGE_STUCK,
        model.GAUGE_DRIFTS,
        model.GAUGE_NOISY,
        model.GAUGE_RESCALED,
        model.GAUGE_CLOCK,
    ),
    categories=(model.FLOODED_ROAD, model.BROKEN_GAUGE),
    feeds=(feeds.GAUGE_FRAMES,),
    on_raised={
        "deep_water": responses.send_crew,
        "impassable": responses.tell_of_closing,
        "water_is_coming": responses.warn,
        "water_in_an_hour": responses.warn,
        "gauge_silent": responses.mend_gauge,
        "gauge_stuck": responses.mend_gauge,
        "gauge_drifts": responses.mend_gauge,
        "gauge_noisy": responses.mend_gauge,
        "gauge_rescaled": responses.mend_gauge,
        "gauge_clock": responses.mend_gauge,
    },
    on_cleared={
        "deep_water": responses.stand_down,
        "impassable": responses.tell_of_opening,
        "gauge_silent": responses.gauge_speaks_again,
        "gauge_stuck": responses.gauge_speaks_again,
        "gauge_drifts": responses.gauge_speaks_again,
        "gauge_noisy": responses.gauge_speaks_again,
        "gauge_rescaled": responses.gauge_speaks_again,
        "gauge_clock": responses.gauge_speaks_again,
    },
    publishes=(RoadImpassable, RoadPassable),
    schedules=(
        Schedule("forecast", 60, forecasting.forecast),
        Schedule("gauge_health", 1800, gauge_health.examine),
        Schedule("refit", 86_400, refitting.remember),
    ),
    pages=(pages.NOW, pages.DEVICES),
    twin=twin.WaterTwin,
    folder=Path(__file__).parent,
)
