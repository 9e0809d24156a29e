"""The benchmark looks at no storm before its time, and takes storms as they come."""

from argparse import Namespace

import numpy as np
import pytest

from benchmarks.waterlogging.forecast import anchor, measure, recent, scored, standing, to_come
from benchmarks.waterlogging.storm_files import Storms, read
from benchmarks.waterlogging.train import watched
from benchmarks.waterlogging.train_sky import skies_over, taught
from benchmarks.waterlogging.walk import forecast
from citywide.systems.waterlogging.engine.features import SCALE_AT
from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.model import shipped
from citywide.systems.waterlogging.engine.trees import predict


def some_storms(count: int) -> Storms:
    rng = np.random.default_rng(3)
    rain = np.round(rng.gamma(0.6, 3.0, (2, count, 48)), 1)
    depth = np.minimum(3 * np.cumsum(rain, axis=2), 150) * rng.uniform(0.5, 1, (2, count, 1))
    return Storms(("a", "b"), rain, depth)


def test_later_storms_cannot_change_earlier_forecasts():
    storms = some_storms(9)
    changed = Storms(storms.sites, storms.rain.copy(), storms.depth.copy())
    changed.rain[:, 7:], changed.depth[:, 7:] = 0.0, 99.0
    first, second = forecast(storms), forecast(changed)
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one[:, :7], other[:, :7])


def test_the_refit_comes_in_with_the_sixth_storm_and_not_before():
    storms = some_storms(7)
    said, wet = forecast(storms), np.cumsum(storms.rain, axis=2)[:, :5] > 0  # before rain there are other grounds
    assert np.array_equal(said.depth[:, :5][wet], said.general[:, :5][wet])
    assert not np.array_equal(said.depth[:, 5], said.general[:, 5])


def as_table(folder, storms: Storms, minutes: int) -> None:
    """The storms as someone with a recorder of such a pace would hand them in, with holes."""
    lines = ["Site,Storm,Time (min),Rain [mm],Depth (mm)"]
    for site, name in enumerate(storms.sites):
        for number, (rain, depth) in enumerate(zip(storms.rain[site], storms.depth[site], strict=True)):
            times = np.arange(0, 5 * len(rain), minutes)
            stood = np.interp(times, 5 * np.arange(len(rain)), 10 * depth)
            fell = rain[times // 5] * minutes / 5
            rows = zip(times, fell, stood, strict=True)
            lines += [f"{name},{number},{t},{mm},{'' if t % 70 == 50 else cm}" for t, mm, cm in rows if t % 110]
    (folder / "storms.csv").write_text("\n".join(lines))


@pytest.mark.parametrize("minutes", [1, 2, 10])
def test_storms_of_any_pace_with_holes_a_dry_site_and_one_always_wet_are_scored_on_both_sides(tmp_path, minutes):
    three = some_storms(3)
    still = np.zeros_like(three.depth[:1])
    depth = np.concatenate([three.depth[:1], still, still + 80, three.depth[1:]])
    rain = np.concatenate([three.rain, three.rain])
    as_table(tmp_path, Storms(("a", "dry", "wet", "b"), rain, depth), minutes)
    found = scored(read(tmp_path), "")
    assert all(np.isfinite(value) for value in found.values())
    assert {"nse30", "trees_nse60", "persistence_csi30", "false_warnings"} <= set(found)


def test_storms_of_less_than_an_hour_are_named_and_not_scored(tmp_path):
    np.savez(tmp_path / "short.npz", rain=np.ones((2, 12)), depth=np.arange(24.0).reshape(2, 12))
    with pytest.raises(SystemExit, match="no storm tells a depth an hour after its first row"):
        measure(Namespace(data=tmp_path))


def test_where_water_never_reached_the_line_shares_of_floods_are_unknown_and_not_nought():
    three = some_storms(3)
    found = scored(three._replace(depth=three.depth / 20), "")
    assert found["floods"] == 0
    assert all(np.isnan(found[name]) for name in ("persistence_csi30", "trees_csi60", "warned"))
    assert np.isfinite(found["nse60"])


def test_trees_that_are_told_the_rain_to_come_err_less():
    storms = some_storms(40)
    first, features = np.array([30, 30]), recent(storms)
    knowing = np.concatenate([features, to_come(storms.rain)], axis=-1)
    past, told = (((anchor(storms, first, f)[:, 30:, :-12, 1] - storms.depth[:, 30:, 12:]) ** 2).mean()
                  for f in (features, knowing))  # fmt: skip
    assert told < 0.5 * past


def test_the_depth_read_last_stands_until_the_next_reading_and_is_none_before_the_first():
    unknown = np.nan
    depth = np.array([[[unknown, 3.0, unknown, 5.0, unknown]]])
    assert standing(depth).tolist() == [[[0, 3, 3, 5, 5]]]


def test_trees_that_learn_of_the_sky_are_added_to_those_that_know_fallen_rain_and_leave_less():
    storms, before = some_storms(40), shipped()
    after = taught(before, storms.rain, storms.depth)
    features, _ = watched(storms.rain, storms.depth, before.prior)
    rows = np.concatenate([features, skies_over(before, storms.rain)], axis=-1).astype(float)
    for lead, steps in enumerate(LEADS):
        old, new = before.past[lead].middle, after.past[lead].middle
        assert np.array_equal(new.number[: len(old.number)], old.number)
        known = rows[:, :, :-steps].reshape(-1, rows.shape[-1])
        came = (storms.depth[:, :, steps:] - storms.depth[:, :, :-steps]).ravel()
        left = [((known[:, SCALE_AT] * predict(forest, known) - came) ** 2).sum() for forest in (old, new)]
        assert left[1] < 0.9 * left[0]
    assert after.told == before.told
