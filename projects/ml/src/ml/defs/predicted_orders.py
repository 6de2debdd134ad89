"""The asset `ml/predicted_orders`: expected orders of each of the next 28 days."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg
from pydantic import Field

from dagster_lineage.definitions import get_asset_key_for_model, upstream
from ml.forecast_checks import check_quality, check_specs, check_table, not_measured
from ml.forecast_table import KEY, SCHEMA, column_lineage
from ml.forecasting.errors import ForecastError, HistoryTooShort
from ml.forecasting.history import FEATURE_COLUMNS, LEFT_OUT, REPLACED, DailyHistory
from ml.plausibility_checks import check_plausibility
from published_assets.api import WarehouseResource, pool_of, publish

SUMMARY = upstream("marts_dbt", "daily_order_summary", columns=FEATURE_COLUMNS)
DAYS_OF_SUMMARY = get_asset_key_for_model("marts_dbt", "int_shop_order_days")
"""The asset from which the days of the summary are built: a day is in it only if both are built."""

DAYS_LOGGED = 5
DAYS_OF_WARNING = 28


class ForecastConfig(dg.Config):
    """Configuration of a run."""

    cutoff_date: str | None = Field(
        default=None,
        description=(
            "Last day of the training data, as an ISO date such as 2026-03-31. Later rows are not "
            "used, and the forecast begins the day after. The default is the last day of the "
            "history that looks complete. Set it to reproduce a past forecast, or if the orders "
            "of the last days are complete and low."
        ),
    )


@dg.asset(
    key=KEY,
    deps=[SUMMARY.dep],
    description=(
        "Expected orders of each of the next 28 days, over all channels, with 80 % and 95 % "
        "intervals. A rolling-origin backtest compares several models with the seasonal-naive "
        "baseline; the model with the smallest mean absolute error makes the forecast. Incomplete "
        "days at the end of the history are left out, and closed days count as usual ones."
    ),
    group_name="ml",
    owners=["team:data_science"],
    kinds={"python", "statsforecast", "duckdb"},
    tags={"daily": ""},
    metadata={
        "dagster/table_name": ".".join(["ml", *KEY.path]),
        "dagster/column_schema": SCHEMA,
        "dagster/column_lineage": column_lineage(SUMMARY.key),
    },
    # Changes whenever the same history would give another forecast.
    code_version="2",
    pool=pool_of("ml"),
    check_specs=check_specs(KEY),
)
def predicted_orders(
    context: dg.AssetExecutionContext, config: ForecastConfig, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Read the history, choose a model, forecast, check, publish."""
    # Imported by the run only: the libraries of models and frames take 5 s.
    from ml.forecast_metadata import forecast_metadata  # noqa: PLC0415
    from ml.forecasting.forecast import HORIZON_DAYS, MIN_DAYS, make_forecast  # noqa: PLC0415
    from ml.forecasting.history import (  # noqa: PLC0415
        daily_history,
        feature_schema_hash,
        parse_cutoff,
    )

    today = datetime.now(UTC).date()
    summary = warehouse.read(SUMMARY.key.path, list(SUMMARY.columns))
    generation = summary.publication.generation
    try:
        cutoff = parse_cutoff(config.cutoff_date)
        history = daily_history(summary.table, cutoff, MIN_DAYS)
    except ForecastError as error:
        raise dg.Failure(
            f"{SUMMARY.key.to_user_string()} (generation {generation} of marts_dbt): {error}"
            + _earlier_days(error),
            allow_retries=False,
        ) from error
    _log_days(context, history)
    forecast = make_forecast(history, HORIZON_DAYS)
    if forecast.backtest is None:
        context.log.warning(f"{not_measured(history.days)}. The model is {forecast.model}.")
    context.log.info(
        f"{forecast.model} forecasts {HORIZON_DAYS} days after {history.cutoff}, "
        f"from {history.days} days of history"
    )
    with warehouse.open_session() as session:
        session.write(KEY.path, forecast.days.assign(upstream_generation=generation))
        metadata = forecast_metadata(
            history,
            forecast,
            feature_schema=feature_schema_hash(summary.table),
            upstream_generation=generation,
            today=today,
        )
        checks = [
            *check_table(
                session.connection, session.relation(KEY.path), history.cutoff, HORIZON_DAYS
            ),
            *check_quality(forecast.backtest, history.days),
            *check_plausibility(
                forecast.days,
                history,
                environment=warehouse.environment.name,
                today=today,
                cutoff_is_set=cutoff is not None,
            ),
        ]
        yield from publish(context, session, metadata={KEY: metadata}, checks=checks)


def _log_days(context: dg.AssetExecutionContext, history: DailyHistory) -> None:
    """Log a warning for days without a row and for unusual days."""
    if history.unusual:
        days = "; ".join(
            f"{one.day}: {one.orders} orders, usually {one.usual:g}, {one.treatment}"
            for one in history.unusual[-DAYS_LOGGED:]
        )
        # Once the day is not in the last weeks any more, it hardly matters.
        is_recent = history.unusual[-1].day > history.cutoff - timedelta(days=DAYS_OF_WARNING)
        context.log.log(
            logging.WARNING if is_recent else logging.INFO,
            f"Days with far fewer orders than usual for their weekday: {len(history.unusual)} "
            f"({len(history.treated(LEFT_OUT))} left out, {len(history.treated(REPLACED))} "
            f"replaced). The latest: {days}",
        )
    if history.days_without_row:
        missing, first = history.days_without_row, SUMMARY.first_partition
        is_partition = first is not None and first <= missing[-1]
        advice = f" To build one: {_command_to_build(missing[-1], missing[-1])}"
        context.log.warning(
            f"Days without a row: {len(missing)} of {history.days}, from {missing[0]} to "
            f"{missing[-1]}. {SUMMARY.key.to_user_string()} lists only days with orders, so these "
            f"days had none, or were never built.{advice if is_partition else ''}"
        )


def _earlier_days(error: ForecastError) -> str:
    """Return how to build days before the history, if there are partitions of such days."""
    first = SUMMARY.first_partition
    if not isinstance(error, HistoryTooShort) or error.first_day is None or first is None:
        return ""
    if error.first_day <= first:
        return f" There are no earlier days: {first} is the first partition."
    last = error.first_day - timedelta(days=1)
    return (
        f" The days from {first} to {last} are partitions without orders, or were never built. To "
        f"build them: {_command_to_build(first, last)}"
    )


def _command_to_build(first: date, last: date) -> str:
    key = DAYS_OF_SUMMARY.to_user_string()
    return f"platform run --select 'key:\"{key}\"+' --partitions {first}..{last}"
