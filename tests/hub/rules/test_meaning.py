"""A rule's memory depends on what it means, not on what it is called."""

from datetime import timedelta

import pytest
from msgspec import structs

from citywide.hub import Rule, Text
from citywide.hub.rules.layout import compile_rule

RULE = Rule("deep_water", "water_depth", Text("deep", "深"), above=10, clears_below=7)


@pytest.mark.parametrize("change", [{"label": Text("deep", "深")}, {"says": Text("x", "x")}, {"severity": "serious"}])
def test_other_words_leave_the_memory_as_it_is(change) -> None:
    assert compile_rule(structs.replace(RULE, **change)).fingerprint == compile_rule(RULE).fingerprint


@pytest.mark.parametrize("change", [{"above": 11}, {"clears_below": None}, {"hold": timedelta(1)}, {"kind": "gauge"}])
def test_another_meaning_begins_anew(change) -> None:
    assert compile_rule(structs.replace(RULE, **change)).fingerprint != compile_rule(RULE).fingerprint


def test_a_rule_without_a_label_is_called_by_its_name_as_words() -> None:
    assert RULE.called == Text("deep water", "deep water")
