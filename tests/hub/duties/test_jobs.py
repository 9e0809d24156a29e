"""Work that comes round comes as often as the version that runs now says."""

from datetime import timedelta

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
