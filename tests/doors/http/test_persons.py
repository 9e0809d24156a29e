"""Personal data are for an office that has to do with the resident, by the door and by the database itself."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from litestar.testing import TestClient
from psycopg import Connection

from citywide.hub.database.pool import become
from citywide.hub.people.grants import grant
from citywide.hub.people.persons import AccessRefusedError, NoSuchPersonError, person
from citywide.hub.people.residents import add_person, agree, keep_on_file
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Contact, Who
from tests.conftest import PASSWORD

Ask = Callable[[str, str, str], tuple[int, str]]
TOLD = {"text": "路灯不亮", "category": "street_light", "lon": 106.81, "lat": 29.81}
TOLD |= {"name": "Qian", "phone": "13900001111"}
LIGHTS = Who("deng", ("officer",), ("lighting",))
PARKS = Who("lin", ("officer", "crew"), ("parks",))


@pytest.fixture(scope="module")
def reported(door: TestClient) -> tuple[int, str]:
    """A resident's report that the lighting department has: the case, and who the resident is."""
    taken = door.post("/v1/reports", files={"report": (None, json.dumps(TOLD))}).json()
    with door.app.state.hub.database.transaction() as connection:
        add_staff(connection, LIGHTS, PASSWORD)
        add_staff(connection, Who("jiang", ("crew",), ("lighting",)), PASSWORD)
        found = connection.execute("select id::text from people.person where name = 'Qian'").fetchone()
    return taken["case"], found[0]


@pytest.fixture
def connection(door: TestClient):
    with door.app.state.hub.database.transaction() as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def ask(door: TestClient, sign_in) -> Ask:
    def asked(name: str, resident: str, purpose: str) -> tuple[int, str]:
        sign_in(name)
        answer = door.get(f"/v1/persons/{resident}?purpose={purpose}")
        return answer.status_code, answer.json().get("phone") or answer.json()["detail"]

    return asked


def test_an_office_sees_whom_it_has_a_case_of_and_to_others_there_is_no_such_person(door, reported, ask: Ask) -> None:
    _, qian = reported
    assert ask("deng", qian, "contact") == (200, TOLD["phone"])
    assert ask("mayor", qian, "contact") == (200, TOLD["phone"])
    refused = ask("lin", qian, "contact")
    assert refused[0] == 404
    assert refused == ask("lin", "00000000-0000-4000-8000-000000000000", "contact") == ask("lin", "x", "contact")
    assert ask("jiang", qian, "contact")[0] == 403
    assert ask("jiang", qian, "emergency") == (200, TOLD["phone"])
    assert ask("deng", qian, "curiosity")[0] == 422
    with door.app.state.hub.database.transaction() as own:
        pending = own.execute("select convert_from(body, 'UTF8') from evidence.pending union all "
                              "select convert_from(body, 'UTF8') from evidence.entry").fetchall()  # fmt: skip
    facts = [one["facts"] for one in map(json.loads, (body for (body,) in pending)) if one["who"] == "lin"]
    assert any(fact.get("person") == qian and fact.get("answer") == "refused" for fact in facts)


def test_whoever_sees_every_department_sees_nobody_who_has_nothing_to_do_with_any(connection: Connection) -> None:
    stranger = add_person(connection, Contact("Sun", "13900002222"), ("contact", "research"))
    become(connection, Who("mayor", ("officer", "manager"), (), everywhere=True))
    assert connection.execute("select people.why_not(%s, 'contact')", (stranger,)).fetchone() == ("stranger",)


def test_the_right_to_ask_goes_with_the_case_and_ends_a_month_after_it(reported, connection: Connection) -> None:
    case, qian = reported
    connection.execute("update hub.cases set department = 'parks' where id = %s", (case,))
    assert person(connection, PARKS, qian, "contact").name == "Qian"
    become(connection, LIGHTS)
    assert connection.execute("select people.why_not(%s, 'contact')", (qian,)).fetchone() == ("stranger",)
    connection.execute("reset role")
    closed = "update hub.cases set state = 'closed', closed = (select max(at) from hub.case_step) - %s where id = %s"
    for ago, may in ((timedelta(days=29), True), (timedelta(days=31), False)):
        connection.execute(closed, (ago, case))
        become(connection, PARKS)
        (why_not,) = connection.execute("select people.why_not(%s, 'contact')", (qian,)).fetchone()
        assert (why_not is None) == may
        connection.execute("reset role")


@pytest.mark.parametrize(("who", "purpose", "seen"), [
    (LIGHTS, "contact", ["Qian"]), (LIGHTS, "", []), (LIGHTS, "research", []), (LIGHTS, "disease_control", []),
    (PARKS, "contact", []), (PARKS, "emergency", []), (Who("jiang", ("crew",), ("lighting",)), "contact", []),
    (Who("watcher", ("auditor",), (), everywhere=True), "contact", []),
])  # fmt: skip
def test_the_database_itself_shows_only_the_residents_of_an_office(
    reported, connection: Connection, who: Who, purpose: str, seen: list[str]
) -> None:
    become(connection, who)
    connection.execute("select set_config('citywide.purpose', %s, true)", (purpose,))
    found = connection.execute("select name from people.person").fetchall()
    assert [name for (name,) in found] == seen


def test_no_page_reads_a_resident_since_it_cannot_write_down_that_it_did(door: TestClient, reported) -> None:
    with door.app.state.hub.database.reading_as(LIGHTS) as connection:
        connection.execute("select set_config('citywide.purpose', 'contact', true)")
        assert connection.execute("select name from people.person").fetchall() == []


def test_a_study_asks_for_those_on_its_file_who_agreed_until_it_ends(connection: Connection) -> None:
    scientist = Who("luo", ("scientist",), ("biobank",))
    zhou = add_person(connection, Contact("Zhou"))
    keep_on_file(connection, [zhou], "research", "biobank", timedelta(days=365))
    become(connection, scientist)
    assert connection.execute("select people.why_not(%s, 'research')", (zhou,)).fetchone() == ("consent",)
    connection.execute("reset role")
    agree(connection, zhou, "research")
    assert person(connection, scientist, zhou, "research").name == "Zhou"
    connection.execute("update people.on_file set until = now() where person = %s", (zhou,))
    become(connection, scientist)
    assert connection.execute("select people.why_not(%s, 'research')", (zhou,)).fetchone() == ("stranger",)


def test_a_grant_holds_where_its_giver_is_a_manager_and_its_taker_may_ask(connection: Connection) -> None:
    tracer, hour = Who("ma", ("officer",), ("disease_control", "parks")), timedelta(hours=1)
    add_staff(connection, tracer, PASSWORD)
    zhou = add_person(connection, Contact("Zhou"))
    keep_on_file(connection, [zhou], "disease_control", "disease_control", timedelta(days=60))
    grant(connection, Who("gu", ("manager",), ("parks",)), "ma", "disease_control", hour, "an outbreak")
    become(connection, tracer)
    assert connection.execute("select people.why_not(%s, 'disease_control')", (zhou,)).fetchone() == ("grant",)
    connection.execute("reset role")
    grant(connection, Who("fan", ("manager",), ("disease_control",)), "ma", "disease_control", hour, "an outbreak")
    assert person(connection, tracer, zhou, "disease_control").name == "Zhou"
    with pytest.raises(AccessRefusedError, match="of a department that you manage"):
        grant(connection, Who("gu", ("manager",), ("roads",)), "ma", "disease_control", hour, "an outbreak")
    with pytest.raises(NoSuchPersonError):
        grant(connection, Who("gu", ("manager",), ("parks",)), "nobody", "disease_control", hour, "an outbreak")
