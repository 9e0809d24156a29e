"""Founders are those who name no parent; only among the people asked for."""

import numpy as np

from citywide.systems.genomics.engine.files.people import People, founders


def family(fathers: list[bytes]) -> People:
    ids = np.array([b"P%d" % number for number in range(len(fathers))])
    nobody = np.full(len(ids), b"0")
    return People(nobody, ids, np.array(fathers), nobody, np.zeros(len(ids), np.int8), nobody)


def test_who_names_a_father_is_no_founder_though_the_father_is_not_in_the_file():
    people = family([b"0", b"P0", b"elsewhere", b"0"])
    assert founders(people).tolist() == [True, False, False, True]
    assert founders(people, np.array([False, True, True, True])).tolist() == [False, False, False, True]


def test_where_nobody_is_a_founder_everybody_asked_for_counts():
    people = family([b"P9", b"P0", b"0"])
    assert founders(people, np.array([True, True, False])).tolist() == [True, True, False]
