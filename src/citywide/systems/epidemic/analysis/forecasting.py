"""Every Monday a forecast of the weeks to come, kept with what was known; each matured week is scored once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
from msgspec import to_builtins
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub import Text
from citywide.hub.database.pool import Database, Row, rows
from citywide.hub.evidence.write import witness
from citywide.systems.epidemic.analysis.remembered import packed, unpacked
from citywide.systems.epidemic.analysis.set_aside import Aside, set_aside
from citywide.systems.epidemic.analysis.weeks import (
    CITY,
    MADE_AT,
    VINTAGES,
    Weeks,
    filled,
    made_at,
    stops,
    triangle,
    weeks_known,
)
from citywide.systems.epidemic.engine.forecast.forecaster import Forecaster
from citywide.systems.epidemic.engine.forecast.made import Forecast, Setting
from citywide.systems.epidemic.engine.scores import LEVELS, score
from citywide.systems.epidemic.model import DEPARTMENT, Series
from citywide.systems.epidemic.own_tables import SQL
from citywide.systems.epidemic.reports.daily_reports import DailyReports

Floats = NDArray[np.float64]
CATCH_UP = 5  # earlier Mondays whose forecasts are made late, from what was known then
FEWEST_WEEKS = 30
REMEMBERED = 30  # past forecasts that teach weights and spread
MATURED = timedelta(days=21)  # after which a week's counts are taken as settled
AHEAD = timedelta(days=7)  # the reference is the Sunday of the week that has begun
DEADLINE = np.timedelta64(int((AHEAD - MADE_AT).total_seconds()), "s")  # the local time of the city throughout


def make_missing(
    database: Database, said: DailyReports, number: int, sunday: date, now: datetime, zone: str, minimum: int
) -> int:
    """Make the forecasts of the newest Mondays that are missing, oldest first; returns how many."""
    series = said.series[number]
    with database.transaction() as connection:
        kept = rows(connection, SQL["forecasts_made"], {"kind": series.name, "most": REMEMBERED})
    known = {row["reference"] for row in kept}
    due = [sunday - timedelta(weeks=back) for back in range(CATCH_UP, -1, -1)]
    missing = [one for one in due if one + AHEAD not in known and _old_enough(said, one)]
    forecaster = Forecaster(Setting(deadline=DEADLINE))
    for one in missing:
        forecaster.past = [unpacked(row["reference"], row["state"]) for row in kept if row["reference"] < one + AHEAD]
        sundays = [one - timedelta(weeks=back) for back in range(VINTAGES - 1, -1, -1)]
        made = forecaster.forecast(triangle(said, number, sundays, zone), np.datetime64(one + AHEAD))
        quiet = stops(said, said.known(made_at(one, zone)), one, number)
        with database.transaction() as connection:
            aside = list(set_aside(made.problems, quiet, minimum))
            keep(connection, series, made, aside, made_at(one, zone), now)
            kept = rows(connection, SQL["forecasts_made"], {"kind": series.name, "most": REMEMBERED})
    return len(missing)


def keep(
    connection: Connection, series: Series, made: Forecast, aside: Sequence[Aside], known: datetime, now: datetime
) -> None:
    """Write a forecast down with what was known, and into the evidence log; it is never changed again."""
    reference = made.reference.astype(object)
    values = {
        "kind": series.name, "reference": reference, "known": known, "made": now, "weights": Jsonb(made.weights),
        "coverage95": None if np.isnan(made.coverage95) else made.coverage95,
        "problems": Jsonb(to_builtins(aside)), "state": packed(made),
    }  # fmt: skip
    connection.execute(SQL["put_forecast_made"], values)
    with connection.cursor() as cursor:
        cursor.executemany(SQL["put_forecast"], list(_cells(series, made)))
    middle = made.quantiles[made.places.index(CITY), :, len(LEVELS) // 2]
    course = ", ".join(f"{count:.0f}" for count in middle)
    says = Text(f"forecast of {series.label.en} from what was known {known:%Y-%m-%d %H:%M}: {course} a week",
                f"{series.label.zh}预测（依据 {known:%Y-%m-%d %H:%M} 已知数据）：每周 {course}")  # fmt: skip
    witness(connection, "forecast", says, department=DEPARTMENT, at=now)


def score_matured(
    connection: Connection, said: DailyReports, number: int, sunday: date, now: datetime, zone: str
) -> int:
    """Score what has matured and is not scored yet; returns how many weeks of places."""
    series, truth = said.series[number], weeks_known(said, said.known(now), sunday, number, filled)
    due = rows(
        connection, SQL["forecasts_to_score"], {"kind": series.name, "week": sunday - MATURED + timedelta(days=7)}
    )
    found = list(_scored(due, truth, _as_it_stood(said, number, zone)))
    with connection.cursor() as cursor:
        cursor.executemany(SQL["put_score"], [one | {"kind": series.name, "scored": now} for one in found])
    return len(found)


def unchanged(series: Floats, horizon: int) -> Floats:
    """Quantiles of the plainest forecast: as the last week, as unsure as weeks have differed."""
    told = series[np.isfinite(series)]
    steps = np.diff(told[-53:]) if len(told) > 2 else np.array([0.0])
    either = np.concatenate([steps, -steps]) * np.sqrt(horizon + 1)
    return np.maximum(told[-1] + np.quantile(either, LEVELS), 0) if len(told) else np.zeros(len(LEVELS))


def _cells(series: Series, made: Forecast) -> Iterator[dict[str, object]]:
    for at, place in enumerate(made.places):
        for column, horizon in enumerate(made.horizons):
            yield {
                "kind": series.name, "reference": made.reference.astype(object), "place": place, "horizon": horizon,
                "week": made.target(horizon).astype(object), "quantiles": made.quantiles[at, column].tolist(),
            }  # fmt: skip


def _as_it_stood(said: DailyReports, number: int, zone: str) -> Callable[[date], Weeks]:
    """What was known when the forecast after a Sunday was made; each Sunday is looked up once."""

    @cache
    def then(sunday: date) -> Weeks:
        return weeks_known(said, said.known(made_at(sunday, zone)), sunday, number, filled)

    return then


def _scored(due: Sequence[Row], truth: Weeks, then: Callable[[date], Weeks]) -> Iterator[dict[str, object]]:
    """The forecasts whose week is known, beside the plainest forecast that could have been made that day."""
    for row in due:
        observed = truth.on(row["week"], row["place"])
        if np.isfinite(observed):
            plain = unchanged(then(row["reference"] - AHEAD).of(row["place"]), row["horizon"])
            yield _beside(row, observed, plain)


def _beside(row: Row, observed: float, plain: Floats) -> dict[str, object]:
    ours, theirs = (score(np.array(observed), quantiles) for quantiles in (np.array(row["quantiles"]), plain))
    return {
        "reference": row["reference"], "place": row["place"], "week": row["week"], "observed": observed,
        "wis": float(ours.wis), "log_wis": float(ours.log_wis), "wis_unchanged": float(theirs.wis),
        "in50": bool(ours.in50), "in95": bool(ours.in95),
    }  # fmt: skip


def _old_enough(said: DailyReports, sunday: date) -> bool:
    return (sunday - said.first).days >= 7 * FEWEST_WEEKS
