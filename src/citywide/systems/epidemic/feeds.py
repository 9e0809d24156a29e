"""Hospitals, schools and pharmacies report over MQTT: counts of days, new and revised, each with its time of report.

A reading carries of which day it is and when it was reported: its time is that day's midnight in UTC, whatever the
city's zone, and a microsecond more for each hour that the report came after the day began anywhere on earth.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct, json

from citywide.hub import Feed, Reading

FIRST_BEGINS = timedelta(hours=15)  # before UTC's midnight, and an hour more: a stamp is never nought


class DayCounts(Struct, frozen=True, forbid_unknown_fields=True):
    """What one hospital says of one day: visits by syndrome, and tests."""

    day: date
    visits: dict[str, int]
    tests: int | None = None
    positive_tests: int | None = None


class HospitalReport(Struct, frozen=True, forbid_unknown_fields=True):
    """One message: the days it speaks of, revised days among them."""

    reported: datetime
    days: list[DayCounts]


class DayCount(Struct, frozen=True, forbid_unknown_fields=True):
    """One number of one day."""

    day: date
    count: int


class PlainReport(Struct, frozen=True, forbid_unknown_fields=True):
    """What a school says of absent pupils, or a pharmacy of packs sold."""

    reported: datetime
    days: list[DayCount]


def stamp(day: date, reported: datetime) -> datetime:
    """The time of a reading: its day, and in microseconds how many hours later it was reported."""
    midnight = datetime.combine(day, time(), UTC)
    hours = (reported - midnight + FIRST_BEGINS) // timedelta(hours=1)
    if hours < 1:
        raise ValueError(f"{day} is reported before it began")
    return midnight + timedelta(microseconds=hours)


def reported_at(stamped: datetime) -> datetime:
    """The hour in which a reading with such a time was reported."""
    midnight = stamped.replace(microsecond=0)
    return midnight - FIRST_BEGINS + timedelta(hours=stamped.microsecond)


def read_report(topic: str, payload: bytes) -> Iterator[Reading]:
    """`hospital/north/report` with JSON becomes readings, one for each day and count."""
    entity = "/".join(topic.split("/")[:2])
    report = json.decode(payload, type=HospitalReport)
    for said in report.days:
        at = stamp(said.day, report.reported)
        for syndrome, count in said.visits.items():
            yield Reading(entity, f"visits_{syndrome}", at, count)
        for name, tests in (("tests", said.tests), ("positive_tests", said.positive_tests)):
            if tests is not None:
                yield Reading(entity, name, at, tests)


def read_plain(topic: str, payload: bytes) -> Iterator[Reading]:
    """`school/elm/absence` and `pharmacy/oak/sales`: one number a day."""
    quantity = "absent_pupils" if topic.startswith("school/") else "remedies_sold"
    report = json.decode(payload, type=PlainReport)
    for said in report.days:
        yield Reading("/".join(topic.split("/")[:2]), quantity, stamp(said.day, report.reported), said.count)


HOSPITAL_REPORTS = Feed("hospital_reports", "hospital/+/report", read_report)
SCHOOL_REPORTS = Feed("school_reports", "school/+/absence", read_plain)
PHARMACY_REPORTS = Feed("pharmacy_reports", "pharmacy/+/sales", read_plain)
