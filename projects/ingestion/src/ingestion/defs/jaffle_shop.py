"""`jaffle_shop/raw_customers`: the shop's customer export, validated row by row."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from ingestion.customers.columns import CUSTOMER_COLUMNS
from ingestion.customers.export import CustomerExport, customers_failures
from ingestion.customers.previews import accepted_preview, rejected_preview
from ingestion.customers.table_schemas import accepted_schema, rejected_schema
from published_assets.api import WarehouseResource, pool_of, publish

if TYPE_CHECKING:
    from ingestion.customers.schema import ValidatedRows

RAW_CUSTOMERS = dg.AssetKey(["jaffle_shop", "raw_customers"])
REJECTED = dg.AssetKey(["jaffle_shop", "raw_customers_rejected"])
REJECTED_SHARE = dg.AssetCheckSpec(
    "rejected_share",
    asset=RAW_CUSTOMERS,
    blocking=True,
    description="The share of rejected rows is within the limit. Otherwise nothing is published.",
)


class RawCustomersConfig(dg.Config):
    """Run configuration."""

    max_rejected_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Largest share of rejected rows, 0 to 1, at which the tables are published.",
    )


def _spec(key: dg.AssetKey, description: str, schema: dg.TableSchema) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        description=description,
        owners=["team:ingestion"],
        group_name="jaffle_shop",
        kinds={"python", "pandas", "duckdb"},
        metadata={
            "dagster/column_schema": schema,
            "dagster/table_name": ".".join(["ingestion", *key.path]),
        },
    )


@dg.multi_asset(
    specs=[
        _spec(
            RAW_CUSTOMERS,
            "Customers of the jaffle shop, from its export over HTTP: the valid rows.",
            accepted_schema(CUSTOMER_COLUMNS),
        ),
        _spec(
            REJECTED,
            "Rejected rows of the same export, unchanged, each with its reasons.",
            rejected_schema(CUSTOMER_COLUMNS),
        ),
    ],
    check_specs=[REJECTED_SHARE],
    # Both tables come from one download and are always published together, so that they match.
    # Events are reported for the selected ones.
    can_subset=True,
    pool=pool_of("ingestion"),
)
def raw_customers(
    context: dg.AssetExecutionContext,
    config: RawCustomersConfig,
    customer_export: CustomerExport,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Download the export, validate every row, publish both tables or neither."""
    # pandas and Pandera take two seconds to import, which loading definitions does not need.
    from ingestion.customers.rows import read_rows  # noqa: PLC0415
    from ingestion.customers.schema import validate  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, customers_failures():
        file = Path(folder) / "customers.csv"
        source = customer_export.fetch(file)
        validated = validate(read_rows(file, source, CUSTOMER_COLUMNS), CUSTOMER_COLUMNS)
    check = rejected_share(validated, config.max_rejected_share)
    is_check_selected = REJECTED_SHARE.key in context.selected_asset_check_keys
    if not is_check_selected and not check.passed:
        raise dg.Failure(f"{check.description} Nothing was published.", allow_retries=False)
    with warehouse.open_session() as session:
        session.write(RAW_CUSTOMERS.path, validated.accepted)
        session.write(REJECTED.path, validated.rejected)
        yield from publish(
            context,
            session,
            metadata={
                RAW_CUSTOMERS: {
                    "num_rows": len(validated.accepted),
                    "preview": dg.MetadataValue.md(
                        accepted_preview(validated.accepted, CUSTOMER_COLUMNS, 5)
                    ),
                    "source": source,
                    "columns_not_in_the_export": validated.absent,
                },
                REJECTED: {
                    "num_rows": len(validated.rejected),
                    "preview": dg.MetadataValue.md(
                        rejected_preview(validated.rejected, CUSTOMER_COLUMNS, 5)
                    ),
                    "source": source,
                },
            },
            checks=[check] if is_check_selected else [],
        )


def rejected_share(validated: "ValidatedRows", limit: float) -> dg.AssetCheckResult:
    """Return whether the share of rejected rows is within the limit.

    Args:
        validated: The export.
        limit: Largest accepted share, 0 to 1.
    """
    share = validated.rejected_share
    reasons = ", ".join(f"{reason} ({n:,})" for reason, n in validated.reasons.most_common(3))
    return dg.AssetCheckResult(
        check_name=REJECTED_SHARE.name,
        asset_key=RAW_CUSTOMERS,
        passed=share <= limit,
        description=(
            f"{len(validated.rejected):,} of {validated.rows:,} rows were rejected: {share:.2%}, "
            f"at most {limit:.2%} are allowed."
            + (f" Most frequent reasons: {reasons}." if reasons else "")
        ),
        metadata={
            "rejected_share": share,
            "max_rejected_share": limit,
            "rejected_rows": len(validated.rejected),
            "rows": validated.rows,
            "sample": dg.MetadataValue.md(
                rejected_preview(validated.rejected, CUSTOMER_COLUMNS, 10)
            ),
        },
    )
