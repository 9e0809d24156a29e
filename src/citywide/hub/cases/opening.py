"""A case as it is written down at first, and the open one of the same matter that it may join instead."""

from datetime import datetime

import msgspec
from msgspec import Struct
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.cases.moves import standing
from citywide.hub.database.queries import sql
from citywide.hub.vocabulary.affairs import Category
from citywide.hub.vocabulary.commands import OpenCase
from citywide.kit.geometry import Point

RESIDENT = "resident"  # whose reports count as such; all others open cases of their own accord


class Opened(Struct, frozen=True):
    """When a case was opened and by whom, when it is due, and when it is first looked at again."""

    at: datetime
    due: datetime
    next_look: datetime
    who: str


def nearby(connection: Connection, category: Category, order: OpenCase, at: datetime) -> int | None:
    """The open case of the same matter that is near in place and time, if there is one."""
    near = {"category": category.name, "metres": category.merge_within_m, "since": at - category.merge_within}
    found = connection.execute(sql("case_near"), near | _where(order)).fetchone()
    row = standing(connection, found[0]) if found else None
    return row["id"] if row and row["state"] != "closed" else None  # it may have been closed at this very moment


def put_down(connection: Connection, order: OpenCase, category: Category, opened: Opened) -> int:
    """Write a new case down; returns its number."""
    row = connection.execute(sql("open_case"), _where(order) | {
        "title": Jsonb(msgspec.to_builtins(order.title)),
        "category": category.name,
        "department": category.department,
        "details": order.details,
        "facts": Jsonb(dict(order.facts)),
        "opened": opened.at,
        "due": opened.due,
        "alarm": order.because,
        "who": opened.who,
        "told": int(opened.who == RESIDENT),
        "wants": order.wants,
        "needs": Jsonb(dict(order.needs)),
        "next_look": opened.next_look,
    }).fetchone()  # fmt: skip
    assert row is not None
    return row[0]


def where(order: OpenCase) -> Point | None:
    """Where the case is: at its own place, else at that of the thing it is about."""
    return order.place or (order.about.place if order.about else None)


def _where(order: OpenCase) -> dict[str, object]:
    place = where(order)
    return {
        "about": order.about.id if order.about else None,
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
    }
