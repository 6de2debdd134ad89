"""The asset `ml/order_count_chart`: customers by number of orders, as an HTML page."""

import os
import webbrowser
from contextlib import suppress
from pathlib import Path

import dagster as dg
from pydantic import Field

from dagster_lineage.definitions import upstream
from published_assets.api import WarehouseResource

COLUMN = "number_of_orders"
CUSTOMERS = upstream("jaffle_dbt", "customers", columns={COLUMN: "bigint"})
FILE_NAME = "order_count_chart.html"


class ChartConfig(dg.Config):
    """Configuration of a run."""

    open_in_browser: bool = Field(
        default=False,
        description="Open the page in a browser on the machine of the run, for use on a laptop.",
    )


@dg.asset(
    key=["ml", "order_count_chart"],
    deps=[CUSTOMERS.dep],
    description=(
        "Customers by number of orders: an interactive HTML page in the folder of reports, which "
        "works without a network, and an image of it in the metadata."
    ),
    group_name="ml",
    owners=["team:data_science"],
    kinds={"python", "plotly"},
    code_version="1",
)
def order_count_chart(
    context: dg.AssetExecutionContext, config: ChartConfig, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    """Read the column, write the page, return the image.

    The asset writes no table, so it needs no work session and is not in the pool.
    """
    from ml.charts.order_counts import (  # noqa: PLC0415
        count_orders,
        order_counts_page,
        order_counts_picture,
    )
    from ml.charts.picture import markdown_image  # noqa: PLC0415

    customers = warehouse.read(CUSTOMERS.key.path, list(CUSTOMERS.columns))
    counts = count_orders(customers.table[COLUMN].to_pylist())
    page = warehouse.environment.reports_dir / FILE_NAME
    write_atomically(page, order_counts_page(counts))
    if config.open_in_browser and not webbrowser.open(page.as_uri()):
        context.log.warning(f"No browser could be started. The page is {page}")
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(page),
            "picture": dg.MetadataValue.md(
                markdown_image(order_counts_picture(counts), "customers by number of orders")
            ),
            "customers": counts.with_orders + counts.without_orders,
            "customers_without_orders": counts.without_orders,
            "orders": counts.orders,
            "orders_per_buyer": counts.orders_per_buyer,
            "upstream_generation": customers.publication.generation,
        },
    )


def write_atomically(file: Path, text: str) -> None:
    """Replace a file atomically: a reader sees the old page or the new one.

    Raises:
        dagster.Failure: the file cannot be written; the old page is kept.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise dg.Failure(
            f"The chart cannot be written to {file}: {error.strerror}. Free some space or fix the "
            "permissions of the folder, and run the asset again. An older page is kept.",
            allow_retries=False,
        ) from error
