"""What somebody tells the city, by whichever door: checked, and understood where category or place were left out."""

from typing import Annotated

from msgspec import Meta, Struct, structs

from citywide.hub.ingest.batch import Refusal
from citywide.hub.people.who import Contact
from citywide.hub.reports.receive import Report, reportable
from citywide.hub.reports.words import PHONE
from citywide.hub.running import Hub
from citywide.hub.web.described import Latitude, Longitude
from citywide.hub.web.problems import Problem
from citywide.kit.geometry import Point
from citywide.kit.text import Text
from citywide.systems.hotline.model import PERSONAL
from citywide.systems.hotline.sorting.intake import Understood, understand

SURE = 0.65  # below this a person who can ask back must say what it is
LINK = "[A-Za-z0-9_-]{32,64}"  # nobody guesses it; whoever sends it twice has sent one report
WHOLE_CITY = Text("The whole city", "全市")


class Told(Struct, frozen=True):
    """A report as a resident's page sends it."""

    text: Annotated[str, Meta(max_length=4000)] = ""
    category: str | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    address: Annotated[str, Meta(max_length=300)] = ""
    name: Annotated[str, Meta(max_length=80)] | None = None
    phone: Annotated[str, Meta(max_length=30)] | None = None
    anonymous: bool = False
    everywhere: bool | None = None
    join: int | None = None
    link: Annotated[str, Meta(pattern=f"^{LINK}$")] | None = None


def understood(hub: Hub, told: Told, *, has_photos: bool) -> Report:
    """The report, checked, with category and place found where they were left out."""
    if not told.text.strip() and not told.category and not has_photos and told.join is None:
        raise Problem(422, "nothing is told", [Refusal("text", "empty", "words, a photo or a category")])
    if told.phone and not told.anonymous and not PHONE.match(told.phone):
        raise Problem(422, "this is no telephone number", [Refusal("phone", told.phone, "digits, spaces and +")])
    if told.category and not reportable(hub.desk, told.category):
        raise Problem(422, "unknown category", [Refusal("category", told.category, "see /v1/report/categories")])
    at = Point(told.lon, told.lat) if told.lon is not None and told.lat is not None else None
    if at and not hub.city.reaches(at.lon, at.lat):
        there, here = f"{at.lat:.3f}, {at.lon:.3f}", "a place in or near {:g}–{:g} E, {:g}–{:g} N"
        west, south, east, north = hub.city.bounds
        raise Problem(422, "this is not in the city", [Refusal("place", there, here.format(west, east, south, north))])
    found = understand(hub, told.text, told.address, at, told.category)
    if told.everywhere:
        found, told = structs.replace(found, place=None), structs.replace(told, address=WHOLE_CITY.both)
    elif found.place is None and not told.address.strip() and not _needs_no_place(found):
        raise Problem(422, "where is it?", [Refusal("place", "missing", "a place on the map, or an address")])
    contact = Contact() if told.anonymous else Contact(told.name, told.phone)
    return Report(found.category, told.text, found.place, told.address, contact, told.join, dict(found.facts),
                  told.link)  # fmt: skip


def _needs_no_place(found: Understood) -> bool:
    """Unpaid wages have no street; what only may be such a matter is asked for one."""
    return found.category in PERSONAL and float(str(found.facts.get("confidence", 1))) >= SURE
