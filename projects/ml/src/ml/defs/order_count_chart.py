"""`ml/order_count_chart`: how many customers have ordered how often, as a page in a browser."""

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
    """What a run may choose."""

    open_in_browser: bool = Field(
        default=False,
        description="Open the page on the machine that runs this. Only of use on a laptop.",
    )


@dg.asset(
    key=["ml", "order_count_chart"],
    deps=[CUSTOMERS.dep],
    description=(
        "How many customers have how many orders: an interactive page that needs no network, in "
        "the folder of reports, and a picture of it in the metadata."
    ),
    group_name="ml",
    owners=["team:data_science"],
    kinds={"python", "plotly"},
    code_version="1",
)
def order_count_chart(
    context: dg.AssetExecutionContext, config: ChartConfig, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    """Read one column, draw it twice, put the page in its place.

    It writes no table, so it is no step of the warehouse and waits for nobody's.
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
    write_whole(page, order_counts_page(counts))
    if config.open_in_browser and not webbrowser.open(page.as_uri()):
        context.log.warning(f"No browser could be started here. The page is {page}")
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


def write_whole(file: Path, text: str) -> None:
    """Put a file in its place at once: whoever opens it sees the old page or the new one.

    Raises:
        dagster.Failure: it cannot be written there; the old page stays.
    """
    beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise dg.Failure(
            f"The chart cannot be written to {file}: {error.strerror}. Make room or mend the "
            "permissions of the folder, and run this again. An older page stays as it is.",
            allow_retries=False,
        ) from error
