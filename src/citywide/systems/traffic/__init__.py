"""Traffic: crossings see every vehicle, time every light, and notice what is wrong."""

from pathlib import Path

from citywide.hub import Schedule, System, Text
from citywide.ports.waterlogging import RoadImpassable, RoadPassable
from citywide.systems.traffic import duties, events_feed, feeds, model, responses
from citywide.systems.traffic.cli import COMMANDS
from citywide.systems.traffic.pages import (
    comparison,
    controllers,
    coordination,
    desk,
    devices,
    joining,
    plans,
    timetables,
)
from citywide.systems.traffic.twin import TrafficTwin

SYSTEM = System(
    name="traffic",
    title=Text("Traffic", "智慧交通"),
    application="urban governance",
    kinds=(model.CROSSING, model.DETECTOR, model.PRIORITY_VEHICLE, model.OFFICER),
    quantities=(*model.MEASURED, *model.SEEN),
    rules=(*model.INCIDENTS, model.CONGESTED, model.DETECTOR_SILENT),
    categories=(*model.CATEGORIES, model.CLOSED_ROAD, model.BROKEN_DETECTOR),
    feeds=(feeds.TRACKS, feeds.COUNTS, feeds.SPAT, feeds.INCIDENTS, feeds.REQUESTS, events_feed.EVENTS),
    on_raised={rule.name: responses.send_officer for rule in model.FOR_OFFICERS}
    | {rule.name: responses.mend_detector for rule in model.FOR_TECHNICIANS}
    | {"congested": responses.tell_desk},
    on_cleared={rule.name: responses.road_is_free for rule in model.FOR_OFFICERS}
    | {rule.name: responses.detector_speaks_again for rule in model.FOR_TECHNICIANS},
    on_event={RoadImpassable: responses.close_road, RoadPassable: responses.open_road},
    schedules=(
        Schedule("measures", 900, duties.measure),
        Schedule("coordination", 900, duties.advise),
        Schedule("devices", 3600, duties.look_after_devices),
        Schedule("plans", 60, duties.choose_plans),
        Schedule("day_plans", 86_400, duties.derive_plans),
        Schedule("comparisons", 86_400, duties.compare_days),
        Schedule("priority", 1, duties.pass_on),
        Schedule("buses", 5, duties.ask_for_buses),
        Schedule("feedback", 60, duties.learn),
    ),
    pages=(
        desk.NOW,
        desk.CROSSING,
        plans.PLANS,
        timetables.TIMETABLES,
        comparison.COMPARISON,
        desk.MEASURES,
        controllers.CONTROLLERS,
        coordination.COORDINATION,
        devices.DEVICES,
        joining.JOINING,
    ),
    api="citywide.systems.traffic.api",
    commands=COMMANDS,
    twin=TrafficTwin,
    folder=Path(__file__).parent,
)
