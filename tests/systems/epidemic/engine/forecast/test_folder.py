from argparse import Namespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.epidemic import forecast
from benchmarks.epidemic.folder import read_hub, season_of
from benchmarks.epidemic.peers import roles
from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.forecast.imagined import imagined
from citywide.systems.epidemic.engine.scores import LEVELS

PLACES = ["AT", "BE", "CZ", "DK"]
WEEKS = np.datetime64("2023-01-01") + 7 * np.arange(80)  # Sundays


@pytest.fixture
def folder(tmp_path):
    """Another hub: rates, no total, Sundays, no locations file, dates as text."""
    rates = imagined(80, 4, 6) / 3.7
    rows = [
        (str(WEEKS[v] + 4), str(WEEKS[t]), place, rates[t, p])
        for v in range(60, 80)
        for t in range(v + 1)
        for p, place in enumerate(PLACES)
    ]
    write(tmp_path / "respi_truth_vintages.parquet", ("as_of", "date", "location", "value"), rows)
    said = [
        (model, str(WEEKS[v] + 7), h, place, *(rates[v, p] * np.exp(wide * (LEVELS - 0.5))))
        for model, wide in (("Hub-quantileBaseline", 2), ("Hub-hubEnsemble", 1), ("Team-one", 1.5))
        for v in range(60, 78)
        for h in (0, 1)
        for p, place in enumerate(PLACES)
    ]
    names = ("model", "reference_date", "horizon", "location", *(f"{level:g}" for level in LEVELS))
    write(tmp_path / "respi_forecasts_quantiles.parquet", names, said)
    return tmp_path


def write(path, names, rows):
    columns = zip(*rows, strict=True)
    pq.write_table(pa.table({name: list(column) for name, column in zip(names, columns, strict=True)}), path)


def test_a_folder_of_another_hub_is_measured(folder, monkeypatch, capsys):
    monkeypatch.setattr(forecast, "FEW", Trees(folds=2, rounds=10, miss_rounds=5))
    options = Namespace(data=folder, quick=True, season=None, seed=1, deadline_hours=43, synthetic=False)
    measures = forecast.measure(options)
    season = season_of(WEEKS[70])
    assert 0 < measures[f"{season}.wis_ratio_ensemble"] < 3
    assert 0 <= measures[f"{season}.coverage95"] <= 1
    assert set(forecast.goals(measures)) >= {f"{season}.coverage95", "seconds_per_week"}
    assert "Team-one" in capsys.readouterr().out


def test_truth_stands_where_the_reference_day_and_horizon_point(folder):
    hub = read_hub(folder)
    last = hub.history.known(hub.history.vintages[-1])
    at = int((hub.days[0] + 7 - last.weeks[0]).astype(int) / 7)
    assert np.array_equal(hub.truth[0, :, 1], last.values[at])
    assert hub.teams == ("Team-one",)


def test_baseline_and_ensemble_are_the_pair_of_one_hub():
    names = ("A-ensemble", "Hub-baseline", "Hub-ensemble", "Z-baseline")
    assert roles(names) == ("Hub-baseline", "Hub-ensemble")
    assert roles(("Team-one",)) == ("", "")


def test_a_peer_is_compared_on_common_tasks_only():
    ours, theirs = np.array([1.0, 2.0, np.nan]), np.array([2.0, np.nan, 5.0])
    assert forecast.ratio(ours, theirs) == 0.5


def test_a_reference_day_inside_a_week_asks_for_the_weeks_that_its_teams_meant(folder):
    """Forecasts made on Wednesdays whose horizon 1 is the week that has just ended."""
    file = folder / "respi_forecasts_quantiles.parquet"
    table = pq.read_table(file)
    wednesday = [str(np.datetime64(day) + 3) for day in table["reference_date"].to_pylist()]
    late = table.set_column(1, "reference_date", [wednesday])
    late = late.set_column(2, "horizon", [[h + 1 for h in table["horizon"].to_pylist()]])
    straight = read_hub(folder)
    pq.write_table(late, file)
    hub = read_hub(folder)
    assert hub.horizons == (0, 1)
    assert np.array_equal(hub.truth, straight.truth)
    told = late.append_column("target_end_date", [[str(np.datetime64(d) - 3 + 7 * (h - 1)) for d, h in _asked(late)]])
    pq.write_table(told, file)
    assert np.array_equal(read_hub(folder).truth, straight.truth)


def _asked(table):
    return zip(table["reference_date"].to_pylist(), table["horizon"].to_pylist(), strict=True)


def test_a_folder_without_forecasts_is_still_walked(folder, monkeypatch):
    (folder / "respi_forecasts_quantiles.parquet").unlink()
    monkeypatch.setattr(forecast, "FEW", Trees(folds=2, rounds=5, miss_rounds=5))
    measures = forecast.measure(
        Namespace(data=folder, quick=True, season=None, seed=1, deadline_hours=43, synthetic=False)
    )
    assert {name.split(".")[-1] for name in measures} == {"coverage50", "coverage95", "seconds_per_week"}
    assert all(np.isfinite(value) for value in measures.values())


def test_places_are_those_of_the_locations_file_whatever_its_columns_are_called(folder):
    (folder / "locations_iso.csv").write_text("country,iso2\nAustria,AT\nBelgium,BE\nMalta,MT\n", encoding="utf-8")
    assert read_hub(folder).history.places == ("AT", "BE")
    (folder / "locations_iso.csv").write_text("country\nAustria\n", encoding="utf-8")
    assert read_hub(folder).history.places == tuple(PLACES)


def test_a_missing_quantile_is_named_and_left_out_of_the_score(folder, capsys):
    file = folder / "respi_forecasts_quantiles.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["0.5"]), file)
    hub = read_hub(folder)
    assert "no quantiles 0.5" in capsys.readouterr().out
    assert LEVELS[~hub.levels].tolist() == [0.5]


@pytest.mark.parametrize("counted", [0, 1])
def test_flat_teams_do_not_draw_horizons_to_weeks_that_were_already_reported(folder, counted):
    """On Fridays the week that ended is known: the first horizon is this week, whether it counts as 0 or 1."""
    file = folder / "respi_forecasts_quantiles.parquet"
    table = pq.read_table(file)
    friday = [str(np.datetime64(day) - 2) for day in table["reference_date"].to_pylist()]
    flat = table.set_column(1, "reference_date", [friday])
    pq.write_table(flat.set_column(2, "horizon", [[h + counted for h in table["horizon"].to_pylist()]]), file)
    straight = [str(np.datetime64(day) + 2 + 7 * h) for day, h in zip(friday, _horizons(table), strict=True)]
    told = read_hub(folder)
    pq.write_table(flat.append_column("target_end_date", [straight]), file)
    assert np.array_equal(told.truth, read_hub(folder).truth)
    assert told.deadline < np.timedelta64(1, "D")


def _horizons(table):
    return table["horizon"].to_pylist()
