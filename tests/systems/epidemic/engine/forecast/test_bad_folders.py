"""Folders with something wrong in them: it is named and set aside, and the rest is measured."""

from argparse import Namespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from benchmarks.epidemic import forecast
from benchmarks.epidemic.folder import read_hub
from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.forecast.imagined import imagined
from citywide.systems.epidemic.engine.scores import LEVELS

WEEKS = np.datetime64("2024-02-04") + 7 * np.arange(40)  # Sundays of a first season
PLACES = ("01", "02", "03")
FEW_LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)
COUNTS = imagined(len(WEEKS), len(PLACES), 6)


def reports(first=30, last=40):
    return [
        (str(WEEKS[v] + 4), str(WEEKS[t]), place, float(COUNTS[t, p]))
        for v in range(first, last)
        for t in range(v + 1)
        for p, place in enumerate(PLACES)
    ]


def said(levels, model, wide, first=30, last=38):
    return [
        (model, str(WEEKS[v] + 7), h, place, *(COUNTS[v, p] * np.exp(wide * (np.array(levels) - 0.5))))
        for v in range(first, last)
        for h in (0, 1)
        for p, place in enumerate(PLACES)
    ]


def folder(path, truth, forecasts=(), levels=LEVELS):
    write(path / "x_truth_vintages.parquet", ("as_of", "date", "location", "value"), truth)
    if forecasts:
        names = ("model", "reference_date", "horizon", "location", *(f"{level:g}" for level in levels))
        write(path / "x_forecasts_quantiles.parquet", names, forecasts)
    return path


def write(path, names, rows):
    columns = zip(*rows, strict=True)
    pq.write_table(pa.table({name: list(column) for name, column in zip(names, columns, strict=True)}), path)


def measured(path, monkeypatch):
    monkeypatch.setattr(forecast, "FEW", Trees(folds=2, rounds=5, miss_rounds=5))
    return forecast.measure(Namespace(data=path, quick=True, season=None, seed=1, deadline_hours=43, synthetic=False))


BAD = {
    "a week without a date": ("2024-11-07", None, "01", 5.0),
    "a report without a time": (None, "2024-10-27", "01", 5.0),
    "a week still to come": ("2024-11-07", "2204-10-28", "01", 5.0),
    "a week of another century": ("2024-11-07", "1904-10-30", "01", 5.0),
    "a date that is none": ("2024-11-07", "soon", "01", 5.0),
    "a day inside a week": ("2024-11-07", "2024-10-30", "01", 5.0),
    "a negative count": ("2024-11-07", "2024-11-03", "01", -5.0),
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_a_bad_report_is_named_and_changes_nothing_else(row, tmp_path, capsys):
    good = read_hub(folder(tmp_path, reports()))
    assert "0 reports set aside" in capsys.readouterr().out
    hub = read_hub(folder(tmp_path, [*reports(), row]))
    said_so = capsys.readouterr().out
    assert "1 reports set aside\n  01, week to" in said_so
    last = good.history.vintages[-1]
    assert np.array_equal(hub.history.known(last).values, good.history.known(last).values, equal_nan=True)


def test_a_report_of_no_place_is_named_and_makes_no_place(tmp_path, capsys):
    hub = read_hub(folder(tmp_path, [*reports(), ("2024-11-07", "2024-11-03", None, 5.0)]))
    assert hub.history.places == PLACES
    assert "of places not listed: unnamed" in capsys.readouterr().out


def test_counts_written_as_texts_are_read_and_other_words_are_not_known(tmp_path):
    texts = [(as_of, week, place, f"{value:g}") for as_of, week, place, value in reports()]
    hub = read_hub(folder(tmp_path, [*texts[:-1], (*texts[-1][:3], "n/a")]))
    plain = read_hub(folder(tmp_path, reports()[:-1]))
    assert np.array_equal(hub.history.values, plain.history.values, equal_nan=True)


def test_a_table_whose_columns_have_a_hubs_other_names_is_read_and_a_lacking_one_is_named(tmp_path):
    file = folder(tmp_path, reports()) / "x_truth_vintages.parquet"
    plain = read_hub(tmp_path)
    pq.write_table(pq.read_table(file).rename_columns(["as_of", "target_end_date", "location", "observation"]), file)
    assert np.array_equal(read_hub(tmp_path).history.values, plain.history.values, equal_nan=True)
    pq.write_table(pq.read_table(file).rename_columns(["as_of", "target_end_date", "location", "cases"]), file)
    with pytest.raises(SystemExit, match="has no column value; it has as_of, target_end_date, location, cases"):
        read_hub(tmp_path)


def test_tables_of_texts_packed_or_not_are_read_as_those_of_columns(tmp_path):
    plain = read_hub(folder(tmp_path, reports(), said(LEVELS, "Team-one", 1)))
    for file, end in zip(sorted(tmp_path.glob("*.parquet")), (".csv", ".csv.gz"), strict=True):
        with pa.output_stream(str(file.with_suffix(end))) as out:  # packs by the name's ending
            csv.write_csv(pq.read_table(file), out)
        file.unlink()
    hub = read_hub(tmp_path)
    assert hub.history.places == PLACES
    assert np.array_equal(hub.history.values, plain.history.values, equal_nan=True)
    assert np.allclose(hub.peers["Team-one"].quantiles, plain.peers["Team-one"].quantiles, equal_nan=True)


WRITTEN = {
    "without signs": lambda day: day.replace("-", ""),
    "as numbers": lambda day: int(day.replace("-", "")),
    "without zeros": lambda day: "{}/{}/{}".format(*map(int, day.split("-"))),
    "in another zone": lambda day: f"{day}T08:00:00+08:00",
}


@pytest.mark.parametrize("form", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_date_is_read_however_it_is_written(form, tmp_path):
    hub = read_hub(folder(tmp_path, [(form(as_of), form(week), *rest) for as_of, week, *rest in reports()]))
    plain = read_hub(folder(tmp_path, reports()))
    assert np.array_equal(hub.history.vintages, plain.history.vintages)
    assert np.array_equal(hub.history.values, plain.history.values, equal_nan=True)


def test_vintages_that_lost_the_zeros_of_a_code_speak_of_the_same_place(tmp_path):
    cut = [(as_of, week, place if as_of < "2024-10" else place.lstrip("0"), v) for as_of, week, place, v in reports()]
    assert len({row[2] for row in cut}) == 2 * len(PLACES)
    assert read_hub(folder(tmp_path, cut)).history.places == PLACES


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "latin-1"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_list_of_locations_is_read_in_any_encoding_with_any_sign_between(encoding, sign, tmp_path):
    folder(tmp_path, reports())
    (tmp_path / "x_locations.csv").write_bytes(
        f"location{sign}name\r\n01{sign}Â\r\n03{sign}B\r\n".encode(encoding, "replace")
    )
    assert read_hub(tmp_path).history.places == ("01", "03")


def test_reports_of_days_and_of_several_targets_are_not_taken_for_weeks(tmp_path):
    days = [
        (as_of, str(np.datetime64(week) - d), place, value) for as_of, week, place, value in reports() for d in range(7)
    ]
    with pytest.raises(SystemExit, match="of days, not of weeks"):
        read_hub(folder(tmp_path, days))
    write(tmp_path / "x_truth_vintages.parquet", ("as_of", "date", "location", "value", "target"),
          [(*row, target) for row in reports() for target in ("admissions", "visits")])  # fmt: skip
    with pytest.raises(SystemExit, match="several targets, and one is wanted: admissions, visits"):
        read_hub(tmp_path)


def test_peers_that_write_a_place_otherwise_are_compared_and_strangers_are_named(tmp_path, capsys):
    short = [(*row[:3], row[3].lstrip("0"), *row[4:]) for row in said(LEVELS, "Team-one", 1)]
    hub = read_hub(folder(tmp_path, reports(), [*short, (*short[0][:3], "Elsewhere", *short[0][4:])]))
    assert (~np.isnan(hub.peers["Team-one"].quantiles)).sum() == len(short) * len(LEVELS)
    assert "1 forecasts of places without reports set aside: Elsewhere" in capsys.readouterr().out
    folder(tmp_path, reports(), [(*row[:3], f"x{row[3]}", *row[4:]) for row in short])
    with pytest.raises(SystemExit, match="no forecast is of a place that reports: x1, x2, x3 against 01, 02, 03"):
        read_hub(tmp_path)


def test_horizons_before_the_reference_day_are_named_and_left_out(tmp_path, capsys):
    rows = said(LEVELS, "Team-one", 1)
    hub = read_hub(folder(tmp_path, reports(), [*rows, *((*row[:2], -1, *row[3:]) for row in rows[:5])]))
    assert hub.horizons == (0, 1)
    assert "5 forecasts of weeks before the reference day (horizon -1): nobody's are scored" in capsys.readouterr().out


def test_a_folder_without_one_usable_report_says_so(tmp_path):
    with pytest.raises(SystemExit, match="no report has both a count and a date"):
        read_hub(folder(tmp_path, [("2024-11-07", None, "01", 5.0), (None, "2024-11-03", "01", 5.0)]))


def test_codes_whose_zeros_a_spreadsheet_cut_off_are_the_same_places(tmp_path):
    folder(tmp_path, reports())
    (tmp_path / "x_locations.csv").write_text("location,name\n1,Here\n3,There\n", encoding="utf-8")
    assert read_hub(tmp_path).history.places == ("01", "03")


def test_all_are_scored_on_the_levels_that_peers_answered(tmp_path, monkeypatch, capsys):
    base = [*said(FEW_LEVELS, "Hub-baseline", 2), *said(FEW_LEVELS, "Hub-ensemble", 1)]
    path = folder(tmp_path, reports(), base, FEW_LEVELS)
    hub = read_hub(path)
    assert LEVELS[hub.levels].tolist() == list(FEW_LEVELS)
    assert "no quantiles 0.01, 0.05" in capsys.readouterr().out
    measures = measured(path, monkeypatch)
    assert 0 < measures["2024-25.wis_ratio_baseline"] < 3
    assert 0 < measures["2024-25.coverage95"] <= 1


def test_forecasts_with_gaps_or_of_nobody_are_named_and_the_rest_is_compared(tmp_path, capsys):
    rows = said(LEVELS, "Team-one", 1)
    gap, nobody, undated, endless = map(list, rows[:4])
    gap[8], nobody[0], undated[1], endless[2] = None, None, None, None
    hub = read_hub(folder(tmp_path, reports(), [gap, nobody, undated, endless, *rows[4:]]))
    told = capsys.readouterr().out
    assert "3 forecasts without a model, a reference day or a horizon set aside" in told
    assert "1 forecasts that lack quantiles set aside" in told
    assert (~np.isnan(hub.peers["Team-one"].quantiles)).sum() == (len(rows) - 4) * len(LEVELS)


def test_forecasts_without_any_quantile_are_named(tmp_path):
    folder(tmp_path, reports(), [row[:4] for row in said(LEVELS, "Team-one", 1)], ())
    with pytest.raises(SystemExit, match="no quantiles"):
        read_hub(tmp_path)


@pytest.mark.parametrize("first", [0, 3], ids=["from the first report on", "after some weeks"])
def test_a_disease_reported_since_some_weeks_is_forecast(first, tmp_path, monkeypatch):
    rows = said(LEVELS, "Hub-baseline", 2, first, 10)
    measures = measured(folder(tmp_path, reports(first, 12), rows), monkeypatch)
    assert 0 < measures["2023-24.wis_ratio_baseline"] < 4


def test_a_season_without_cases_has_no_ratio_but_a_coverage(tmp_path, monkeypatch):
    nothing = [(*row[:3], 0.0) for row in reports()]
    zeros = [(*row[:4], *[0.0] * len(LEVELS)) for row in said(LEVELS, "Hub-baseline", 1)]
    measures = measured(folder(tmp_path, nothing, zeros), monkeypatch)
    assert np.isnan(measures["2024-25.wis_ratio_baseline"])
    assert measures["2024-25.coverage95"] == 1.0
