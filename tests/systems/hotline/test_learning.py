"""A sorter is taught by the field's vocabulary, by the city's own history, and by what is passed on."""

import threading
import time
from contextlib import closing

import numpy as np
import pytest

from citywide.hub.database.pool import Database
from citywide.hub.settings import Settings
from citywide.systems.hotline.engine.sorter import Sorter
from citywide.systems.hotline.model import MATTERS
from citywide.systems.hotline.sorting import intake, learning, school
from citywide.systems.hotline.sorting.intake import Intake
from citywide.systems.hotline.sorting.school import schooled
from citywide.systems.hotline.sorting.vocabulary import lessons, lexicon

FEW = 5000  # lessons: the course is the same, and over in a moment
ODD = "flurble grommet quexing zanthwort"
CLOSED = """
insert into hub.cases (title, category, department, state, details, opened, reporters,
    first_department, opened_by)
select '{"en": "x", "zh": "x"}', %(category)s, %(department)s, 'closed', %(words)s, now(), 1, %(department)s, 'resident'
from generate_series(1, %(count)s) returning id
"""
PASSED = """
insert into hub.case_step (cases, at, who, what, says, facts)
select id, now(), 'wen', 'rerouted', '{"en": "x", "zh": "x"}', '{"to": "parks"}' from hub.cases
where category = 'school'
"""


def test_every_matter_has_many_terms_in_both_languages_and_no_term_twice() -> None:
    assert set(lexicon()) == {(matter.name, language) for matter in MATTERS for language in ("zh", "en")}
    for terms in lexicon().values():
        assert len(terms) >= 80
        assert all(term == term.strip() != "" for term in terms)


def test_lessons_are_the_same_for_the_same_seed_and_speak_of_every_matter() -> None:
    texts, truth = lessons(2, 3000)
    assert (texts, truth) == lessons(2, 3000)
    assert set(truth) == {matter.name for matter in MATTERS}


def test_the_vocabulary_alone_sends_a_term_to_its_department() -> None:
    owner = learning.OWNER
    sorter = Sorter(owner)
    sorter.train(*lessons(1, 40_000))
    said = [(term, owner[matter]) for (matter, _), terms in lexicon().items() for term in terms[::10]]
    best = sorter.by_department(sorter.probabilities([term for term, _ in said])).argmax(1)
    assert np.mean([sorter.departments[at] == right for at, (_, right) in zip(best, said, strict=True)]) > 0.75


def test_a_city_with_a_history_learns_from_the_cases_that_were_closed_where_they_were_sent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "ENOUGH", 300)
    # here, where 300 are enough
    monkeypatch.setattr(intake, "schooled", lambda database: learning.beginner(database, FEW))
    with closing(Database(settings.database_url)) as database:
        with database.transaction() as connection:
            history = ("refund", "market", 300), ("school", "education", 900), ("told_no_more", "watch", 9)
            for category, department, count in history:
                told = {"category": category, "department": department, "words": ODD, "count": count}
                connection.execute(CLOSED, told)
            connection.execute(PASSED)
        assert learning.beginner(database, FEW).guess(ODD).departments[0][0] == "market"
        listener = Intake()
        novice = listener.guess(database, ODD).departments[0]
        assert novice[1] < 0.5  # before the school it knows nothing of such words, and says so
        listener.begin(database)
        assert listener.guess(database, ODD).departments[0][0] == "parks"


def test_what_is_learnt_in_a_process_of_its_own_is_what_would_be_learnt_here(settings: Settings) -> None:
    with closing(Database(settings.database_url)) as database:
        there, here = schooled(database, FEW), learning.beginner(database, FEW)
    texts = [" ".join(terms[:2]) for terms in lexicon().values()]
    np.testing.assert_allclose(there.probabilities(texts), here.probabilities(texts), rtol=1e-5, atol=1e-7)


def test_a_school_that_fails_is_made_good_here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(school, "PROGRAM", "citywide.nothing")
    monkeypatch.setattr(school, "beginner", lambda *_: Sorter(learning.OWNER))
    with closing(Database(settings.database_url)) as database:
        assert schooled(database).guess("street light out").departments


def test_histories_that_come_one_upon_another_are_learnt_in_one_school_at_a_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once: list[int] = []
    running = threading.Semaphore(10)

    def slow_school(_: Database) -> Sorter:
        running.acquire()
        at_once.append(10 - running._value)
        time.sleep(0.3)
        running.release()
        return Sorter(learning.OWNER)

    monkeypatch.setattr(intake, "schooled", slow_school)
    listener = Intake()
    with closing(Database(settings.database_url)) as database:
        threads = [threading.Thread(target=listener.begin, args=(database,), kwargs={"anew": True}) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert 1 <= len(at_once) <= 2
    assert max(at_once) == 1


def test_a_city_full_of_devices_still_knows_the_places_that_people_speak_of(settings: Settings) -> None:
    """Of a million gauges with long names, the schools' short ones would find no room."""
    devices = """insert into hub.entity (id, kind, name, lon, lat)
        select 'gauge/' || n, 'gauge', 'Telemetry unit of the storm drain number ' || n, 106.5, 29.5
        from generate_series(1, 100500) as n returning null"""
    school = "insert into hub.entity (id, kind, name, lon, lat) values ('school/1', 'school', '育才小学', 106.6, 29.6)"
    with closing(Database(settings.database_url)) as database:
        with database.transaction() as connection:
            connection.execute(devices)
            connection.execute(school)
        found = Intake().named(database, "育才小学门口积水")
    assert found is not None
    assert (found.name, found.lon) == ("育才小学", 106.6)


def test_what_is_passed_on_is_learnt_from_under_the_names_of_this_citys_departments(settings: Settings) -> None:
    """Who answers for street lights here is called otherwise than it is declared."""
    told = {"category": "school", "department": "education", "words": ODD, "count": 300}
    with closing(Database(settings.database_url)) as database:
        with database.transaction() as connection:
            connection.execute(CLOSED, told)
            connection.execute(PASSED.replace("parks", "river_office"))
        listener = Intake({**learning.OWNER, "street_light": "river_office"})
        listener._sorter = learning.novice().copy().under(listener._owner)
        assert listener.guess(database, ODD).departments[0][0] == "river_office"
