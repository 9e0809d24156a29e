"""A batch with bad items in it: each is named at its place, and the good ones are read as they would be without it."""

import json
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub.ingest.batch import Columns, UnreadableError
from citywide.hub.ingest.wire import from_json, from_msgpack

NOW = 1_800_000_000_000_000
GOOD = st.fixed_dictionaries(
    {"entity": st.sampled_from(["gauge/a", "gauge/b"]), "quantity": st.just("water_depth"),
     "value": st.floats(-10, 500) | st.integers(0, 9)},
    optional={"time": st.integers(1, NOW), "unit": st.sampled_from(["cm", "mm"])},
)  # fmt: skip
BAD = {"value": ["x", None, True, []], "time": ["yesterday", 1.5], "entity": [7, None], "quantity": [{}], "unit": [3]}
SPOILT = st.sampled_from([(name, said) for name, every in BAD.items() for said in every])


def both(batch: object) -> list[Columns]:
    return [from_json(json.dumps(batch).encode(), NOW), from_msgpack(msgspec.msgpack.encode(batch), NOW)]


def read_alone(item: dict[str, Any]) -> tuple[object, ...]:
    found = from_json(json.dumps({"readings": [item]}).encode(), NOW)
    return found.entity[0], found.quantity[0], int(found.time[0]), float(found.value[0]), (found.unit or [None])[0]


@given(items=st.lists(st.tuples(GOOD, st.none() | SPOILT), min_size=1, max_size=8))
def test_bad_items_are_named_at_their_place_and_good_ones_are_read_as_without_them(items: list[Any]) -> None:
    rows = [good if bad is None else good | {bad[0]: bad[1]} for good, bad in items]
    for found in both({"readings": rows}):
        spoilt = {at: bad[0] for at, (_, bad) in enumerate(items) if bad}
        assert {at: fault.where for at, fault in found.faults.items()} == {
            at: f"readings[{at}].{name}" for at, name in spoilt.items()
        }
        for at, (good, bad) in enumerate(items):
            if bad is None:
                unit = found.unit[at] if found.unit else None
                assert read_alone(good) == (found.entity[at], found.quantity[at], found.time[at], found.value[at], unit)


def test_columns_with_a_bad_value_keep_their_other_rows() -> None:
    batch = {"entity": ["gauge/a", "gauge/b", "gauge/a"], "quantity": "water_depth", "value": [1, "x", 3]}
    for found in both(batch):
        assert {at: fault.what for at, fault in found.faults.items()} == {1: "'x' is no value"}
        assert found.value[[0, 2]].tolist() == [1, 3]
        assert found.time.tolist() == [NOW] * 3


def test_a_number_that_json_does_not_have_spoils_its_own_item_only() -> None:
    found = from_json(b'{"readings": [{"entity": "g/1", "quantity": "q", "value": NaN}, '
                      b'{"entity": "g/1", "quantity": "q", "value": 2}]}', NOW)  # fmt: skip
    assert np.isnan(found.value[0])
    assert found.value[1] == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"readings": 3}', b'{"value": [1], "else": [2]}', b"[" * 100_000])
def test_what_is_no_batch_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        from_json(body, NOW)


@pytest.mark.parametrize("body", [b"\x91" * 5000, b"\x81\xa8readings\x91\xa2\xff\xff"])
def test_what_no_reader_of_messagepack_takes_is_no_batch(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        from_msgpack(body, NOW)


def test_half_of_a_character_spoils_its_own_item_only() -> None:
    rows = b'{"entity": "\\ud800", "quantity": "q", "value": 1}, {"entity": "g/1", "quantity": "q", "value": 2}'
    found = from_json(b'{"readings": [' + rows + b"]}", NOW)
    assert [fault.where for fault in found.faults.values()] == ["readings[0].entity"]
    found.faults[0].what.encode()
    assert found.entity[1] == "g/1"


def test_an_item_that_is_no_object_is_named() -> None:
    for found in both({"readings": [5, {"entity": "g/1", "quantity": "q", "value": 2}]}):
        assert found.faults[0].what == "5 is no reading"
        assert found.entity[1] == "g/1"
