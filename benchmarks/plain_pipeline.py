"""The work of `platform run` without an orchestrator: the projects' functions and `dbt build`.

The customer export is read and validated by ingestion's code, users and orders are read from the
shop's database, both dbt projects are built by dbt's command line, and the forecast and the chart
are produced by ml's code. Published files are plain copies. There are no events, no Fivetran API,
no crash-safe publication, and no asset checks except for dbt's tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from demo_shop import Shop, serve_export
from environment import Environment
from ingestion.customers.columns import CUSTOMER_COLUMNS
from ingestion.customers.export import CustomerExport
from ingestion.customers.rows import read_rows
from ingestion.customers.schema import validate
from ml.charts.order_counts import count_orders, order_counts_page, order_counts_picture
from ml.forecasting.backtest import days_needed
from ml.forecasting.forecast import HORIZON_DAYS, make_forecast
from ml.forecasting.history import daily_history

ROOT = Path(__file__).resolve().parent.parent
FROM_SQLITE = {
    "users": "id, email, full_name, country, signup_channel, created_at, updated_at",
    "orders": "id, user_id, channel, status, amount, currency, ordered_at, updated_at",
}


def main() -> None:
    """Run all of it once, in JAFFLE_DATA_DIR."""
    environment = Environment.from_environ()
    for folder in (environment.work_dir, environment.published_dir, environment.reports_dir):
        folder.mkdir(parents=True, exist_ok=True)
    shop = Shop(int(os.environ["DEMO_SHOP_ORDERS"]), environment.outside_dir)
    ingest(shop, environment)
    build("jaffle_dbt", environment)
    today = datetime.now(UTC).date()
    build(
        "marts_dbt",
        environment,
        {"start_date": "2024-01-01", "end_date": today.isoformat()},
    )
    forecast(environment)


def ingest(shop: Shop, environment: Environment) -> None:
    """Load customers over HTTP, and users and orders from the shop's database."""
    with serve_export(shop) as url, tempfile.TemporaryDirectory() as folder:
        os.environ["CUSTOMERS_URL"] = f"{url}/customers.csv"
        file = Path(folder) / "customers.csv"
        source = CustomerExport().fetch(file)
        validated = validate(read_rows(file, source, CUSTOMER_COLUMNS), CUSTOMER_COLUMNS)
    with duckdb.connect(str(environment.work_file("ingestion"))) as connection:
        connection.execute("create schema if not exists jaffle_shop")
        connection.execute("create schema if not exists shop_public")
        for name, frame in (
            ("raw_customers", validated.accepted),
            ("raw_customers_rejected", validated.rejected),
        ):
            connection.register("incoming", frame)
            connection.execute(
                f"create or replace table ingestion.jaffle_shop.{name} as select * from incoming"
            )
            connection.unregister("incoming")
        for table, columns in FROM_SQLITE.items():
            copy_table(connection, shop, table, columns)
    copy_published("ingestion", environment)


def copy_table(connection: duckdb.DuckDBPyConnection, shop: Shop, table: str, columns: str) -> None:
    """Copy one table of the shop's database through Arrow."""
    import adbc_driver_sqlite.dbapi  # noqa: PLC0415

    with (
        adbc_driver_sqlite.dbapi.connect(str(shop.sqlite_file())) as source,
        source.cursor() as cursor,
    ):
        cursor.execute(f"select {columns} from {table}")
        connection.register("incoming", cursor.fetch_arrow_table())
    typed = {
        "amount": "amount::decimal(12, 2) as amount",
        **{
            name: f"{name}::timestamptz as {name}"
            for name in ("created_at", "updated_at", "ordered_at")
        },
    }
    selected = ", ".join(typed.get(name, name) for name in columns.split(", "))
    connection.execute(
        f"create or replace table ingestion.shop_public.{table} as select {selected}, "
        "updated_at::timestamptz as _fivetran_synced, false as _fivetran_deleted from incoming"
    )
    connection.unregister("incoming")


def build(project: str, environment: Environment, variables: dict[str, str] | None = None) -> None:
    """Run `dbt build`, as from a shell."""
    project_dir = ROOT / "projects" / project
    options = ["--vars", json.dumps(variables)] if variables else []
    subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            *("build", "--exclude-resource-type", "unit_test"),
            *("--project-dir", str(project_dir), "--profiles-dir", str(project_dir)),
            *("--target-path", str(environment.dbt_dir / project)),
            *options,
        ],
        cwd=project_dir,
        env=os.environ | environment.as_environ(),
        check=True,
    )
    copy_published(project, environment)


def copy_published(project: str, environment: Environment) -> None:
    """Copy a file, not safe against interruption."""
    shutil.copyfile(environment.work_file(project), environment.published_file(project))


def forecast(environment: Environment) -> None:
    """Write the chosen model's forecast, and the chart with its picture."""
    with duckdb.connect(":memory:") as connection:
        for project in ("marts_dbt", "jaffle_dbt"):
            connection.execute(
                f"attach '{environment.published_file(project)}' as {project} (read_only)"
            )
        days = connection.sql(
            "select order_date, orders from marts_dbt.marts.daily_order_summary"
        ).to_arrow_table()
        counts = connection.sql(
            "select number_of_orders from jaffle_dbt.jaffle.customers"
        ).to_arrow_table()
    made = make_forecast(daily_history(days, None, days_needed(HORIZON_DAYS)), HORIZON_DAYS)
    with duckdb.connect(str(environment.work_file("ml"))) as connection:
        connection.execute("create schema if not exists ml.ml")
        connection.register("incoming", made.days)
        connection.execute("create or replace table ml.ml.predicted_orders as from incoming")
    counted = count_orders(counts["number_of_orders"].to_pylist())
    order_counts_picture(counted)
    (environment.reports_dir / "order_count_chart.html").write_text(order_counts_page(counted))


if __name__ == "__main__":
    main()
