"""The hub's vocabulary."""

from citywide.hub.people.who import Person, Purpose, Who
from citywide.hub.vocabulary.affairs import Alarm, Category
from citywide.hub.vocabulary.commands import CloseCase, Command, Note, Notify, OpenCase, Publish, Tell
from citywide.hub.vocabulary.events import Event
from citywide.hub.vocabulary.pages import (
    Board,
    Chart,
    Choice,
    Column,
    Field,
    Form,
    Layer,
    Map,
    Page,
    Query,
    Scene,
    Stat,
    Table,
    Timeline,
    count_of,
    desk_of,
    history_of,
)
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.signals import Difference, Drift, Rate, Ratio, Silence, Stuck, Value, Window
from citywide.hub.vocabulary.system import City, Feed, Listener, Response, Schedule, System
from citywide.hub.vocabulary.things import Entity, Kind, Quantity, Reading
from citywide.kit.geometry import Point
from citywide.kit.text import Text

__all__ = [
    "Alarm",
    "Board",
    "Category",
    "Chart",
    "Choice",
    "City",
    "CloseCase",
    "Column",
    "Command",
    "Difference",
    "Drift",
    "Entity",
    "Event",
    "Feed",
    "Field",
    "Form",
    "Kind",
    "Layer",
    "Listener",
    "Map",
    "Note",
    "Notify",
    "OpenCase",
    "Page",
    "Person",
    "Point",
    "Publish",
    "Purpose",
    "Quantity",
    "Query",
    "Rate",
    "Ratio",
    "Reading",
    "Response",
    "Rule",
    "Scene",
    "Schedule",
    "Silence",
    "Stat",
    "Stuck",
    "System",
    "Table",
    "Tell",
    "Text",
    "Timeline",
    "Value",
    "Who",
    "Window",
    "count_of",
    "desk_of",
    "history_of",
]
