"""Work that comes round comes as often as the version that runs now says."""

import threading
from contextlib import suppress
from datetime import timedelta

from psycopg import OperationalError

from citywide.hub.database.queries import sql
from citywide.hub.duties.jobs import MOST_ATTEMPTS, Job, defer
from citywide.hub.testing import MORNING, TrialCity


def test_a_new_version_that_comes_round_more_often_is_heard(lasting_city: TrialCity) -> None:
    jobs, done = lasting_city.hub.jobs, list[int]()
    jobs.run_due()
    for every, times in ((timedelta(days=1), 1), (timedelta(days=1), 1), (timedelta(minutes=10), 2)):
        jobs.comes_round("sweeping", every, lambda _: done.append(1))
        jobs.run_due()
        assert len(done) == times
    lasting_city.clock.set(MORNING + timedelta(minutes=11))
    jobs.run_due()
    assert len(done) == 3


def test_a_worker_that_begins_waits_for_no_work_that_is_under_way(lasting_city: TrialCity) -> None:
    database, every = lasting_city.hub.database, timedelta(days=1)
    job = Job("archiving", MORNING, every=every, key="archiving")
    with database.transaction() as connection:
        defer(connection, job)
    with database.transaction() as at_work, database.transaction() as newcomer:
        assert at_work.execute("select from hub.job where name = 'archiving' for update").rowcount == 1
        newcomer.execute("set local lock_timeout = '100ms'")
        defer(newcomer, job)
    assert database.rows("select every from hub.job where name = 'archiving'") == [{"every": every}]


def test_work_that_fails_again_and_again_is_tried_as_often_as_it_comes_round(lasting_city: TrialCity) -> None:
    hub, tries = lasting_city.hub, list[int]()

    def fails(_: object) -> None:
        tries.append(1)
        raise RuntimeError("the source is down")

    hub.jobs.comes_round("asking", timedelta(seconds=10), fails)
    for _ in range(20):
        hub.jobs.run_due()
        lasting_city.clock.set(lasting_city.clock.now() + timedelta(seconds=11))
    assert len(tries) == 20
    assert hub.database.rows(sql("jobs_in_trouble")) == [{"jobs": 1}]
    hub.jobs.comes_round("asking", timedelta(seconds=10), lambda _: None)
    hub.jobs.run_due()
    assert hub.database.rows(sql("jobs_in_trouble")) == [{"jobs": 0}]


def test_work_that_was_given_up_is_taken_up_when_it_is_asked_for_again(lasting_city: TrialCity) -> None:
    hub, done = lasting_city.hub, list[int]()

    def ask() -> None:
        with hub.database.transaction() as connection:
            defer(connection, Job("once", hub.clock.now(), key="once"))

    hub.jobs.knows("once", lambda _: 1 / 0)
    ask()
    for _ in range(MOST_ATTEMPTS + 2):
        hub.jobs.run_due()
        lasting_city.clock.set(lasting_city.clock.now() + timedelta(hours=3))
    assert hub.database.rows("select failed from hub.job where key = 'once'") == [{"failed": "division by zero"}]
    hub.jobs.knows("once", lambda _: done.append(1))
    hub.jobs.run_due()
    assert not done
    ask()
    hub.jobs.run_due()
    assert done


def test_a_clock_that_is_put_back_keeps_nothing_waiting_that_comes_round(lasting_city: TrialCity) -> None:
    jobs, done, clock = lasting_city.hub.jobs, list[int](), lasting_city.clock
    jobs.comes_round("polling", timedelta(seconds=10), lambda _: done.append(1))
    jobs.run_due()
    clock.set(clock.now() - timedelta(minutes=2))
    for _ in range(12):
        jobs.run_due()
        clock.set(clock.now() + timedelta(seconds=10))
    assert len(done) == 13


def test_what_comes_every_second_is_done_while_work_of_an_hour_is_under_way(lasting_city: TrialCity) -> None:
    hub, done, begun, go_on = lasting_city.hub, list[int](), threading.Event(), threading.Event()
    hub.jobs.comes_round("ticking", timedelta(seconds=1), lambda _: done.append(1))
    hub.jobs.comes_round("brooding", timedelta(days=1), lambda _: (begun.set(), go_on.wait(30)))
    brooding = threading.Thread(target=hub.work_at_leisure)
    brooding.start()
    try:
        assert begun.wait(30)
        hub.work_by_the_second()
        assert done
        hub.work_at_leisure()  # what is under way is begun by nobody else
        held = """select count(*) as held from pg_stat_activity
            where state = 'idle in transaction' and datname = current_database()"""
        assert hub.database.rows(held) == [{"held": 0}]
    finally:
        go_on.set()
        brooding.join()


def test_work_whose_worker_dies_in_the_middle_is_done_by_the_next(lasting_city: TrialCity) -> None:
    hub, tries = lasting_city.hub, list[int]()

    def dies(_: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            hub.database.rows(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 1785684577"
            )

    hub.jobs.comes_round("mourned", timedelta(days=1), dies)
    with suppress(OperationalError):
        hub.jobs.run_due()
    hub.jobs.run_due()
    assert len(tries) == 2
