"""Generated values of a column: of its type, unique if that is a constraint, never null.

The tables of all fixtures have the same `ENTITIES`, and `ROWS` rows each, twice as many. A unique
column numbers the rows; any other column numbers the entities, so that each occurs twice. Entity 7
has the same numbers, texts and flags in every table: keys have a match in other tables, and a model
fails if it relies on uniqueness that is not a constraint.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from warehouse.tables import literal

ENTITIES = 100
ROWS = 2 * ENTITIES
FIRST_DAY = "2024-01-01"
DELETED_EVERY = 10
"""One of ten flags is true, so that a model without deleted rows keeps most rows."""

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
    """No generated value satisfies the constraints of a column."""


def value(type_name: str, *, unique: bool, not_null: bool, accepted: Sequence[object] = ()) -> str:
    """Return the SQL expression of a value, with `row_number` and `entity`, both from 1.

    Args:
        type_name: DuckDB's name of the column's type.
        unique: Whether the column has a unique constraint.
        not_null: Whether the column has a not-null constraint.
        accepted: The values that tests of its readers accept; empty for all.

    Raises:
        ValueImpossible: DuckDB does not know the type, or the type has no generated values or too
            few, and null is not allowed.
    """
    try:
        column_type = str(duckdb.sqltype(type_name))
    except (duckdb.Error, RuntimeError) as error:
        raise ValueImpossible(f"DuckDB does not know the type '{type_name}': {error}") from error
    count = "row_number" if unique else "entity"
    if accepted:
        if unique and len(accepted) < ROWS:
            raise ValueImpossible(f"it is unique, and its tests accept only {len(accepted)} values")
        listed = ", ".join(literal(str(one)) for one in accepted)
        chosen = f"([{listed}])[({count} - 1) % {len(accepted)} + 1]"
        return f"cast({chosen} as {column_type})"
    generated = _of_type(column_type.lower(), count)
    if generated is None or (unique and column_type == "BOOLEAN"):
        if not_null or unique:
            constraint = "unique" if unique else "not null"
            raise ValueImpossible(f"its type has no generated values that are {constraint}")
        generated = "null"
    return f"cast({generated} as {column_type})"


def _of_type(column_type: str, count: str) -> str | None:
    """Return an expression with distinct values of a type; None if there is none."""
    if column_type in _NUMBERS:
        return count
    if column_type.startswith("decimal"):
        return _decimal(column_type, count)
    if column_type in _TIMES:
        # Seven hours apart: several on each day, and no two at the same time.
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
    """Return integers if the type has enough digits before the point, otherwise its fractions."""
    digits, scale = (int(one) for one in column_type[len("decimal(") : -1].split(","))
    if 10 ** (digits - scale) > ROWS:
        return count
    return f"{count} / {10**scale}" if 10**digits > ROWS else None
