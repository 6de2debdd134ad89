"""The finance team's models: the daily ones, with partitions, and the others.

Two definitions of one dbt project, because all assets of a definition have the same partitions.
Their selections are complements, so every model is in exactly one.
"""

from collections.abc import Iterator

import dagster as dg
from dagster_dbt import dbt_assets

from marts_dbt.defs.partitions import DAILY
from marts_dbt.project import PROJECT_DIR
from published_assets.api import WarehouseResource, pool_of
from published_assets.dbt.api import (
    DbtCli,
    StepEvent,
    TableKeys,
    build_and_publish,
    fresh_manifest,
)

DAILY_MODELS = "tag:daily"


@dbt_assets(
    manifest=fresh_manifest(PROJECT_DIR),
    dagster_dbt_translator=TableKeys(),
    select=DAILY_MODELS,
    name="daily_marts",
    partitions_def=DAILY,
    # A range of days is one dbt run.
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=pool_of("marts_dbt"),
)
def daily_marts(
    context: dg.AssetExecutionContext, dbt: DbtCli, warehouse: WarehouseResource
) -> Iterator[StepEvent]:
    """Build the days of the run's partitions, and built days that have changed since."""
    days = context.partition_time_window
    yield from build_and_publish(
        context,
        dbt,
        warehouse,
        variables={
            "start_date": days.start.date().isoformat(),
            "end_date": days.end.date().isoformat(),
        },
    )


@dbt_assets(
    manifest=fresh_manifest(PROJECT_DIR),
    dagster_dbt_translator=TableKeys(),
    exclude=DAILY_MODELS,
    name="marts",
    pool=pool_of("marts_dbt"),
)
def marts(
    context: dg.AssetExecutionContext, dbt: DbtCli, warehouse: WarehouseResource
) -> Iterator[StepEvent]:
    """Build, test and publish the selected models in one step."""
    yield from build_and_publish(context, dbt, warehouse)
