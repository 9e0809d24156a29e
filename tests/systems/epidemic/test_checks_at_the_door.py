"""What comes in by the doors: one bad item takes no good one down with it."""

from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from citywide.systems.epidemic.people.line_list_checks import Known, Said, listed
from citywide.systems.epidemic.reports.past_reports import past_reports
from citywide.systems.epidemic.watch.watched import STANDARD

NOW = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
KINDS = {"hospital/1": "hospital", "school/1": "school"}
GOOD = ["hospital/1", "pneumonia", "2026-07-01", 1783000000, 4]
BAD = [
    ("place", ["hospital/2", *GOOD[1:]]),
    ("place", ["school/1", *GOOD[1:]]),
    ("kind", ["hospital/1", "plague", *GOOD[2:]]),
    ("day", [*GOOD[:2], "yesterday", *GOOD[3:]]),
    ("reported", [*GOOD[:3], None, 4]),
    ("reported", [*GOOD[:3], NOW.timestamp() + 3600, 4]),
    ("reported", [*GOOD[:2], "2026-07-05", 1783000000, 4]),
    ("count", [*GOOD[:4], -3]),
    ("count", [*GOOD[:4], "many"]),
    ("kind", ["hospital/1", "pneu\0monia", *GOOD[2:]]),
]
KNOWN = Known({"hospital/1"}, set(), date(2026, 7, 6), STANDARD.names)
ADA, BO = {"reference": "ada", "name": "Ada"}, {"reference": "bo", "name": "Bo"}
ILL = {"reference": "ada", "kind": "pneumonia", "hospital": "hospital/1", "onset": "2026-07-01"}
THERE = ["bo", "2026-07-01", 1, "shop", 12]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(range(-1, len(BAD))), max_size=12))
def test_every_good_row_of_history_is_taken_and_every_bad_one_named_with_what_is_accepted(choice) -> None:
    rows = [GOOD if at < 0 else BAD[at][1] for at in choice]
    good, sieve = past_reports(rows, STANDARD.by_name, KINDS, NOW, ZONE)
    assert len(good) == choice.count(-1)
    wrong = [f"rows[{number}].{BAD[at][0]}" for number, at in enumerate(choice) if at >= 0]
    assert [one.where for one in sieve.refused] == wrong
    assert all(one.what and one.accepted for one in sieve.refused)


def test_a_line_list_is_taken_but_for_its_bad_items() -> None:
    patients = [ILL, ILL | {"kind": "plague"}, ILL | {"hospital": "hospital/9"}, ILL | {"onset": "2026-08-01"},
                ILL | {"reference": "cy"}, 7, ILL | {"sequence": "AC GT"}]  # fmt: skip
    presences = [THERE, ["bo", "2026-07-01", 9, "shop", 12], ["bo", "2026-07-01", 1, "shop", 0], ["bo"]]
    said = Said([ADA, BO, {"name": "Cy"}], patients, [{"place": "shop", "name": "Shop", "lon": 999}], presences)
    good, sieve = listed(said, KNOWN)
    assert [one.reference for one in good.people] == ["ada", "bo"]
    assert [(one.reference, one.kind) for one in good.patients] == [("ada", "pneumonia")]
    assert [one.present for one in good.presences] == [12]
    assert [one.where for one in sieve.refused] == [
        "people[2]", "patients[1].kind", "patients[2].hospital", "patients[3].onset",
        "patients[4].reference", "patients[5]", "patients[6].sequence", "places[0].lon", "presences[1].context",
        "presences[2].present", "presences[3]",
    ]  # fmt: skip


def test_a_person_whom_the_hub_has_met_need_not_be_named_again() -> None:
    good, sieve = listed(Said([], [ILL | {"sequence": "ACGTN-"}]), structs.replace(KNOWN, people={"ada"}))
    assert (len(good.patients), sieve.refused_count) == (1, 0)
