"""Metadata of a forecast: the model, its quality and its data."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import dagster as dg

from ml.charts.forecast_picture import forecast_picture
from ml.charts.picture import markdown_image
from ml.forecast_checks import not_measured
from ml.forecasting.history import LEFT_OUT, REPLACED

if TYPE_CHECKING:
    import pandas as pd

    from ml.forecasting.backtest import Backtest
    from ml.forecasting.forecast import Forecast
    from ml.forecasting.history import DailyHistory

PREVIEW_ROWS = 7


def forecast_metadata(
    history: DailyHistory,
    forecast: Forecast,
    *,
    feature_schema: str,
    upstream_generation: int,
    today: date,
) -> dict[str, dg.MetadataValue[Any]]:
    """Return the metadata from which a forecast can be explained months later.

    Args:
        history: The history on which the model was trained.
        forecast: The forecast.
        feature_schema: Hash of the columns that were read, see `feature_schema_hash`.
        upstream_generation: Generation of marts_dbt that was read.
        today: Day of the run, UTC.
    """
    text, whole = dg.MetadataValue.text, dg.MetadataValue.int
    metadata: dict[str, dg.MetadataValue[Any]] = {
        "model": text(forecast.model),
        "library": text(f"statsforecast {version('statsforecast')}"),
        "feature_schema_hash": text(feature_schema),
        "upstream_generation": whole(upstream_generation),
        "cutoff_date": text(history.cutoff.isoformat()),
        "cutoff_age_days": whole((today - history.cutoff).days),
        "horizon_days": whole(len(forecast.days)),
        "training_rows": whole(history.rows),
        "training_days": whole(history.days),
        "first_training_day": text(history.first_day.isoformat()),
        "days_filled_with_zero": whole(len(history.days_without_row)),
        "days_left_out": whole(len(history.treated(LEFT_OUT))),
        "days_replaced": whole(len(history.treated(REPLACED))),
        "preview": _preview(forecast.days),
        "picture": dg.MetadataValue.md(
            markdown_image(forecast_picture(history, forecast), "orders per day and forecast")
        ),
    }
    if history.unusual:
        metadata["unusual_days"] = _unusual_days(history)
    if forecast.backtest is None:
        return metadata | {"backtest": text(not_measured(history.days))}
    return metadata | _quality(forecast.backtest)


def _quality(backtest: Backtest) -> dict[str, dg.MetadataValue[Any]]:
    chosen, baseline = backtest.chosen, backtest.baseline
    whole, real = dg.MetadataValue.int, dg.MetadataValue.float
    metadata: dict[str, dg.MetadataValue[Any]] = {
        "mae": real(chosen.mae),
        "mase": _score(chosen.mase),
        "baseline_mae": real(baseline.mae),
        "baseline_mase": _score(baseline.mase),
        "unseen_mae": real(backtest.unseen.mae),
        "unseen_baseline_mae": real(backtest.unseen.baseline_mae),
        "coverage_80": real(chosen.coverage_80),
        "coverage_95": real(chosen.coverage_95),
        "backtest_windows": whole(backtest.windows),
        "candidates": _candidates(backtest),
    }
    if backtest.failed:
        lines = [f"* {model}: {reason}" for model, reason in backtest.failed.items()]
        metadata["candidates_failed"] = dg.MetadataValue.md("\n".join(lines))
    return metadata


def _unusual_days(history: DailyHistory) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "day": one.day.isoformat(),
                    "orders": one.orders,
                    "usual_orders": one.usual,
                    "treatment": one.treatment,
                }
            )
            for one in history.unusual
        ]
    )


def _candidates(backtest: Backtest) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "model": score.model,
                    "mae": round(score.mae, 3),
                    "mase": None if score.mase is None else round(score.mase, 3),
                    "coverage_80": round(score.coverage_80, 3),
                    "coverage_95": round(score.coverage_95, 3),
                }
            )
            for score in backtest.scores
        ]
    )


def _preview(days: pd.DataFrame) -> dg.TableMetadataValue:
    numbers = ["predicted_orders", "lower_80", "upper_80", "lower_95", "upper_95"]
    shown = days.head(PREVIEW_ROWS)
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {"forecast_date": str(row["forecast_date"])}
                | {name: round(row[name], 1) for name in numbers}
            )
            for row in shown.to_dict("records")
        ]
    )


def _score(value: float | None) -> dg.MetadataValue[Any]:
    """Return a number, or the reason why it is undefined: infinity is not valid JSON."""
    if value is None:
        return dg.MetadataValue.text(
            "undefined: every week of the history is equal to the week before"
        )
    return dg.MetadataValue.float(value)
