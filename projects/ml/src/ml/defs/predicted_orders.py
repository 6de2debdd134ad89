"""`ml/predicted_orders`: how many orders to expect on each of the next 28 days."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from ml.forecast_checks import check_quality, check_specs, check_table
from ml.forecasting.errors import ForecastError
from ml.forecasting.history import FEATURE_COLUMNS
from ml.upstream import read_with_generation
from published_assets import WarehouseResource, pool_of, publish
from published_assets.publishing import table_metadata

KEY = dg.AssetKey(["ml", "predicted_orders"])
UPSTREAM = dg.AssetKey(["marts", "daily_order_summary"])
COLUMNS = {
    "forecast_date": "Day that is forecast.",
    "horizon_day": "How many days after the cut-off it is, 1 to 28.",
    "predicted_orders": "Orders to expect over all channels, 0 or more.",
    "lower_80": "Lower bound of the 80 % interval.",
    "upper_80": "Upper bound of the 80 % interval.",
    "lower_95": "Lower bound of the 95 % interval.",
    "upper_95": "Upper bound of the 95 % interval.",
    "model": "Which candidate won the backtest and made this forecast.",
    "cutoff_date": "Last day that the model was trained on.",
    "upstream_generation": "Publication of marts_dbt that the history was read from.",
}


class ForecastConfig(dg.Config):
    """What a run may choose."""

    cutoff_date: str | None = Field(
        default=None,
        description=(
            "Last day of training, as an ISO date such as 2026-03-31. No later row is used, and "
            "the forecast begins the day after. By default the last day of the history; set it "
            "when that day is not over yet, or to see what would have been forecast in the past."
        ),
    )


@dg.asset(
    key=KEY,
    deps=[UPSTREAM],
    description=(
        "Orders to expect on each of the next 28 days, over all channels, with 80 and 95 % "
        "intervals. Several models are compared by a rolling-origin backtest with the "
        "seasonal-naive baseline; the one with the least mean absolute error makes the forecast."
    ),
    group_name="ml",
    owners=["team:data_science"],
    kinds={"python", "statsforecast", "duckdb"},
    tags={"daily": ""},
    # Another number whenever the same history would give another forecast.
    code_version="1",
    pool=pool_of("ml"),
    check_specs=check_specs(KEY),
)
def predicted_orders(
    context: dg.AssetExecutionContext, config: ForecastConfig, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Read the history, choose a model, forecast, check, publish."""
    # The libraries of models and frames take 5 s to import: only a run pays for them.
    from ml.forecast_metadata import forecast_metadata  # noqa: PLC0415
    from ml.forecasting.backtest import days_needed  # noqa: PLC0415
    from ml.forecasting.forecast import HORIZON_DAYS, make_forecast  # noqa: PLC0415
    from ml.forecasting.history import (  # noqa: PLC0415
        daily_history,
        feature_schema_hash,
        parse_cutoff,
    )

    table, generation = read_with_generation(warehouse, "marts_dbt", UPSTREAM, FEATURE_COLUMNS)
    try:
        cutoff = parse_cutoff(config.cutoff_date)
        history = daily_history(table, cutoff, days_needed(HORIZON_DAYS))
    except ForecastError as error:
        raise dg.Failure(
            f"{UPSTREAM.to_user_string()} (publication {generation} of marts_dbt): {error}",
            allow_retries=False,
        ) from error
    if history.days_filled:
        context.log.warning(
            f"{history.days_filled} of {history.days} days have no row and count as 0 orders. If "
            f"they are partitions of {UPSTREAM.to_user_string()} that were never materialized, "
            "backfill them."
        )
    forecast = make_forecast(history, HORIZON_DAYS)
    context.log.info(
        f"{forecast.backtest.chosen.model} forecasts {HORIZON_DAYS} days after {history.cutoff}, "
        f"from {history.days} days of history"
    )
    with warehouse.step() as step:
        step.write(KEY.path, forecast.days.assign(upstream_generation=generation))
        metadata = table_metadata(step, KEY, COLUMNS) | forecast_metadata(
            history,
            forecast,
            feature_schema=feature_schema_hash(table),
            upstream_generation=generation,
        )
        checks = check_table(
            step.connection, step.relation(KEY.path), history.cutoff, HORIZON_DAYS
        ) + check_quality(forecast.backtest)
        yield from publish(context, step, metadata={KEY: metadata}, checks=checks)
