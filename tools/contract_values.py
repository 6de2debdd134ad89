"""Made-up values for a column: of its type, distinct where that is promised, never null.

The tables of a fixture belong together. There are `ENTITIES` of everything, and `ROWS` rows in a
table, twice as many. A column that is promised to be unique counts the rows; any other one counts
the entities, and so meets each twice. What a row says of entity 7 it says in every table, in
numbers, texts and flags alike: so a key finds its partner in another table, and a model that takes
for unique what nobody promises is found out.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from warehouse.tables import literal

ENTITIES = 100
ROWS = 2 * ENTITIES
FIRST_DAY = "2024-01-01"
DELETED_EVERY = 10
"""One flag of ten is true: a model that leaves out what is deleted keeps most rows."""

_NUMBERS = frozenset(
    {
        *("tinyint", "smallint", "integer", "bigint", "hugeint", "float", "double"),
        *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
    }
)
_TIMES = frozenset(
    {
        *("timestamp", "timestamp with time zone"),
        *("timestamp_s", "timestamp_ms", "timestamp_ns"),
    }
)


class ValueImpossible(Exception):
    """No value can be made up that keeps what is promised of a column."""


def value(type_name: str, *, unique: bool, not_null: bool, accepted: Sequence[object] = ()) -> str:
    """The SQL expression of a column's value, over `row_number` (from 1) and `entity` (from 1).

    Args:
        type_name: Of the column, as DuckDB spells it.
        unique: It is promised to be unique.
        not_null: It is promised not to be null.
        accepted: The only values that its readers' tests accept; none: any.

    Raises:
        ValueImpossible: DuckDB has no such type; or it is one that nothing is made up for, or has
            too few values, and null is not allowed.
    """
    try:
        column_type = str(duckdb.sqltype(type_name))
    except (duckdb.Error, RuntimeError) as error:
        raise ValueImpossible(f"DuckDB knows no type '{type_name}': {error}") from error
    count = "row_number" if unique else "entity"
    if accepted:
        if unique and len(accepted) < ROWS:
            raise ValueImpossible(f"it is unique, and only {len(accepted)} values are accepted")
        listed = ", ".join(literal(str(one)) for one in accepted)
        chosen = f"([{listed}])[({count} - 1) % {len(accepted)} + 1]"
        return f"cast({chosen} as {column_type})"
    made = _of_type(column_type.lower(), count)
    if made is None or (unique and column_type == "BOOLEAN"):
        if not_null or unique:
            raise ValueImpossible(f"nothing that is {_promised(unique)} is made up for its type")
        made = "null"
    return f"cast({made} as {column_type})"


def _of_type(column_type: str, count: str) -> str | None:
    """An expression that counts in a type; None for a type that cannot."""
    if column_type in _NUMBERS:
        return count
    if column_type.startswith("decimal"):
        return _decimal(column_type, count)
    if column_type in _TIMES:
        # Seven hours from one to the next: a day has several, and no two are at one time.
        return f"timestamp {literal(FIRST_DAY)} + {count} * interval 7 hour"
    return {
        "varchar": count,
        "date": f"date {literal(FIRST_DAY)} + cast({count} - 1 as integer)",
        "time": f"time '00:00:00' + {count} * interval 1 minute",
        "interval": f"{count} * interval 1 day",
        "boolean": f"entity % {DELETED_EVERY} = 0",
        "uuid": f"md5(cast({count} as varchar))",
        "json": count,
        "blob": f"cast({count} as varchar)",
    }.get(column_type)


def _decimal(column_type: str, count: str) -> str | None:
    """Whole numbers where there is room for them before the point, the smallest steps if not."""
    digits, scale = (int(one) for one in column_type[len("decimal(") : -1].split(","))
    if 10 ** (digits - scale) > ROWS:
        return count
    return f"{count} / {10**scale}" if 10**digits > ROWS else None


def _promised(unique: bool) -> str:  # noqa: FBT001 - its only caller
    return "unique" if unique else "not null"
