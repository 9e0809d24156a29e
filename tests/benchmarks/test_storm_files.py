import duckdb
import numpy as np
import pytest

from benchmarks._storm_files import five_minutes, read

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


def test_steps_of_a_minute_are_gathered_and_of_ten_are_spread():
    minute = {"time": np.arange(11), "rain_mm": np.ones(11), "depth_cm": np.arange(11.0)}
    rain, depth = five_minutes(minute)
    assert np.allclose(rain, [1, 5, 5])
    assert np.allclose(depth, [0, 5, 10])
    tens = {
        "time": np.array([0, 10, 20]),
        "rain": np.array([0.0, 4.0, 2.0]),
        "depth_mm": np.array([0, 100, 0]),
    }
    rain, depth = five_minutes(tens)
    assert np.allclose(rain, [0, 2, 2, 1, 1])
    assert np.allclose(depth, [0, 5, 10, 5, 0])


def test_intensity_is_rain_over_the_step():
    rows = {"time_s": np.array([0, 300]), "rain_mm_h": np.array([0.0, 12.0]), "depth": np.zeros(2)}
    assert np.allclose(five_minutes(rows)[0], [0, 1])


def test_a_folder_without_storms_says_what_is_read(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SystemExit, match="site, storm, time"):
        read(tmp_path)
