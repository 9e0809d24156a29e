"""Columns and fields that several pages share."""

from citywide.hub import Column, Field, Text
from citywide.systems.epidemic.watch.watched import Watched

PLACE = Column("name", Text("Place", "地点"))
SERIES = Column("kind", Text("Series", "序列"))
DISTRICT = Column("district", Text("District", "区"))
WEEK = Column("week", Text("Week up to", "周截至"))
STATE = Column("state", Text("State", "状态"), "state")


def a_syndrome(watched: Watched) -> Field:
    """One of the city's syndromes to choose."""
    return Field("kind", Text("Syndrome", "症候群"), "choice", required=True,
                 choices=tuple((one.name, one.label) for one in watched.syndromes))  # fmt: skip
