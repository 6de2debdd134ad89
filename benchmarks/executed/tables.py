"""Tables of random queries, and perturbations of their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from dagster_lineage.extract.sql import RelationName, Schema, Table

ROWS = 16
TABLES: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "id": "bigint",
        "customer_id": "bigint",
        "day": "date",
        "paid": "boolean",
        "amount": "integer",
        "discount": "integer",
        "weight": "double",
        "status": "varchar",
        "note": "varchar",
        "item": "struct(price integer, label varchar)",
        "tags": "varchar[]",
        "doc": "json",
    },
    "customers": {
        "id": "bigint",
        "region_id": "bigint",
        "since": "date",
        "active": "boolean",
        "score": "integer",
        "credit": "double",
        "name": "varchar",
        "address": "struct(city varchar, number integer)",
        "doc": "json",
    },
    "payments": {
        "id": "bigint",
        "order_id": "bigint",
        "paid_on": "date",
        "refunded": "boolean",
        "amount": "integer",
        "fee": "integer",
        "method": "varchar",
    },
}
KEYS = frozenset({"id", "customer_id", "region_id", "order_id"})
"""Columns that joins compare."""
SCHEMA = Schema(
    Table(RelationName("memory", "main", name), columns, complete=True)
    for name, columns in TABLES.items()
)

_FIRST = {  # by type: a value, from the number of the row and the position of the column
    "bigint": "(_row * {p}) % 16",
    "integer": "_row * _row * {p} + {p}",
    "double": "_row * {p} * 1.25 + {p}",
    "date": "date '2024-01-01' + cast((_row * {p} * 11) % 300 as integer)",
    "boolean": "(_row + {p}) % 3 = 0",
    "varchar": "substr('abcdefghijklmnop', 1 + (_row * {p}) % 16, 2) || '-' || (_row * {p})",
    "varchar[]": "['tag' || (_row % 5), 't' || (_row + {p})]",
    "json": "json_object('a', _row + {p}, 'b', json_object('c', 'c' || (_row * {p})))",
    "struct(price integer, label varchar)": "{{'price': _row * {p}, 'label': 'l' || _row}}",
    "struct(city varchar, number integer)": "{{'city': 'c' || _row, 'number': _row * {p}}}",
}
_CHANGED = {  # by type: another value of each row, different in different rows
    "bigint": "{c} * 7 + 13",
    "integer": "{c} * 7 + 13",
    "double": "{c} * 3.5 + 1",
    "date": "{c} + 400",
    "boolean": "not {c}",
    "varchar": "md5({c})",
    "varchar[]": "list_transform({c}, lambda one: md5(one))",
    "json": "json_object('a', _row * 31 + 7, 'b', json_object('c', md5(cast(_row as varchar))))",
    "struct(price integer, label varchar)": (
        "{{'price': {c}.price * 7 + 13, 'label': md5({c}.label)}}"
    ),
    "struct(city varchar, number integer)": (
        "{{'city': md5({c}.city), 'number': {c}.number * 7 + 13}}"
    ),
}


def create(engine: duckdb.DuckDBPyConnection) -> None:
    """Create the tables with their first values. Each is a view over a table that is kept."""
    engine.execute("set threads = 1")  # the order of rows is the same in each execution
    for table, columns in TABLES.items():
        primes = (1, 3, 5, 7, 11, 13)
        listed = ", ".join(
            f"cast({_FIRST[type_].format(p=primes[position % len(primes)])} as {type_}) as {name}"
            for position, (name, type_) in enumerate(columns.items())
        )
        engine.execute(
            f"create table kept_{table} as select range as _row, {listed} "
            f"from (select range, range as _row from range({ROWS}))"
        )
        restore(engine, table)


def restore(engine: duckdb.DuckDBPyConnection, table: str) -> None:
    """Give a table its first values."""
    engine.execute(f"create or replace view {table} as select * exclude (_row) from kept_{table}")


def perturbed(engine: duckdb.DuckDBPyConnection, table: str, column: str) -> Iterator[str]:
    """Change the values of one column in several ways, one after the other.

    Yields:
        Name of the change, while the table has the changed values.
    """
    type_ = TABLES[table][column]
    ways = {
        "all rows": _CHANGED[type_].format(c=column),
        "half of the rows": f"case when _row % 2 = 0 then {_CHANGED[type_].format(c=column)} "
        f"else {column} end",
        "values of other rows": f"coalesce(lead({column}, 5) over (order by _row), "
        f"first_value({column}) over (order by _row))",
    }
    if "[" not in type_:  # an empty list would change the number of rows
        ways["no value in some rows"] = f"case when _row % 3 = 0 then null else {column} end"
    for name, expression in ways.items():
        engine.execute(
            f"create or replace view {table} as select * exclude (_row) "
            f"replace ({expression} as {column}) from kept_{table}"
        )
        yield name
    restore(engine, table)
