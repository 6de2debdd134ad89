"""What must hold for a forecast that others read, and what they should know about it.

`no_gaps` and `no_negative_values` block: a table that breaks them is broken for every reader, and
the forecast of yesterday, which stays published, is the better one. `beats_baseline` and
`interval_coverage` only warn: they speak of how good the forecast is. One that is no better than
"as a week ago" is still right to plan with, a stale one is not, and readers find the model's name
in every row. A short or unusual past fails them without anything being wrong.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from ml.forecasting.backtest import Backtest

if TYPE_CHECKING:
    import duckdb

NUMBERS = ("predicted_orders", "lower_80", "upper_80", "lower_95", "upper_95")
COVERAGE_BAND = (0.65, 0.95)
"""Where the measured coverage of the 80 % interval may lie, ends included. 84 to 224 days are
measured, and neighbours miss together, which leaves an honest interval some 0.1 to either side."""


def check_specs(asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The four checks of a forecast table."""
    described = {
        "no_gaps": "Every day of the horizon has one row, and numbers in all of it.",
        "no_negative_values": "No forecast and no bound is below 0 orders.",
        "beats_baseline": (
            "In the backtest the chosen model errs less than the seasonal-naive baseline, "
            "also on windows that had no part in its choice."
        ),
        "interval_coverage": (
            "In the backtest the 80 % interval held 80 % of the days, roughly: "
            f"{COVERAGE_BAND[0]:.0%} to {COVERAGE_BAND[1]:.0%}."
        ),
    }
    blocking = {"no_gaps", "no_negative_values"}
    return [
        dg.AssetCheckSpec(name, asset=asset, blocking=name in blocking, description=description)
        for name, description in described.items()
    ]


def check_table(
    connection: duckdb.DuckDBPyConnection, relation: str, cutoff: date, horizon: int
) -> list[dg.AssetCheckResult]:
    """Check the forecast as it was written, not as it was meant.

    Args:
        connection: On the database that holds it.
        relation: Its quoted name.
        cutoff: The last day of training; the forecast begins the day after.
        horizon: How many days it must have.
    """
    finite = " and ".join(f"coalesce(isfinite({column}), false)" for column in NUMBERS)
    rows = connection.execute(
        f"select forecast_date, {finite}, least({', '.join(NUMBERS)}) < 0 "
        f"from {relation} order by forecast_date"
    ).fetchall()
    wanted = [cutoff + timedelta(days=ahead) for ahead in range(1, horizon + 1)]
    found = [day for day, _, _ in rows]
    wrong = {
        "missing_days": [day for day in wanted if day not in found],
        "unexpected_days": [day for day in found if day not in wanted],
        "repeated_days": sorted({day for day in found if found.count(day) > 1}),
        "days_without_numbers": [day for day, is_finite, _ in rows if not is_finite],
    }
    negative = [day for day, _, is_negative in rows if is_negative]
    faults = [f"{what.replace('_', ' ')}: {_listed(days)}" for what, days in wrong.items() if days]
    return [
        dg.AssetCheckResult(
            check_name="no_gaps",
            passed=not faults,
            description="; ".join(faults) or f"{horizon} days, from {wanted[0]} to {wanted[-1]}",
            metadata={what: len(days) for what, days in wrong.items()},
        ),
        dg.AssetCheckResult(
            check_name="no_negative_values",
            passed=not negative,
            description=f"below 0 on: {_listed(negative)}" if negative else "all are 0 or more",
            metadata={"negative_days": len(negative)},
        ),
    ]


def check_quality(backtest: Backtest) -> list[dg.AssetCheckResult]:
    """Judge the model by its backtest."""
    chosen, baseline, unseen = backtest.chosen, backtest.baseline, backtest.unseen
    repeats = backtest.history_repeats
    comparison = (
        f"{chosen.model} errs by {chosen.mae:.3g} orders a day, {baseline.model} by "
        f"{baseline.mae:.3g}; on unseen windows the choice errs by {unseen.mae:.3g}, "
        f"the baseline by {unseen.baseline_mae:.3g}"
    )
    low, high = COVERAGE_BAND
    return [
        dg.AssetCheckResult(
            check_name="beats_baseline",
            passed=repeats or backtest.beats_baseline,
            severity=dg.AssetCheckSeverity.WARN,
            description=(
                "Every week was like the one before: the baseline is exact"
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
                f"The 80 % interval of {chosen.model} held {chosen.coverage_80:.1%} of "
                f"{backtest.windows * backtest.horizon} days, the 95 % one "
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


def _listed(days: list[date]) -> str:
    shown = ", ".join(str(day) for day in days[:5])
    return f"{shown} and {len(days) - 5} more" if len(days) > 5 else shown  # noqa: PLR2004
