import duckdb
import numpy as np
import pytest

from benchmarks.waterlogging.storm_files import five_minutes, read

RAIN = np.array([0.0, 1.0, 2.0, 0.5])
DEPTH = np.array([0.0, 3.0, 9.0, 12.0])


def test_a_long_table_gives_its_sites_and_storms(tmp_path):
    lines = ["Site,Storm,Time,Rain_mm,Depth_cm"]
    for site in ("elm", "oak"):
        for storm in (1, 2):
            lines += [f"{site},{storm},{5 * n},{RAIN[n]},{DEPTH[n] * storm}" for n in range(4)]
    (tmp_path / "all.csv").write_text("\n".join(lines))
    storms = read(tmp_path)
    assert storms.sites == ("elm", "oak")
    assert np.allclose(storms.rain, RAIN)
    assert np.allclose(storms.depth[0], [DEPTH, 2 * DEPTH])


def test_one_parquet_file_a_storm_in_one_folder_a_site(tmp_path):
    (tmp_path / "elm").mkdir()
    for name in ("a", "b"):
        at = "timestamp '2026-05-04 08:00' + to_minutes(5 * i::int) as time"
        rows = f"select {at}, i::double as rain_mm, i / 100.0 as depth_m from range(4) t(i)"
        duckdb.sql(f"copy ({rows}) to '{tmp_path / 'elm' / name}.parquet'")
    storms = read(tmp_path)
    assert storms.sites == ("elm",)
    assert storms.depth.shape == (1, 2, 4)
    assert np.allclose(storms.depth[0, 1], range(4))
    assert np.allclose(storms.rain[0, 0], range(4))


def test_storms_with_timestamps_come_in_the_order_of_time_and_others_as_they_stand(tmp_path):
    for name, day, depth in (("a", "2026-05-06", 7), ("b", "2026-05-04", 3)):
        at = f"timestamp '{day} 08:00' + to_minutes(5 * i::int) as time"
        duckdb.sql(
            f"copy (select {at}, 1.0 as rain_mm, {depth} as depth_cm from range(3) t(i)) to '{tmp_path / name}.csv'"
        )
    assert read(tmp_path).depth[0, :, 0].tolist() == [3, 7]
    lines = [f"{storm},{5 * n},1,{storm}" for storm in (5, 2) for n in range(3)]
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "c.csv").write_text("\n".join(["storm,time,rain_mm,depth_cm", *lines]))
    assert read(tmp_path / "plain").depth[0, :, 0].tolist() == [5, 2]


def test_arrays_are_read_and_short_records_end_unknown(tmp_path):
    np.savez(tmp_path / "first.npz", rain=RAIN[None], depth=DEPTH[None])
    np.savez(tmp_path / "second.npz", rain=np.zeros((2, 2, 3)), depth=np.ones((2, 2, 3)))
    storms = read(tmp_path)
    assert storms.sites == ("first", "second-0", "second-1")
    assert np.isnan(storms.depth[1, 0, 3])
    assert np.isnan(storms.depth[0, 1]).all()


def test_steps_of_a_minute_are_gathered_and_no_step_knows_a_later_one():
    rain, depth = five_minutes(np.arange(11.0), np.ones(11), np.arange(11.0))
    assert rain.tolist() == [1, 5, 5]
    assert depth.tolist() == [0, 5, 10]
    rain, depth = five_minutes(np.arange(0.0, 11, 2), np.ones(6), np.arange(0.0, 11, 2))
    assert rain.tolist() == [1, 2, 3]
    assert depth.tolist() == [0, 4, 10]


def test_ten_minutes_rain_is_spread_from_its_report_on_and_depth_between_reports_is_unknown():
    rain, depth = five_minutes(np.array([0.0, 10, 20]), np.array([0.0, 4, 2]), np.array([0.0, 10, 0]))
    assert rain.tolist() == [0, 0, 2, 2, 1]
    assert np.array_equal(depth, [0, np.nan, 10, np.nan, 0], equal_nan=True)


def test_rows_that_are_missing_leave_the_depth_unknown_and_a_late_clock_does_not():
    rain, depth = five_minutes(
        np.array([0.0, 5.2, 10.1, 24.9]), np.array([1.0, np.nan, 2, 3]), np.array([2.0, 3, 4, np.nan])
    )
    assert rain.tolist() == [1, 0, 2, 0, 0, 3]
    assert np.array_equal(depth, [2, 3, 4, np.nan, np.nan, np.nan], equal_nan=True)


def written(folder, text, name="a.csv"):
    (folder / name).write_text(text)
    return read(folder)


def test_units_stand_in_the_names(tmp_path):
    storms = written(tmp_path, "Time (s),Rain [mm/h],Water Depth (mm)\n0,0,5\n300,12,10\n")
    assert storms.rain.tolist() == [[[0, 1]]]
    assert storms.depth.tolist() == [[[0.5, 1]]]


def test_the_same_storm_read_every_minute_or_in_metres_is_the_same(tmp_path):
    (tmp_path / "fine").mkdir()
    rows = [f"{n},{0.2 if n else 0},{n / 10}" for n in range(21)]
    fine = written(tmp_path / "fine", "time,rain_mm,depth_cm\n" + "\n".join(rows))
    coarse = written(tmp_path, "time,rain_mm,depth_m\n0,0,0\n5,1,0.005\n10,1,0.01\n15,1,0.015\n20,1,0.02\n")
    assert np.allclose(fine.rain, coarse.rain[1])
    assert np.allclose(fine.depth, coarse.depth[1])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "time,rain_mm,depht_cm\n0,1,2\n",
            "line 1: no column of depth .* depht_cm, rain_mm, time; accepted: .* depth_cm",
        ),
        ("time,rein,depth_cm\n0,1,2\n", "line 1: no column of rain"),
        ("", "line 1: "),
        ("time,rain_mm,depth_cm\n", "line 1: no rows"),
        ("time,rain_mm,depth_cm\n0,1,2\n5,wet,3\n", "line 3: rain_mm is 'wet'"),
        ("time,rain_mm,depth_cm\n0,1,2\n,1,3\n", "line 3: time is not told"),
        ("time,rain_mm,depth_cm\nnow,1,2\nthen,1,3\n", "line 2: time is 'now'"),
        ("time,rain_mm,depth_ft\n0,1,2\n", r"line 1: no column of depth .* \(depth_ft: of no unit that is known\)"),
        ("time,rain_in,depth_cm\n0,1,2\n", r"line 1: no column of rain .* \(rain_in: of no unit that is known\)"),
        ("time_h,rain_mm,depth_cm\n0,1,2\n1,1,3\n2,0,4\n", "line 2: rows are 60 minutes apart; .* 30 at most"),
        ("a,b\n1,2\n", "line 1: no column of rain nor depth .* a, b; accepted"),
        ("time,rain_mm,depth_cm\n0,1,0\n5,1,0\n", "the water never moves"),
        ("time,rain_mm,depth_cm\n0,1,\n5,1,\n", "the water never moves"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_line_and_what_would_be(tmp_path, text, complaint):
    with pytest.raises(SystemExit, match=rf"(a\.csv, )?{complaint}"):
        written(tmp_path, text)


def test_gaps_in_the_figures_are_no_mistake_and_site_facts_are_passed_over(tmp_path):
    (tmp_path / "facts.csv").write_text("site,hectares\nsite,3\n")
    storms = written(tmp_path, "time,rain_mm,depth_cm\n0,,1\n5,NA,\n10,2,3\n")
    assert storms.rain.tolist() == [[[0, 0, 2]]]
    assert np.array_equal(storms.depth, [[[1, np.nan, 3]]], equal_nan=True)


def test_minutes_that_begin_anew_are_another_storm_and_usual_other_names_are_known(tmp_path):
    rows = "".join(f"elm,{5 * n},{12 * n},{n / 100}\n" for n in (*range(14), *range(15)))
    storms = written(tmp_path, "gauge,t_min,Rain intensity (mm/h),level_m\n" + rows)
    assert storms.sites == ("elm",)
    assert np.allclose(storms.depth[0], [[*range(14), np.nan], range(15)], equal_nan=True)
    assert np.allclose(storms.rain[0, 1], range(15))


@pytest.mark.parametrize("time", ["timestamp '2026-05-04' + to_minutes(5 * i::int)", "5 * i"])
def test_a_long_record_without_named_storms_is_parted_where_six_hours_were_dry(tmp_path, time):
    rain = "case when i in (100, 160, 700) then 4.0 else 0.0 end as rain_mm"
    duckdb.sql(f"copy (select {time} as time, {rain}, i as depth_cm from range(900) t(i)) to '{tmp_path / 'a.csv'}'")
    storms = read(tmp_path)
    assert storms.rain.sum(axis=2).tolist() == [[8, 4]]
    assert storms.depth[0, :, 0].tolist() == [100 - 12, 700 - 12]
    assert np.nanmax(storms.depth[0], axis=1).tolist() == [160 + 72, 700 + 72]


def test_a_recorders_word_for_no_reading_is_no_water_and_no_rain(tmp_path):
    rows = "".join(f"{5 * n},{n},{n}\n" for n in range(3, 15))
    storms = written(tmp_path, "time,rain_mm,depth_cm\n0,0,0\n5,-999,1\n10,2,-9999\n" + rows)
    assert storms.rain[0, 0, :4].tolist() == [0, 0, 2, 3]
    assert np.array_equal(storms.depth[0, 0, :4], [0, 1, np.nan, 3], equal_nan=True)


@pytest.mark.parametrize("content", [b"no archive", None])
def test_an_archive_of_no_numbers_is_named(tmp_path, content):
    if content is None:
        np.savez(tmp_path / "odd.npz", rain=np.array([None]), depth=np.ones(1))
    else:
        (tmp_path / "odd.npz").write_bytes(content)
    with pytest.raises(SystemExit, match=r"odd\.npz, line 1: not arrays of numbers"):
        read(tmp_path)


def test_arrays_of_other_shapes_are_named(tmp_path):
    np.savez(tmp_path / "odd.npz", rain=np.zeros((2, 3)), depth=np.zeros((3, 2)))
    with pytest.raises(SystemExit, match=r"odd\.npz, line 1: rain and depth are of"):
        read(tmp_path)


def test_a_folder_without_files_says_what_is_read(tmp_path):
    with pytest.raises(SystemExit, match="site, storm, time"):
        read(tmp_path)
