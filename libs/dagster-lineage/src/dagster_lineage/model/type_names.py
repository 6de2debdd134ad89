"""Names of column types: their families, and the names and defaults that each engine reports.

Sources, all checked for DuckDB on a real one (`tests/column_types`, `tests/sql`): the data type
pages of DuckDB, PostgreSQL 17, Spark 4.0, Snowflake, BigQuery, Amazon Redshift and Trino.

Engines are named as `model.dialects.canonical_dialect` names them.
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
"""Family by name, with the meaning that most engines give the name."""

ENGINE_FAMILIES: dict[str, dict[str, Family]] = {
    # `timestamp` is a moment in time. The type without a time zone has another name.
    "spark": {"timestamp": "timestamptz"},
    "bigquery": {"timestamp": "timestamptz"},
    # JSON is an alias of VARCHAR and is cast implicitly.
    "duckdb": {"json": "text"},
    # `x = 1` is a UInt8 in ClickHouse, and MySQL stores a boolean as `tinyint(1)`.
    "clickhouse": {"bool": "integer", "boolean": "integer"},
    "mysql": {"bool": "integer", "boolean": "integer"},
    # A variant that holds an object: `src:path` reads both.
    "snowflake": {"object": "semi-structured"},
}
"""Names that mean something else to one engine."""

_POSTGRES = {
    "INT": "integer",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DECIMAL": "numeric",
    "VARCHAR": "character varying",
    "CHAR": "character",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMPTZ": "timestamp with time zone",
    "TIME": "time without time zone",
}

REPORTED_NAMES: dict[str, dict[str, str]] = {
    "duckdb": {
        "INT": "integer",
        "INT128": "hugeint",
        "UINT": "uinteger",
        "UINT128": "uhugeint",
        "FLOAT": "float",
        **dict.fromkeys(("TEXT", "VARCHAR", "CHAR", "NCHAR", "NVARCHAR"), "varchar"),
        **dict.fromkeys(("TIMESTAMPTZ", "TIMESTAMPLTZ"), "timestamp with time zone"),
        **dict.fromkeys(("TIMESTAMPNTZ", "DATETIME"), "timestamp"),
        "TIMETZ": "time with time zone",
        **dict.fromkeys(("VARBINARY", "BINARY"), "blob"),
        "BIT": "bit",
        "TIMESTAMP_NS": "timestamp_ns",
        "TIMESTAMP_MS": "timestamp_ms",
        "TIMESTAMP_S": "timestamp_s",
        "INTERVAL": "interval",
    },
    "postgres": _POSTGRES,
    "redshift": {**_POSTGRES, "TEXT": "character varying(256)"},
    "spark": {"TEXT": "string"},
    "trino": {"TIMESTAMPTZ": "timestamp(3) with time zone", "TIMESTAMP": "timestamp(3)"},
    "snowflake": {
        **dict.fromkeys(("INT", "BIGINT", "SMALLINT", "TINYINT"), "number(38,0)"),
        "DECIMAL": "number",
    },
}
"""Names that an engine reports (`DESCRIBE` of DuckDB, `format_type` of PostgreSQL), in lower case,
by sqlglot's name of the type, where sqlglot would write another name."""

_DEFAULT_DECIMALS: dict[tuple[str, str], tuple[int, int]] = {
    ("duckdb", "decimal"): (18, 3),
    ("spark", "decimal"): (10, 0),
    ("trino", "decimal"): (38, 0),
    ("snowflake", "decimal"): (38, 0),
    ("redshift", "decimal"): (18, 0),
    ("bigquery", "decimal"): (38, 9),
    ("bigquery", "bignumeric"): (76, 38),
}
_DECIMAL_SYNONYMS = {"numeric", "dec", "number", "fixed"}


def family_of(words: tuple[str, ...], engine: str) -> tuple[str, Family]:
    """Return the longest prefix of a type's words that is a name, and its family.

    Args:
        words: Lower case, without parameters: `("timestamp", "with", "time", "zone")`.
        engine: Name of the engine.

    Returns:
        The name and its family, or an empty name and `unknown`.
    """
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        family = ENGINE_FAMILIES.get(engine, {}).get(name) or FAMILIES.get(name)
        if family:
            return name, family
    return "", "unknown"


def default_decimal(name: str, engine: str) -> tuple[int, int] | None:
    """Return precision and scale of a decimal type that is written without them.

    None if it can have any scale, as in PostgreSQL.
    """
    canonical = "decimal" if name in _DECIMAL_SYNONYMS else name.replace("bigdecimal", "bignumeric")
    return _DEFAULT_DECIMALS.get((engine, canonical))
