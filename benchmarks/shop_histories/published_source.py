"""The source rows as the ingestion team's published file and as seeds of the jaffle shop."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
from benchmarks.shop_histories.source import Source

from environment import Environment
from warehouse import Warehouse

AMOUNTS = {
    "decimal(12, 2)": pa.decimal128(12, 2),
    "decimal(18, 4)": pa.decimal128(18, 4),
    "double": pa.float64(),
}
FIVETRAN = {"synced": "_fivetran_synced", "deleted": "_fivetran_deleted"}


def publish_source(source: Source, environment: Environment) -> None:
    """Replace the ingestion team's tables, as an import and a publication do."""
    shop, synced = _timestamp(zoned=source.zoned), _timestamp(zoned=source.synced_zoned)
    amount = AMOUNTS[source.amount_type]
    orders = _table(
        source.orders.values(),
        id=pa.int64(), user_id=pa.int64(), channel=pa.string(), status=pa.string(), amount=amount,
        currency=pa.string(), ordered_at=shop, updated_at=shop, synced=synced, deleted=pa.bool_(),
    )  # fmt: skip
    users = _table(
        source.users.values(),
        id=pa.int64(), full_name=pa.string(), country=pa.string(), signup_channel=pa.string(),
        created_at=shop, synced=synced, deleted=pa.bool_(),
    )  # fmt: skip
    customers = _table(
        source.customers.values(),
        id=pa.int64(), first_name=pa.string(), last_name=pa.string(), country=pa.string(),
        signed_up_on=pa.date32(),
    )  # fmt: skip
    with Warehouse("ingestion", environment).open_session() as session:
        session.write(["shop_public", "orders"], orders)
        session.write(["shop_public", "users"], users)
        session.write(["jaffle_shop", "raw_customers"], customers)
        session.publish()


def write_seeds(source: Source, folder: Path) -> None:
    """Replace the seeds of a copy of the project `jaffle_dbt`."""
    orders = list(source.jaffle_orders.values())
    _write_csv(
        folder / "raw_orders.csv",
        ("id", "user_id", "order_date", "status"),
        ((order.id, order.user_id, order.order_date, order.status) for order in orders),
    )
    _write_csv(
        folder / "raw_payments.csv",
        ("id", "order_id", "payment_method", "amount"),
        (
            (number, order.id, method, cents)
            for order in orders
            for number, method, cents in order.payments
        ),
    )


def _timestamp(*, zoned: bool) -> pa.DataType:
    return pa.timestamp("us", tz="UTC" if zoned else None)


def _table(rows: Iterable[object], **types: pa.DataType) -> pa.Table:
    """Return the rows as an Arrow table; the columns of Fivetran have its names."""
    found = list(rows)
    arrays = []
    for name, type_ in types.items():
        values = [getattr(row, name) for row in found]
        if type_ == pa.float64():
            values = [None if value is None else float(value) for value in values]
        arrays.append(pa.array(values, type_))
    return pa.table(arrays, [FIVETRAN.get(name, name) for name in types])


def _write_csv(file: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
