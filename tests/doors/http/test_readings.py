"""Readings and things at the door: what is wrong with one item is said of it alone; senseless questions are told so."""

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO

import numpy as np
import pyarrow as pa
import pytest
from litestar.testing import TestClient

from citywide.doors.http import readings
from citywide.hub.people.devices import new_token, revoke

ARROW = "application/vnd.apache.arrow.stream"
ELM = {"entity": "gauge/elm", "quantity": "water_depth"}


def ask(door: TestClient, path: str, token: str | None = None):
    return door.get(path, headers={"authorization": f"Bearer {token or door.token}"})


def send(door: TestClient, path: str, body: object):
    return door.post(path, json=body, headers={"authorization": f"Bearer {door.token}"})


def test_a_bad_item_does_not_take_its_batch_down(door: TestClient) -> None:
    at = datetime.now(UTC) - timedelta(minutes=3)
    good = [ELM | {"value": n, "time": (at + timedelta(seconds=n)).isoformat()} for n in range(3)]
    answer = send(door, "/v1/readings", {"readings": [good[0], ELM | {"value": "x"}, good[1], ELM, good[2]]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 3
    assert [each["where"] for each in answer.json()["refused"]] == ["readings[1].value", "readings[3].value"]


def deliver(door: TestClient, body: bytes, kind: str = "application/json", **headers: str):
    headers = {"authorization": f"Bearer {door.token}", "content-type": kind, **headers}
    return door.post("/v1/readings", content=body, headers=headers)


@pytest.mark.parametrize(("name", "where"), [(b"gauge/a\\u0000b", "entity"), (b"gauge/\xff\xfe", "entity")])
def test_a_name_that_no_database_keeps_is_refused_alone(door: TestClient, name: bytes, where: str) -> None:
    item = b'{"entity": "%b", "quantity": "water_depth", "value": %b}'
    answer = deliver(door, b'{"readings": [%b, %b]}' % (item % (b"gauge/elm", b"4.5"), item % (name, b"5")))
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] + answer.json()["duplicate"] + answer.json()["late"] == 1
    assert [each["where"] for each in answer.json()["refused"]] == [f"readings[1].{where}"]


def test_a_name_of_any_length_is_not_repeated_whole(door: TestClient) -> None:
    answer = send(door, "/v1/readings", {"readings": [ELM | {"value": 1, "entity": "gauge/" + "x" * 9000}]})
    assert answer.status_code == 422
    assert len(answer.text) < 1000


def an_arrow(packing: str | None = None, **columns: object) -> bytes:
    table, written = pa.table(columns), BytesIO()
    with pa.ipc.new_stream(written, table.schema, options=pa.ipc.IpcWriteOptions(compression=packing)) as stream:
        stream.write_table(table)
    return written.getvalue()


@pytest.mark.parametrize("time", [
    pa.array([None, 1], pa.int64()), pa.array([None, None], pa.timestamp("ms", "UTC")),
    pa.array([None, "2026-01-02T08:00:00+08:00"]),
])  # fmt: skip
def test_an_arrow_stream_may_leave_a_time_out_or_write_it(door: TestClient, time: pa.Array) -> None:
    body = an_arrow(entity=["gauge/elm"] * 2, quantity=["water_depth"] * 2, value=[1.0, 2.0], time=time)
    answer = deliver(door, body, ARROW)
    assert answer.status_code == 200, answer.text
    assert answer.json()["refused_count"] in {0, 1}  # a microsecond after 1970 is too old


def test_an_arrow_stream_that_points_beyond_itself_is_refused_and_harms_nobody(door: TestClient) -> None:
    whole = an_arrow(entity=["gauge/elm"] * 3, quantity=["water_depth"] * 3, value=[1.0, 2.0, 3.0])
    for end in (28, 2_000_000_000):  # a little beyond, where somebody else's words stand, and far beyond
        ends = np.array([0, 9, 18, 27], np.int32), np.array([0, 9, 18, end], np.int32)
        answer = deliver(door, whole.replace(ends[0].tobytes(), ends[1].tobytes(), 1), ARROW)
        assert answer.status_code == 400
        assert "not a readable Arrow stream" in answer.text
    for cut in range(1, len(whole) - 8, 41):
        answer = deliver(door, whole[:cut], ARROW)
        assert answer.status_code == 400
        assert "not a readable Arrow stream" in answer.text


def test_in_an_arrow_stream_too_a_bad_item_does_not_take_its_batch_down(door: TestClient) -> None:
    names = pa.array([b"gauge/elm", b"gauge/\xff", None]).view(pa.string())
    body = an_arrow(entity=names, quantity=["water_depth"] * 3, value=[2.5, 2.5, 2.5])
    answer = deliver(door, body, ARROW).json()
    assert (answer["accepted"], [each["where"] for each in answer["refused"]]) == (
        1, ["readings[1].entity", "readings[2].entity"])  # fmt: skip


def test_a_gateway_on_a_thin_line_packs_its_batch(door: TestClient) -> None:
    batch = json.dumps({"readings": [ELM | {"value": 1.5}]}).encode()
    assert deliver(door, gzip.compress(batch), **{"content-encoding": "gzip"}).status_code == 200
    assert deliver(door, batch, **{"content-encoding": "identity"}).status_code == 200
    assert deliver(door, batch, **{"content-encoding": "gzip"}).status_code == 400
    assert deliver(door, gzip.compress(batch)[:-9], **{"content-encoding": "gzip"}).status_code == 400
    answer = deliver(door, batch, **{"content-encoding": "br"})
    assert (answer.status_code, "gzip" in answer.json()["detail"]) == (415, True)


def test_a_packed_body_that_swells_is_refused_before_it_fills_the_memory(door: TestClient) -> None:
    answer = deliver(door, gzip.compress(b" " * 70_000_000, 1), **{"content-encoding": "gzip"})
    assert answer.status_code == 413


def swollen() -> Iterator[tuple[str, bytes]]:
    """Small streams that mean more than a machine holds: packed, without content, or one text meant again and again."""
    many, long, few = 4_000_000, "y" * 1_000_000, 10_000
    for packing in ("zstd", "lz4"):
        yield packing, an_arrow(packing, entity=[long[:1000]] * 400_000, quantity=["q"] * 400_000,
                                value=np.zeros(400_000))  # fmt: skip
    yield "rows", an_arrow(entity=pa.nulls(many + 1), quantity=pa.nulls(many + 1), value=pa.nulls(many + 1))
    once = pa.DictionaryArray.from_arrays(pa.array(np.zeros(few, np.int32)), pa.array([long]))
    yield "dictionary", an_arrow(entity=once, quantity=["q"] * few, value=np.zeros(few))
    views = np.zeros((few, 4), np.int32)
    views[:, 0] = len(long)
    views[:, 1] = int.from_bytes(b"yyyy", "little")
    buffers = [None, pa.py_buffer(views.tobytes()), pa.py_buffer(long.encode())]
    shown = pa.Array.from_buffers(pa.string_view(), few, buffers)
    yield "views", an_arrow(entity=shown, quantity=["q"] * few, value=np.zeros(few))


def test_an_arrow_stream_that_swells_is_refused_before_it_fills_the_memory(door: TestClient) -> None:
    for name, body in swollen():
        assert len(body) < 30_000_000
        before = pa.total_allocated_bytes()
        answer = deliver(door, body, ARROW)
        assert (name, answer.status_code) == (name, 400)
        assert "MiB" in answer.text, name
        assert pa.total_allocated_bytes() - before < 100_000_000, name


@pytest.mark.parametrize("packing", ["zstd", "lz4"])
def test_a_packed_arrow_stream_and_a_dictionary_of_names_are_taken(door: TestClient, packing: str) -> None:
    names = pa.array(["gauge/elm"] * 2).dictionary_encode()
    body = an_arrow(packing, entity=names, quantity=["water_depth"] * 2, value=[4.5, 4.5])
    assert deliver(door, body, ARROW).json()["refused_count"] == 0


def test_each_thing_is_registered_by_itself(door: TestClient) -> None:
    good = {"id": "gauge/oak", "kind": "gauge", "name": "Oak", "lon": 106.5, "lat": 29.6, "department": "drainage"}
    bad = [good | {"name": " "}, good | {"lat": None}, good | {"kind": "nothing"}]
    answer = send(door, "/v1/entities", [*bad, good])
    assert answer.status_code == 200
    assert answer.json()["registered"] == 1
    wheres = [each["where"] for each in answer.json()["refused"]]
    assert wheres == ["[0].name", "[1].lon, lat", "[2].kind"]
    assert send(door, "/v1/entities", bad).status_code == 422


def test_a_thing_that_no_database_keeps_keeps_no_other_out(door: TestClient) -> None:
    good = {"id": "gauge/ash", "kind": "gauge", "name": "Ash", "lon": 106.5, "lat": 29.6, "department": "drainage"}
    bad = [good | {"name": "A\0sh"}, good | {"facts": {"by": "\0"}}, good | {"id": "gauge/ash\n"}]
    answer = send(door, "/v1/entities", [bad[0], good, *bad[1:]]).json()
    assert (answer["registered"], [each["where"] for each in answer["refused"]]) == (1, ["[0]", "[2]", "[3]"])


@pytest.mark.parametrize(("path", "where"), [
    ("/v1/latest?kind=gorge", "kind"),
    ("/v1/latest?kind=gauge&quantity=depth", "quantity"),
    ("/v1/history?entity=gauge/elm&quantity=depth&begin=2026-01-01T00:00:00Z", "quantity"),
    ("/v1/history?entity=gauge/elm&quantity=water_depth&begin=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z", "end"),
    ("/v1/history?quantity=water_depth&begin=2026-01-01T00:00:00Z" + "&entity=gauge/elm" * 51, "entity"),
])  # fmt: skip
def test_a_question_without_sense_is_told_what_is_accepted(door: TestClient, path: str, where: str) -> None:
    answer = ask(door, path)
    assert answer.status_code == 422
    assert [each["where"] for each in answer.json()["errors"]] == [where]


def test_a_dashboard_reads_what_its_departments_may_see_until_its_token_is_revoked(door: TestClient) -> None:
    hub = door.app.state.hub
    with hub.database.transaction() as connection:
        drainage, parks, all_of_it = (
            new_token(connection, "board", ("readings:read",), departments=("drainage",)),
            new_token(connection, "board", ("readings:read",), departments=("parks",)),
            new_token(connection, "board", ("readings:read",), everywhere=True),
        )
    send(door, "/v1/readings", {"readings": [ELM | {"value": 1.0}]})
    hub.round()
    seen = [set(ask(door, "/v1/latest?kind=gauge", token).json()["entity"]) for token in (drainage, parks, all_of_it)]
    assert "gauge/elm" in seen[0] & seen[2]
    assert seen[1] == set()
    with hub.database.transaction() as connection:
        assert revoke(connection, "board") == 3
    hub.tokens.forget()
    assert ask(door, "/v1/latest?kind=gauge", drainage).status_code == 401


def test_a_batch_whose_token_ends_while_it_is_on_its_way_is_not_taken(door: TestClient, monkeypatch) -> None:
    hub = door.app.state.hub
    with hub.database.transaction() as connection:
        token = new_token(connection, "lost phone", ("readings:write",))

    def slowly(body: bytes, packing: str) -> bytes:
        with hub.database.transaction() as connection:
            assert revoke(connection, "lost phone") == 1
        hub.tokens.forget()  # what 20 seconds do
        return gzip.decompress(body)

    monkeypatch.setattr(readings, "unpacked", slowly)
    body = gzip.compress(json.dumps({"readings": [ELM | {"value": 1.5}]}).encode())
    before = hub.committer.rows
    answer = deliver(door, body, **{"content-encoding": "gzip", "authorization": f"Bearer {token}"})
    assert (answer.status_code, hub.committer.rows) == (401, before)


def test_a_token_of_a_department_takes_nothing_from_another_and_gives_it_nothing(door: TestClient) -> None:
    with door.app.state.hub.database.transaction() as connection:
        token = new_token(connection, "parks' gateway", ("entities:write", "readings:read"), departments=("parks",))
    elm = {"id": "gauge/elm", "kind": "gauge", "name": "Ours", "lon": 106.5, "lat": 29.5, "department": "parks"}
    new = elm | {"id": "gauge/pond", "name": "Pond"}
    sent = [elm, new, new | {"id": "gauge/lake", "department": "drainage"}]
    answer = door.post("/v1/entities", json=sent, headers={"authorization": f"Bearer {token}"}).json()
    assert answer["registered"] == 1
    assert [each["where"] for each in answer["refused"]] == ["[0].department", "[2].department"]
    assert ask(door, "/v1/latest?kind=gauge", token).json()["entity"] == []


def test_a_token_that_is_looked_up_for_long_keeps_nobody_else_waiting(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the database is being started again, or strangers try one token after the other."""
    asked, go_on = threading.Event(), threading.Event()

    def slow(_token: str) -> None:
        asked.set()
        assert go_on.wait(20)

    monkeypatch.setattr(door.app.state.hub.tokens, "_look_up", slow)
    with ThreadPoolExecutor(2) as others:
        stranger = others.submit(
            door.post, "/v1/readings", json={"readings": []}, headers={"authorization": "Bearer cw_strange"}
        )
        assert asked.wait(20)
        health = others.submit(door.get, "/health")
        try:
            assert health.result(10).status_code == 200
        finally:
            go_on.set()
        assert stranger.result(20).status_code == 401
