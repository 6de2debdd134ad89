"""What the engines call their column types: names by family, and where an engine differs.

Sources, all checked for DuckDB on a real one (`tests/column_types`): the data type pages of DuckDB,
PostgreSQL 17, Spark 4.0, Snowflake, BigQuery, Amazon Redshift and Trino.
"""

from __future__ import annotations

from typing import Literal

Family = Literal[
    "unknown",
    "boolean",
    "integer",
    "decimal",
    "float",
    "text",
    "binary",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "interval",
    "uuid",
    "semi-structured",
    "array",
    "map",
    "struct",
]

_SPELLINGS: dict[Family, str] = {
    "boolean": "boolean, bool, logical",
    "integer": (
        "tinyint, smallint, mediumint, integer, int, bigint, hugeint, byteint, byte, short, long, "
        "int1, int2, int4, int8, int16, int32, int64, int128, integral, signed, serial, "
        "smallserial, bigserial, utinyint, usmallint, uinteger, ubigint, uhugeint, uint8, uint16, "
        "uint32, uint64, uint128, int256, uint256, varint, bignum, oid"
    ),
    "decimal": "decimal, dec, numeric, number, bignumeric, bigdecimal, fixed",
    "float": (
        "float, real, double, double precision, float4, float8, float16, float32, float64, "
        "binary_float, binary_double"
    ),
    "text": (
        "varchar, char, character, character varying, char varying, bpchar, text, string, clob, "
        "nvarchar, nchar, national character, national character varying, varchar2, nvarchar2, "
        "long varchar, tinytext, mediumtext, longtext, citext, name, enum, enum8, enum16, "
        "fixedstring"
    ),
    "binary": "blob, bytea, binary, varbinary, binary varying, varbyte, bytes, image",
    "date": "date, date32",
    "time": "time, time without time zone, time_ns",
    "timetz": "timetz, time with time zone",
    "timestamp": (
        "timestamp, timestamp without time zone, timestamp_ntz, timestampntz, timestamp_s, "
        "timestamp_ms, timestamp_us, timestamp_ns, datetime, datetime2, datetime64, smalldatetime"
    ),
    "timestamptz": (
        "timestamptz, timestamp with time zone, timestamp with local time zone, timestamp_tz, "
        "timestamp_ltz, timestampltz, timestamptz_ns, datetimeoffset"
    ),
    "interval": "interval",
    "uuid": "uuid, guid, uniqueidentifier",
    "semi-structured": "json, jsonb, variant, super",
    "array": "array, list",
    "map": "map",
    "struct": "struct, row, object, record",
}

FAMILIES: dict[str, Family] = {
    name: family for family, names in _SPELLINGS.items() for name in names.split(", ")
}
"""Family by name, as most engines mean it."""

OF_DIALECT: dict[str, dict[str, Family]] = {
    # Their `timestamp` is a moment in time; the one without a zone has another name.
    "spark": {"timestamp": "timestamptz"},
    "bigquery": {"timestamp": "timestamptz"},
    # DuckDB's JSON is an alias of VARCHAR, castable without being asked.
    "duckdb": {"json": "text"},
    # `x = 1` is a UInt8 there, and `tinyint(1)` what MySQL makes of a boolean.
    "clickhouse": {"bool": "integer", "boolean": "integer"},
    "mysql": {"bool": "integer", "boolean": "integer"},
    # A variant that holds one: `src:path` reads both.
    "snowflake": {"object": "semi-structured"},
}
"""Where a dialect means something else by a name."""

DEFAULT_SCALES: dict[tuple[str, str], int] = {
    ("duckdb", "decimal"): 3,
    ("spark", "decimal"): 0,
    ("trino", "decimal"): 0,
    ("snowflake", "decimal"): 0,
    ("redshift", "decimal"): 0,
    ("bigquery", "decimal"): 9,
    ("bigquery", "bignumeric"): 38,
}
"""Digits after the point of a decimal without parameters; what is not here (PostgreSQL) has any."""

_DECIMAL_SYNONYMS = {"numeric", "dec", "number", "fixed"}
_SAME_DIALECT = {
    "databricks": "spark",
    "athena": "trino",
    "postgresql": "postgres",
    "motherduck": "duckdb",
}


def canonical_dialect(dialect: str) -> str:
    """A dialect's name under which its types are known here; an unknown one stays as it is."""
    lowered = dialect.lower()
    return _SAME_DIALECT.get(lowered, lowered)


def family_of(words: tuple[str, ...], dialect: str) -> tuple[str, Family]:
    """The longest beginning of a type's words that is a name, and its family.

    Args:
        words: Lower case, without parameters: `("timestamp", "with", "time", "zone")`.
        dialect: As `canonical_dialect` gives it.

    Returns:
        The name that was found and its family, or an empty name and `unknown`.
    """
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        family = OF_DIALECT.get(dialect, {}).get(name) or FAMILIES.get(name)
        if family:
            return name, family
    return "", "unknown"


def default_scale(name: str, dialect: str) -> int | None:
    """Digits after the point of a decimal type that has no parameters; None: it can be any."""
    canonical = "decimal" if name in _DECIMAL_SYNONYMS else name.replace("bigdecimal", "bignumeric")
    return DEFAULT_SCALES.get((dialect, canonical))
