"""`jaffle_shop/raw_customers`: the shop's customer export, each row accepted or rejected."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from ingestion.customers.columns import COLUMNS, DESCRIPTIONS
from ingestion.customers.export import CustomerExport, failing_readably
from ingestion.markdown import first_rows
from published_assets.api import WarehouseResource, pool_of, publish

if TYPE_CHECKING:
    from ingestion.customers.schema import Judged

RAW_CUSTOMERS = dg.AssetKey(["jaffle_shop", "raw_customers"])
REJECTED = dg.AssetKey(["jaffle_shop", "raw_customers_rejected"])
REJECTED_SHARE = dg.AssetCheckSpec(
    "rejected_share",
    asset=RAW_CUSTOMERS,
    blocking=True,
    description="The share of rejected rows is small enough; above it, nothing is published.",
)
_TYPES = {"id": "BIGINT", "signed_up_on": "DATE"}
_CUSTOMER_SCHEMA = dg.TableSchema(
    [
        dg.TableColumn(
            name,
            _TYPES.get(name, "VARCHAR"),
            description=DESCRIPTIONS[name],
            # What the Pandera schema lets through: every value is there, every id once.
            constraints=dg.TableColumnConstraints(nullable=False, unique=name == "id"),
        )
        for name in COLUMNS
    ]
)
_REJECTED_SCHEMA = dg.TableSchema(
    [
        dg.TableColumn(
            "row_number",
            "BIGINT",
            description="1 is the first row below the header.",
            constraints=dg.TableColumnConstraints(nullable=False, unique=True),
        ),
        *(dg.TableColumn(name, "VARCHAR", description="As it came.") for name in COLUMNS),
        dg.TableColumn(
            "reason",
            "VARCHAR",
            description="Why the row was rejected: all reasons.",
            constraints=dg.TableColumnConstraints(nullable=False),
        ),
    ]
)


class RawCustomersConfig(dg.Config):
    """What may be changed from run to run."""

    max_rejected_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Largest share of rejected rows, 0 to 1, with which the tables are published.",
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
            "Customers of the jaffle shop, from its export over HTTP: the rows that are right.",
            _CUSTOMER_SCHEMA,
        ),
        _spec(
            REJECTED,
            "Rows of the same export that are not right, as they came, each with its reasons.",
            _REJECTED_SCHEMA,
        ),
    ],
    check_specs=[REJECTED_SHARE],
    # Both tables come from one download and are published together, whichever is selected: one
    # without the other would tell half of it. Events are for what was selected.
    can_subset=True,
    pool=pool_of("ingestion"),
)
def raw_customers(
    context: dg.AssetExecutionContext,
    config: RawCustomersConfig,
    customer_export: CustomerExport,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Download the export, judge every row, publish both tables or neither."""
    # pandas and Pandera take two seconds to import: those who only load definitions don't wait.
    from ingestion.customers.reading import read_rows  # noqa: PLC0415
    from ingestion.customers.schema import judge  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, failing_readably():
        file = Path(folder) / "customers.csv"
        source = customer_export.fetch(file)
        judged = judge(read_rows(file, source))
    check = rejected_share(judged, config.max_rejected_share)
    is_check_selected = REJECTED_SHARE.key in context.selected_asset_check_keys
    if not is_check_selected and not check.passed:
        raise dg.Failure(f"{check.description} Nothing was published.", allow_retries=False)
    with warehouse.open_session() as session:
        session.write(RAW_CUSTOMERS.path, judged.accepted)
        session.write(REJECTED.path, judged.rejected)
        yield from publish(
            context,
            session,
            metadata={
                RAW_CUSTOMERS: {
                    "num_rows": len(judged.accepted),
                    "preview": dg.MetadataValue.md(first_rows(judged.accepted, 5)),
                    "source": source,
                    "dagster/column_schema": _CUSTOMER_SCHEMA,
                },
                REJECTED: {
                    "num_rows": len(judged.rejected),
                    "preview": dg.MetadataValue.md(first_rows(judged.rejected, 5)),
                    "source": source,
                    "dagster/column_schema": _REJECTED_SCHEMA,
                },
            },
            checks=[check] if is_check_selected else [],
        )


def rejected_share(judged: "Judged", limit: float) -> dg.AssetCheckResult:
    """Say whether so few rows were rejected that the rest may be published.

    Args:
        judged: The export.
        limit: Largest share that passes, 0 to 1.
    """
    share = judged.rejected_share
    return dg.AssetCheckResult(
        check_name=REJECTED_SHARE.name,
        asset_key=RAW_CUSTOMERS,
        passed=share <= limit,
        description=(
            f"{len(judged.rejected):,} of {judged.rows:,} rows were rejected: {share:.2%}, "
            f"where {limit:.2%} may be."
        ),
        metadata={
            "rejected_share": share,
            "max_rejected_share": limit,
            "rejected_rows": len(judged.rejected),
            "rows": judged.rows,
            "sample": dg.MetadataValue.md(first_rows(judged.rejected, 10)),
        },
    )
