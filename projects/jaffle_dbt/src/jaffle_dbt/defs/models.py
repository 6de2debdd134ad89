"""The seeds and models of the jaffle shop, and their data tests as asset checks."""

from collections.abc import Iterator

import dagster as dg
from dagster_dbt import dbt_assets

from jaffle_dbt.project import PROJECT_DIR
from published_assets.api import WarehouseResource, pool_of
from published_assets.dbt.api import (
    DbtCli,
    StepEvent,
    TableKeys,
    build_and_publish,
    fresh_manifest,
)


@dbt_assets(
    manifest=fresh_manifest(PROJECT_DIR),
    dagster_dbt_translator=TableKeys(),
    name="jaffle_shop_models",
    pool=pool_of("jaffle_dbt"),
)
def jaffle_shop_models(
    context: dg.AssetExecutionContext, dbt: DbtCli, warehouse: WarehouseResource
) -> Iterator[StepEvent]:
    """Build, test and publish the selected seeds and models in one step."""
    yield from build_and_publish(context, dbt, warehouse)
