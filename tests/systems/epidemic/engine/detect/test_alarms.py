import numpy as np
import pytest

from citywide.systems.epidemic.engine.detect import explain, explain_all, neighbourhoods, watch
from citywide.systems.epidemic.engine.detect.alarms import HELP
from citywide.systems.epidemic.engine.detect.scenarios import all_scenarios, overdispersed, simulate
from citywide.systems.epidemic.engine.detect.usual import usual

WEEKS = 320


def quiet(series, mean, dispersion, seed):
    rng = np.random.default_rng(seed)
    season = np.exp(0.3 * np.cos(2 * np.pi * np.arange(WEEKS) / 52.1775))
    return overdispersed(mean * season * np.ones((series, 1)), dispersion, rng).astype(float)


@pytest.mark.parametrize(("mean", "dispersion", "rate"), [(20.0, 1.0, 0.02), (3.0, 2.0, 0.02), (0.4, 1.3, 0.05)])
def test_as_many_quiet_weeks_ring_as_the_user_allows(mean, dispersion, rate):
    found = watch(quiet(300, mean, dispersion, seed=1), WEEKS - 12)
    assert 0.5 * rate < found.alarms(rate).mean() < 1.35 * rate


def test_a_clear_outbreak_rings_in_its_first_week_and_says_what_it_is():
    counts = quiet(30, 8.0, 1.2, seed=2)
    counts[7, -1] += 25
    found = watch(counts, WEEKS - 1)
    names = [(f"Hospital {i}", "diarrhoea") for i in range(30)]
    first = explain_all(found, counts, names, false_alarm_rate=0.01)[0]
    assert first.where == "Hospital 7"
    assert first.observed == counts[7, -1]
    assert first.excess == pytest.approx(first.observed - first.expected)
    assert first.says().startswith(f"Hospital 7, diarrhoea: {first.observed} this week where ")
    assert f"{first.excess:.1f} more" in first.says()


def test_a_slow_outbreak_is_counted_since_it_began():
    counts = quiet(5, 30.0, 1.0, seed=3)
    counts[2, -2:] = 55
    alarm = explain(watch(counts, WEEKS - 1), counts, 2, "Elm", "fever")
    assert alarm.weeks == 2
    assert alarm.observed == 110


def test_a_few_more_in_each_neighbouring_hospital_are_heard_together():
    counts = quiet(40, 6.0, 1.0, seed=4)
    points = np.random.default_rng(5).uniform(0, 10_000, (40, 2))
    near = neighbourhoods(points, (4,))
    counts[near.members[0][0], -1] = 11
    alone, together = watch(counts, WEEKS - 1), watch(counts, WEEKS - 1, near)
    assert together.p_value[0, -1] < 0.3 * alone.p_value[0, -1]
    assert together.level[0, -1] == 1


def test_what_is_seen_around_a_place_makes_no_outbreak_of_a_place_as_usual():
    counts = quiet(40, 20.0, 1.0, seed=4)
    near = neighbourhoods(np.random.default_rng(5).uniform(0, 10_000, (40, 2)), (4,))
    counts[near.members[0][0], -1] = 20
    counts[near.members[0][0, 1], -1] = 120
    found = watch(counts, WEEKS - 1, near)
    assert found.score[0, -1] <= found.own[0, -1] + HELP
    assert found.p_value[0, -1] > 0.01 > found.p_value[near.members[0][0, 1], -1]


def test_two_kinds_at_one_place_are_heard_together():
    counts = quiet(40, 20.0, 1.0, seed=4)
    near = neighbourhoods(np.random.default_rng(5).uniform(0, 10_000, (20, 2)), (4,))
    counts[:, -1] = 20
    counts[8, -1] = 36
    one = watch(counts, WEEKS - 1, near).p_value[8, -1]
    counts[9, -1] = 36  # the other kind at the same place
    assert watch(counts, WEEKS - 1, near).p_value[8, -1] < 0.5 * one


def test_a_season_that_is_higher_everywhere_becomes_the_usual_and_a_sudden_surge_does_not():
    near = neighbourhoods(np.random.default_rng(5).uniform(0, 10_000, (40, 2)), (4,))
    counts = quiet(40, 30.0, 1.0, seed=4)
    season, surge = counts.copy(), counts.copy()
    season[:, -7:] *= 1.2
    surge[:, -2:] *= 2
    plain, higher, sudden = (
        usual(some, WEEKS - 1, places=near.places).expected[:, -1, 0] for some in (counts, season, surge)
    )
    assert higher == pytest.approx(1.19 * plain, rel=0.03)
    assert sudden.mean() < 1.2 * plain.mean()


def test_a_week_that_is_not_known_never_rings_and_harms_no_other_series():
    counts = quiet(12, 5.0, 1.5, seed=6)
    holes = counts.copy()
    holes[3, ::5] = -1
    holes[3, -1] = -1
    whole, broken = watch(counts, WEEKS - 1), watch(holes, WEEKS - 1)
    others = np.arange(12) != 3
    assert broken.p_value[3, -1] == 1
    assert broken.score[others].tolist() == whole.score[others].tolist()
    assert broken.usual.expected[3].ravel() == pytest.approx(whole.usual.expected[3].ravel(), rel=0.2)


def test_an_old_outbreak_does_not_become_the_usual():
    counts = quiet(10, 10.0, 1.2, seed=7)
    struck = counts.copy()
    struck[:, 200:204] += 60
    before, after = usual(counts, WEEKS - 1), usual(struck, WEEKS - 1)
    assert after.expected.ravel() == pytest.approx(before.expected.ravel(), rel=0.1)


def test_published_scenarios_have_their_mean_and_variance():
    rng = np.random.default_rng(8)
    for scenario in all_scenarios()[::5]:
        counts = overdispersed(np.tile(scenario.mean(), (400, 1)), scenario.phi, rng)
        assert counts.mean() == pytest.approx(scenario.mean().mean(), rel=0.03)
        spread = ((counts - scenario.mean()) ** 2 / scenario.mean()).mean()
        assert spread == pytest.approx(scenario.phi, rel=0.08)


def test_a_simulated_outbreak_lies_in_its_weeks():
    series = simulate(all_scenarios()[0], np.random.default_rng(9))
    assert (series.outbreak[~series.in_outbreak] == 0).all()
    assert (series.counts >= series.outbreak).all()


def test_of_two_outbreaks_beyond_all_chance_the_clearer_one_comes_first():
    counts = quiet(30, 8.0, 1.2, seed=2)
    counts[3, -1] += 60
    counts[7, -1] += 200
    found = watch(counts, WEEKS - 1)
    names = [(f"Hospital {i}", "fever") for i in range(30)]
    first, second = explain_all(found, counts, names, false_alarm_rate=0.001)[:2]
    assert (first.where, second.where) == ("Hospital 7", "Hospital 3")
    assert first.p_value < second.p_value < 1e-4
