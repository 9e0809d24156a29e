"""The sorter, the gazetteer and the scan."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.hotline.engine.addresses import without_addresses
from citywide.systems.hotline.engine.hot_spots import cells, hot_spots, scan
from citywide.systems.hotline.engine.places import Gazetteer
from citywide.systems.hotline.engine.sorter import Sorter
from citywide.systems.hotline.model import MATTERS
from citywide.systems.hotline.sorting.calls import calls, noisy
from citywide.systems.hotline.sorting.phrases import PHRASES
from citywide.systems.hotline.sorting.vocabulary import taught

OWNER = {matter.name: matter.department for matter in MATTERS}


@pytest.fixture(scope="module")
def sorter() -> Sorter:
    return taught(Sorter(OWNER), *calls(1, 10_000)[:2])


def test_every_matter_has_phrases_and_there_are_ten_departments() -> None:
    assert set(OWNER) == set(PHRASES)
    assert len(set(OWNER.values())) >= 10


@pytest.mark.parametrize(("said", "left"), [
    ("各位领导，金沙路164号对面，逃生楼梯被占用", "各位领导， ，逃生楼梯被占用"),
    ("Maple Drive, opposite no. 187: my wages are kept back", " : my wages are kept back"),
    ("消防通道被车堵住", "消防通道被车堵住"),
    ("the fire lane is blocked by cars", "the fire lane is blocked by cars"),
])  # fmt: skip
def test_an_address_has_no_voice_in_what_a_call_is_about(said: str, left: str) -> None:
    assert without_addresses(said) == left


def test_calls_are_the_same_for_the_same_seed_and_held_out_words_are_not_trained_on() -> None:
    assert calls(3, 50) == calls(3, 50)
    assert not any(calls(3, 500).unseen)
    assert any(calls(3, 500, held_out=True).unseen)


@pytest.mark.parametrize("change", [list, lambda texts: noisy(5, texts)])
def test_held_out_and_noisy_calls_reach_their_department(sorter: Sorter, change: object) -> None:
    held = calls(9, 2000, held_out=True)
    best = sorter.by_department(sorter.probabilities(change(held.texts))).argmax(1)
    assert np.mean([sorter.departments[at] == OWNER[name] for at, name in zip(best, held.truth, strict=True)]) > 0.9


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_people_say_in_words_of_their_own_reaches_its_department(sorter: Sorter, language: str) -> None:
    """Sentences in other wording, of five matters by somebody who had read the vocabulary; nothing is tuned on them."""
    lines = (Path(__file__).parent / "other_peoples_words.tsv").read_text(encoding="utf-8").splitlines()
    told = [line.split("\t") for line in lines if line.isascii() == (language == "en")]
    assert {matter for matter, _ in told} == set(OWNER)
    best = sorter.by_department(sorter.probabilities([text for _, text in told])).argmax(1)
    right = [sorter.departments[at] == OWNER[matter] for at, (matter, _) in zip(best, told, strict=True)]
    assert np.mean(right) > 0.8


def test_the_stated_confidence_is_that_of_being_right(sorter: Sorter) -> None:
    held = calls(9, 4000, held_out=True)
    for texts in (held.texts, noisy(5, held.texts)):
        shares = sorter.by_department(sorter.probabilities(texts))
        right = [sorter.departments[at] == OWNER[name] for at, name in zip(shares.argmax(1), held.truth, strict=True)]
        assert abs(shares.max(1).mean() - np.mean(right)) < 0.05


def test_a_re_route_is_learnt(sorter: Sorter) -> None:
    taught, text = sorter.copy(), "the blue kiosk hums strangely"
    before = taught.guess(text).departments[0][0]
    right = next(name for name in taught.departments if name != before)
    for _ in range(5):
        taught.learn([text], [right])
    assert taught.guess(text).departments[0][0] == right
    assert sorter.guess(text).departments[0][0] == before


@given(st.text(max_size=600))
def test_any_text_has_probabilities(text: str) -> None:
    shares = SMALL.probabilities([text])
    assert np.isfinite(shares).all()
    assert shares.sum() == pytest.approx(1)


SMALL = Sorter({"a": "x", "b": "y"})


def test_the_longest_name_is_meant_and_latin_names_stand_alone() -> None:
    book = Gazetteer(["人民路", "人民路小学", "Elm", "Elm Street"])
    assert [found.name for found in book.find("人民路小学门口，ELM STREET; helm, 人民路")] == [1, 3, 0]


def test_the_scan_finds_what_counting_every_cylinder_finds() -> None:
    rng = np.random.default_rng(2)
    lon, lat = 106.5 + rng.random(60) * 0.02, 29.5 + rng.random(60) * 0.02
    day = rng.integers(0, 20, 60)
    cell, ground = cells(lon, lat, 300, 900)
    best = scan(cell, day, ground.near, 5)[0]
    for centre in range(len(best)):
        assert best[centre] == pytest.approx(counted(cell, day, ground.near[centre], 5))


def counted(cell: np.ndarray, day: np.ndarray, near: np.ndarray, longest: int) -> float:
    best, everything = 0.0, len(cell)
    width = int((near >= 0).sum())
    for cells_in, days in product(range(1, width + 1), range(1, longest + 1)):
        inside = np.isin(cell, near[:cells_in])
        if inside.sum() > everything / 2:
            continue
        count, usual = (inside & (day < days)).sum(), inside.sum() * (day < days).sum() / everything
        if count > usual and count > 1:
            rest = everything - count
            best = max(
                best, count * np.log(count / usual) + (rest * np.log(rest / (everything - usual)) if rest else 0)
            )
    return best


def test_a_planted_cluster_is_found_and_chance_is_not() -> None:
    rng = np.random.default_rng(4)
    lon, lat, day = 106.4 + rng.random(400) * 0.2, 29.4 + rng.random(400) * 0.2, rng.integers(0, 42, 400)
    assert hot_spots(lon, lat, day, below=0.01) == []
    more = 20
    planted = hot_spots(
        np.r_[lon, 106.5 + rng.random(more) * 0.003],
        np.r_[lat, 29.5 + rng.random(more) * 0.003],
        np.r_[day, rng.integers(0, 3, more)],
        below=0.01,
    )
    assert len(planted) == 1
    assert abs(planted[0].lon - 106.5) < 0.01
    assert planted[0].days <= 3


def test_a_cluster_beyond_all_trials_is_surer_than_their_number_can_say() -> None:
    rng = np.random.default_rng(5)
    lon, lat = (
        np.r_[106.4 + rng.random(200) * 0.2, np.full(25, 106.5)],
        np.r_[29.4 + rng.random(200) * 0.2, np.full(25, 29.5)],
    )
    day = np.r_[rng.integers(0, 42, 200), np.zeros(25, int)]
    found = hot_spots(lon, lat, day, trials=99)
    assert found[0].p < 1e-4
    assert all(0 < spot.p <= 0.05 for spot in found)
