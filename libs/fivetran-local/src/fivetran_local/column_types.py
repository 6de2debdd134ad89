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

# What crosses from a source to the destination as it is; everything else crosses as text and is
# cast by the destination, which keeps decimals exact and parses timestamps in compiled code.
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


def wire_type(column_type: str) -> pa.DataType:
    """Return the Arrow type in which values of `column_type` travel to the destination."""
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
