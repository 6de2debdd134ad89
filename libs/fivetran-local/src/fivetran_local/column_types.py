"""Column types: DuckDB's names, and their equivalents in each kind of source.

Sources, the state and destinations all use DuckDB's names (`BIGINT`, `DECIMAL(12,2)`,
`TIMESTAMPTZ`).
"""

import re
from collections.abc import Mapping, Sequence

import pyarrow as pa

# The largest precision of a DuckDB DECIMAL.
_MAX_PRECISION = 38


def _by_source_type(source_types: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: column_type for column_type, names in source_types.items() for name in names}


_DECLARED = re.compile(r"\s*([A-Za-z][A-Za-z0-9_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
_BY_SQLITE_TYPE = _by_source_type(
    {
        "BIGINT": ("BIGINT", "INT", "INTEGER", "SMALLINT", "TINYINT"),
        "BLOB": ("BLOB",),
        "BOOLEAN": ("BOOL", "BOOLEAN"),
        "DATE": ("DATE",),
        "DECIMAL(38,9)": ("DECIMAL", "NUMERIC"),
        "DOUBLE": ("DOUBLE", "DOUBLE PRECISION", "FLOAT", "REAL"),
        "JSON": ("JSON", "JSONB"),
        "TIME": ("TIME",),
        "TIMESTAMP": ("DATETIME", "TIMESTAMP"),
        "TIMESTAMPTZ": ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"),
        "UUID": ("UUID",),
    }
)
_BY_DUCKDB_TYPE = _by_source_type(
    {
        "BIGINT": ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"),
        "BLOB": ("BLOB",),
        "BOOLEAN": ("BOOLEAN",),
        "DATE": ("DATE",),
        "DECIMAL(20,0)": ("UBIGINT",),
        "DECIMAL(38,0)": ("HUGEINT",),
        "DOUBLE": ("DOUBLE", "FLOAT"),
        "JSON": ("JSON",),
        "TIME": ("TIME",),
        "TIMESTAMP": ("TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP_S"),
        "TIMESTAMPTZ": ("TIMESTAMP WITH TIME ZONE",),
        "UUID": ("UUID",),
    }
)
_BY_POSTGRES_TYPE = _by_source_type(
    {
        "BIGINT": ("bigint", "integer", "smallint"),
        "BLOB": ("bytea",),
        "BOOLEAN": ("boolean",),
        "DATE": ("date",),
        "DOUBLE": ("double precision", "real"),
        "JSON": ("json", "jsonb"),
        "TIME": ("time without time zone",),
        "TIMESTAMP": ("timestamp without time zone",),
        "TIMESTAMPTZ": ("timestamp with time zone",),
        "UUID": ("uuid",),
    }
)

NATIVE_TYPES = {"BIGINT", "DOUBLE", "BLOB", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ"}
"""Types that PostgreSQL's driver returns as such; all others are sent as text and cast."""

# Types that SQLite returns as such. All others are sent as text and cast by the destination, which
# keeps decimals exact and parses timestamps in compiled code.
_WIRE_TYPES = {"BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BLOB": pa.binary()}


def type_of_sqlite_declaration(declared: str) -> str:
    """Return the column type for a type in SQLite's `create table`.

    SQLite stores any value in any column: the declared type is the only statement of the intended
    type.

    Args:
        declared: The declared type, such as `DECIMAL(12,2)`, `TIMESTAMPTZ` or `TEXT`; may be empty.

    Returns:
        The type; `VARCHAR` for text and unknown types, since text holds every value.
    """
    match = _DECLARED.fullmatch(declared)
    if match is None:
        return "VARCHAR"
    name = " ".join(match[1].upper().split())
    if name in {"DECIMAL", "NUMERIC"} and match[2]:
        return _decimal(int(match[2]), int(match[3] or 0))
    return _BY_SQLITE_TYPE.get(name, "VARCHAR")


def _decimal(precision: int, scale: int) -> str:
    is_valid = precision <= _MAX_PRECISION and 0 <= scale <= precision
    return f"DECIMAL({precision},{scale})" if is_valid else "VARCHAR"


def type_of_duckdb(found: str) -> str:
    """Return the column type for a type that DuckDB found in a file.

    Args:
        found: DuckDB's type, such as `UINTEGER`, `TIMESTAMP_NS` or `STRUCT(a INTEGER)`.

    Returns:
        The type; `JSON` for nested types, `VARCHAR` for unknown types.
    """
    if found.endswith("]") or found.startswith(("STRUCT", "MAP", "UNION")):
        return "JSON"
    return found if found.startswith("DECIMAL") else _BY_DUCKDB_TYPE.get(found, "VARCHAR")


def type_of_postgres(found: str) -> str:
    """Return the column type for a result of PostgreSQL's `format_type`.

    Args:
        found: Such as `numeric(12,2)`, `timestamp with time zone` or `text[]`.

    Returns:
        The type; `JSON` for arrays, `VARCHAR` for unknown types and for `numeric` without a
        precision: no type holds any number of digits, and rounding would lose some.
    """
    if found.endswith("[]"):
        return "JSON"
    numeric = re.fullmatch(r"numeric\((\d+),(-?\d+)\)", found)
    if numeric:
        return _decimal(int(numeric[1]), int(numeric[2]))
    # The precision in `timestamp(3) with time zone` limits values, it does not change the type.
    return _BY_POSTGRES_TYPE.get(re.sub(r"\(\d+\)", "", found), "VARCHAR")


def wire_type(column_type: str) -> pa.DataType:
    """Return the Arrow type in which SQLite's driver returns values of `column_type`."""
    return _WIRE_TYPES.get(column_type, pa.string())


def wider(first: str, second: str) -> str:
    """Return the narrowest type that holds the values of both types; `VARCHAR` if no other does.

    Args:
        first: One type, such as that of a destination column.
        second: Another type, such as the new type of the source column.
    """
    if first == second:
        return first
    pair = {first, second}
    digits = [_digits(one) for one in (first, second)]
    if digits[0] and digits[1]:
        whole, scale = map(max, zip(*digits, strict=True))
        return _decimal(whole + scale, scale)
    if "DOUBLE" in pair and any(digits):
        return "DOUBLE"
    if pair <= {"DATE", "TIMESTAMP", "TIMESTAMPTZ"}:
        return "TIMESTAMPTZ" if "TIMESTAMPTZ" in pair else "TIMESTAMP"
    return "VARCHAR"


def _digits(column_type: str) -> tuple[int, int] | None:
    """Return the digits of an exact number before and after its point; None for other types."""
    if column_type == "BIGINT":
        return 19, 0
    match = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", column_type)
    return (int(match[1]) - int(match[2]), int(match[2])) if match else None
