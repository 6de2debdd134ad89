"""Checks of the forecast table and of the model's quality.

`no_gaps` and `no_negative_values` block the publication: a table that fails them is wrong for every
reader, and yesterday's forecast, which stays published, is better. `beats_baseline` and
`interval_coverage` warn, because they measure the quality of the forecast: one that is as good as
the baseline is better to plan with than an old one, and every row has the model's name. They also
fail after an unusual history, without any error, and for a history that is too short to measure
them. `plausibility_checks` compares the forecast with its history.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from ml import plausibility_checks
from ml.forecasting.backtest import Backtest, days_needed
from ml.forecasting.forecast import HORIZON_DAYS

if TYPE_CHECKING:
    import duckdb

NUMBERS = ("predicted_orders", "lower_80", "upper_80", "lower_95", "upper_95")
COVERAGE_BAND = (0.65, 0.95)
"""Accepted coverage of the 80 % interval, ends included. It is measured on 84 to 224 days, and the
errors of neighboring days are correlated, so that of a correct interval varies by about 0.1."""


def check_specs(asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Return the specifications of all checks."""
    descriptions = {
        "no_gaps": "Every day of the horizon has one row with finite numbers.",
        "no_negative_values": "No forecast and no interval bound is below 0 orders.",
        "beats_baseline": (
            "In the backtest the chosen model has a smaller error than the seasonal-naive "
            "baseline, also on windows that were not used for the choice."
        ),
        "interval_coverage": (
            f"In the backtest the 80 % interval covers {COVERAGE_BAND[0]:.0%} to "
            f"{COVERAGE_BAND[1]:.0%} of the days."
        ),
        **plausibility_checks.DESCRIPTIONS,
    }
    blocking = {"no_gaps", "no_negative_values"}
    return [
        dg.AssetCheckSpec(name, asset=asset, blocking=name in blocking, description=description)
        for name, description in descriptions.items()
    ]


def check_table(
    connection: duckdb.DuckDBPyConnection, relation: str, cutoff: date, horizon: int
) -> list[dg.AssetCheckResult]:
    """Check the forecast table in the work file.

    Args:
        connection: Connection to the database of the table.
        relation: Quoted name of the table.
        cutoff: The last day of training; the forecast begins the day after.
        horizon: Number of days of the forecast.
    """
    finite = " and ".join(f"coalesce(isfinite({column}), false)" for column in NUMBERS)
    rows = connection.execute(
        f"select forecast_date, {finite}, least({', '.join(NUMBERS)}) < 0 "
        f"from {relation} order by forecast_date"
    ).fetchall()
    expected = [cutoff + timedelta(days=ahead) for ahead in range(1, horizon + 1)]
    found = [day for day, _, _ in rows]
    days_by_error = {
        "missing_days": [day for day in expected if day not in found],
        "unexpected_days": [day for day in found if day not in expected],
        "repeated_days": sorted({day for day in found if found.count(day) > 1}),
        "days_without_numbers": [day for day, is_finite, _ in rows if not is_finite],
    }
    negative = [day for day, _, is_negative in rows if is_negative]
    errors = [
        f"{what.replace('_', ' ')}: {_listed(days)}" for what, days in days_by_error.items() if days
    ]
    return [
        dg.AssetCheckResult(
            check_name="no_gaps",
            passed=not errors,
            description="; ".join(errors)
            or f"{horizon} days, from {expected[0]} to {expected[-1]}",
            metadata={what: len(days) for what, days in days_by_error.items()},
        ),
        dg.AssetCheckResult(
            check_name="no_negative_values",
            passed=not negative,
            description=f"below 0 on: {_listed(negative)}"
            if negative
            else "all numbers are 0 or more",
            metadata={"negative_days": len(negative)},
        ),
    ]


def check_quality(backtest: Backtest | None, days: int) -> list[dg.AssetCheckResult]:
    """Check the quality of the model by its backtest.

    Args:
        backtest: The backtest; None if the history is too short for one.
        days: Number of days of the history.
    """
    if backtest is None:
        return [
            dg.AssetCheckResult(
                check_name=name,
                passed=False,
                severity=dg.AssetCheckSeverity.WARN,
                description=not_measured(days),
            )
            for name in ("beats_baseline", "interval_coverage")
        ]
    chosen, baseline, unseen = backtest.chosen, backtest.baseline, backtest.unseen
    repeats = backtest.history_repeats
    comparison = (
        f"Mean absolute error of {chosen.model}: {chosen.mae:.3g} orders per day, of "
        f"{baseline.model}: {baseline.mae:.3g}; on unseen windows: {unseen.mae:.3g} and "
        f"{unseen.baseline_mae:.3g}"
    )
    low, high = COVERAGE_BAND
    return [
        dg.AssetCheckResult(
            check_name="beats_baseline",
            passed=repeats or backtest.beats_baseline,
            severity=dg.AssetCheckSeverity.WARN,
            description=(
                "Every week is equal to the week before: the baseline is exact"
                if repeats
                else comparison
            ),
            metadata={
                "model": chosen.model,
                "mae": chosen.mae,
                "baseline_mae": baseline.mae,
                "unseen_mae": unseen.mae,
                "unseen_baseline_mae": unseen.baseline_mae,
                "unseen_windows": unseen.windows,
            },
        ),
        dg.AssetCheckResult(
            check_name="interval_coverage",
            passed=repeats or low <= chosen.coverage_80 <= high,
            severity=dg.AssetCheckSeverity.WARN,
            description=(
                f"The 80 % interval of {chosen.model} covers {chosen.coverage_80:.1%} of "
                f"{backtest.windows * backtest.horizon} days, the 95 % interval "
                f"{chosen.coverage_95:.1%}"
            ),
            metadata={
                "coverage_80": chosen.coverage_80,
                "coverage_95": chosen.coverage_95,
                "lowest_accepted": low,
                "highest_accepted": high,
                "days": backtest.windows * backtest.horizon,
            },
        ),
    ]


def not_measured(days: int) -> str:
    """Return why a history has no backtest.

    Args:
        days: Number of days of the history.
    """
    return (
        f"Not measured: the history has {days} days, and a backtest needs "
        f"{days_needed(HORIZON_DAYS)}"
    )


def _listed(days: list[date]) -> str:
    shown = ", ".join(str(day) for day in days[:5])
    return f"{shown} and {len(days) - 5} more" if len(days) > 5 else shown  # noqa: PLR2004
