"""Column types as the destination spells them, and where they come from.

A type is DuckDB's name for it (`BIGINT`, `DECIMAL(12,2)`, `TIMESTAMPTZ`): one vocabulary for what
sources report, what the state stores and what the destination creates.
"""

from __future__ import annotations

import re

import pyarrow as pa

_DECLARED = re.compile(r"^\s*([A-Za-z][A-Za-z0-9_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$")

# The widest DECIMAL of DuckDB; also the default width where a source says only DECIMAL.
_MAX_PRECISION = 38
_DEFAULT_DECIMAL = "DECIMAL(38,9)"

_BY_DECLARATION = {
    "BIGINT": "BIGINT",
    "BLOB": "BLOB",
    "BOOL": "BOOLEAN",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "DOUBLE PRECISION": "DOUBLE",
    "DOUBLE": "DOUBLE",
    "FLOAT": "DOUBLE",
    "INT": "BIGINT",
    "INTEGER": "BIGINT",
    "JSON": "JSON",
    "JSONB": "JSON",
    "REAL": "DOUBLE",
    "SMALLINT": "BIGINT",
    "TIME": "TIME",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
    "TIMESTAMPTZ": "TIMESTAMPTZ",
    "TINYINT": "BIGINT",
    "UUID": "UUID",
}

_BY_DUCKDB = {
    "BIGINT": "BIGINT",
    "BLOB": "BLOB",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "DOUBLE": "DOUBLE",
    "FLOAT": "DOUBLE",
    "HUGEINT": "DECIMAL(38,0)",
    "INTEGER": "BIGINT",
    "JSON": "JSON",
    "SMALLINT": "BIGINT",
    "TIME": "TIME",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
    "TIMESTAMP_S": "TIMESTAMP",
    "TINYINT": "BIGINT",
    "UBIGINT": "DECIMAL(20,0)",
    "UINTEGER": "BIGINT",
    "USMALLINT": "BIGINT",
    "UTINYINT": "BIGINT",
    "UUID": "UUID",
}

_BY_POSTGRES = {
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "bytea": "BLOB",
    "date": "DATE",
    "double precision": "DOUBLE",
    "integer": "BIGINT",
    "json": "JSON",
    "jsonb": "JSON",
    "real": "DOUBLE",
    "smallint": "BIGINT",
    "time without time zone": "TIME",
    "timestamp with time zone": "TIMESTAMPTZ",
    "timestamp without time zone": "TIMESTAMP",
    "uuid": "UUID",
}

# What PostgreSQL's driver hands over in a type of its own; all else is sent as text and cast.
NATIVE_TYPES = {"BIGINT", "DOUBLE", "BLOB", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ"}

# What leaves SQLite as it is; everything else leaves as text and is cast by the destination, which
# keeps decimals exact and parses timestamps in compiled code.
_WIRE_TYPES = {"BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BLOB": pa.binary()}


def type_of_sqlite_declaration(declared: str) -> str:
    """Return the destination type of a column that SQLite's schema declares as `declared`.

    SQLite stores what it is given; the declared type is the only statement of what is meant.

    Args:
        declared: The type as written in `create table`: `DECIMAL(12,2)`, `TIMESTAMPTZ`, `TEXT`,
            or empty.

    Returns:
        The type; `VARCHAR` for text and for whatever is not known, since text holds every value.
    """
    match = _DECLARED.match(declared)
    if match is None:
        return "VARCHAR"
    name = " ".join(match[1].upper().split())
    if name in {"DECIMAL", "NUMERIC"}:
        return _decimal(match[2], match[3])
    return _BY_DECLARATION.get(name, "VARCHAR")


def _decimal(precision: str | None, scale: str | None) -> str:
    if precision is None:
        return _DEFAULT_DECIMAL
    if int(precision) > _MAX_PRECISION or int(scale or 0) > int(precision):
        return "VARCHAR"
    return f"DECIMAL({int(precision)},{int(scale or 0)})"


def type_of_duckdb(found: str) -> str:
    """Return the destination type of a column that DuckDB found in a file.

    Args:
        found: DuckDB's type, such as `UINTEGER`, `TIMESTAMP_NS` or `STRUCT(a INTEGER)`.

    Returns:
        The type; nested values become `JSON`, what is not known `VARCHAR`.
    """
    if found.endswith("]") or found.startswith(("STRUCT", "MAP", "UNION")):
        return "JSON"
    if found.startswith("DECIMAL"):
        return found
    return _BY_DUCKDB.get(found, "VARCHAR")


def type_of_postgres(found: str) -> str:
    """Return the destination type of a column that PostgreSQL's `format_type` calls `found`.

    Args:
        found: Such as `numeric(12,2)`, `timestamp with time zone` or `text[]`.

    Returns:
        The type; arrays become `JSON`, and what is not known `VARCHAR`. So does `numeric` without
        a precision: no type holds any number of digits, and to round would lose some.
    """
    if found.endswith("[]"):
        return "JSON"
    numeric = re.fullmatch(r"numeric\((\d+),(-?\d+)\)", found)
    if numeric:
        return "VARCHAR" if int(numeric[2]) < 0 else _decimal(numeric[1], numeric[2])
    # timestamp(3) with time zone: a precision changes what is stored, not what it is.
    return _BY_POSTGRES.get(re.sub(r"\(\d+\)", "", found), "VARCHAR")


def wire_type(column_type: str) -> pa.DataType:
    """Return the Arrow type in which values of `column_type` leave SQLite."""
    return _WIRE_TYPES.get(column_type, pa.string())


def wider(first: str, second: str) -> str:
    """Return the narrowest type that holds the values of both, `VARCHAR` where nothing else does.

    Args:
        first: One type, such as what a destination column is.
        second: The other, such as what the source column has become.
    """
    if first == second:
        return first
    pair = {first, second}
    digits = [_digits(one) for one in (first, second)]
    if digits[0] and digits[1]:
        whole = max(digits[0][0], digits[1][0])
        scale = max(digits[0][1], digits[1][1])
        return "VARCHAR" if whole + scale > _MAX_PRECISION else f"DECIMAL({whole + scale},{scale})"
    if "DOUBLE" in pair and any(digits):
        return "DOUBLE"
    if pair <= {"DATE", "TIMESTAMP", "TIMESTAMPTZ"}:
        return "TIMESTAMPTZ" if "TIMESTAMPTZ" in pair else "TIMESTAMP"
    return "VARCHAR"


def _digits(column_type: str) -> tuple[int, int] | None:
    """Return how many digits an exact number has before and after its point; None for others."""
    if column_type == "BIGINT":
        return 19, 0
    match = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", column_type)
    return (int(match[1]) - int(match[2]), int(match[2])) if match else None
