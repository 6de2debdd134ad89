"""The asset `ml/predicted_orders`: expected orders of each of the next 28 days."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from dagster_lineage.definitions import upstream
from ml.forecast_checks import check_quality, check_specs, check_table
from ml.forecast_table import KEY, SCHEMA, column_lineage
from ml.forecasting.errors import ForecastError
from ml.forecasting.history import FEATURE_COLUMNS
from published_assets.api import WarehouseResource, pool_of, publish

SUMMARY = upstream("marts_dbt", "daily_order_summary", columns=FEATURE_COLUMNS)


class ForecastConfig(dg.Config):
    """Configuration of a run."""

    cutoff_date: str | None = Field(
        default=None,
        description=(
            "Last day of the training data, as an ISO date such as 2026-03-31. Later rows are not "
            "used, and the forecast begins the day after. The default is the last day of the "
            "history. Set it if that day is not complete yet, or to reproduce a past forecast."
        ),
    )


@dg.asset(
    key=KEY,
    deps=[SUMMARY.dep],
    description=(
        "Expected orders of each of the next 28 days, over all channels, with 80 % and 95 % "
        "intervals. A rolling-origin backtest compares several models with the seasonal-naive "
        "baseline; the model with the smallest mean absolute error makes the forecast."
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
    code_version="1",
    pool=pool_of("ml"),
    check_specs=check_specs(KEY),
)
def predicted_orders(
    context: dg.AssetExecutionContext, config: ForecastConfig, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Read the history, choose a model, forecast, check, publish."""
    # Imported by the run only: the libraries of models and frames take 5 s.
    from ml.forecast_metadata import forecast_metadata  # noqa: PLC0415
    from ml.forecasting.backtest import days_needed  # noqa: PLC0415
    from ml.forecasting.forecast import HORIZON_DAYS, make_forecast  # noqa: PLC0415
    from ml.forecasting.history import (  # noqa: PLC0415
        daily_history,
        feature_schema_hash,
        parse_cutoff,
    )

    summary = warehouse.read(SUMMARY.key.path, list(SUMMARY.columns))
    generation = summary.publication.generation
    try:
        cutoff = parse_cutoff(config.cutoff_date)
        history = daily_history(summary.table, cutoff, days_needed(HORIZON_DAYS))
    except ForecastError as error:
        raise dg.Failure(
            f"{SUMMARY.key.to_user_string()} (generation {generation} of marts_dbt): {error}",
            allow_retries=False,
        ) from error
    if history.days_filled:
        context.log.warning(
            f"{history.days_filled} of {history.days} days have no row and count as 0 orders. "
            f"Backfill them if they are partitions of {SUMMARY.key.to_user_string()} that were "
            "never materialized."
        )
    forecast = make_forecast(history, HORIZON_DAYS)
    context.log.info(
        f"{forecast.backtest.chosen.model} forecasts {HORIZON_DAYS} days after {history.cutoff}, "
        f"from {history.days} days of history"
    )
    with warehouse.open_session() as session:
        session.write(KEY.path, forecast.days.assign(upstream_generation=generation))
        metadata = forecast_metadata(
            history,
            forecast,
            feature_schema=feature_schema_hash(summary.table),
            upstream_generation=generation,
        )
        checks = check_table(
            session.connection, session.relation(KEY.path), history.cutoff, HORIZON_DAYS
        ) + check_quality(forecast.backtest)
        yield from publish(context, session, metadata={KEY: metadata}, checks=checks)
