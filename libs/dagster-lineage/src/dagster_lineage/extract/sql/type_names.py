"""How engines spell the types of columns: one spelling per type, so that types can be compared.

Spellings are those that the engine itself reports (DuckDB's `DESCRIBE`, PostgreSQL's
`format_type`), in lower case and without blanks behind commas.
"""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

DUCKDB = {
    "INT": "integer",
    "INT128": "hugeint",
    "UINT": "uinteger",
    "UINT128": "uhugeint",
    "FLOAT": "float",
    "TEXT": "varchar",
    "VARCHAR": "varchar",
    "CHAR": "varchar",
    "NCHAR": "varchar",
    "NVARCHAR": "varchar",
    "TIMESTAMPTZ": "timestamp with time zone",
    "TIMESTAMPLTZ": "timestamp with time zone",
    "TIMESTAMPNTZ": "timestamp",
    "DATETIME": "timestamp",
    "TIMETZ": "time with time zone",
    "VARBINARY": "blob",
    "BINARY": "blob",
    "BIT": "bit",
    "TIMESTAMP_NS": "timestamp_ns",
    "TIMESTAMP_MS": "timestamp_ms",
    "TIMESTAMP_S": "timestamp_s",
    "INTERVAL": "interval",
}
POSTGRES = {
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
NAMES: dict[str, dict[str, str]] = {
    "duckdb": DUCKDB,
    "postgres": POSTGRES,
    "redshift": {**POSTGRES, "TEXT": "character varying(256)"},
    "spark": {"TEXT": "string"},
    "databricks": {"TEXT": "string"},
    "trino": {"TIMESTAMPTZ": "timestamp(3) with time zone", "TIMESTAMP": "timestamp(3)"},
    "snowflake": {
        **dict.fromkeys(("INT", "BIGINT", "SMALLINT", "TINYINT"), "number(38,0)"),
        "DECIMAL": "number",
    },
}
DECIMAL_DEFAULT = {
    "duckdb": "(18,3)",
    "spark": "(10,0)",
    "databricks": "(10,0)",
    "snowflake": "(38,0)",
    "trino": "(38,0)",
    "redshift": "(18,0)",
}
NESTED = ("ARRAY", "LIST", "STRUCT", "MAP", "UNION")
LENGTHLESS = frozenset({"duckdb"})
"""Dialects in which a text's declared length is not part of its type."""


def type_name(type_: exp.DataType, dialect: str) -> str:
    """The engine's name of a parsed type, such as `decimal(12,2)`.

    Args:
        type_: As sqlglot parses it.
        dialect: sqlglot's name of the dialect.
    """
    kind = type_.this
    word = kind.name if isinstance(kind, exp.DType) else str(kind)
    known = NAMES.get(dialect, {})
    inside = type_.expressions
    if word in ("USERDEFINED", "UNKNOWN"):
        return type_.sql(dialect).lower()
    if not inside:
        if word == "DECIMAL" and dialect in DECIMAL_DEFAULT:
            return _base(type_, word, dialect, known) + DECIMAL_DEFAULT[dialect]
        return known.get(word) or _generated(type_, dialect)
    if word in NESTED or isinstance(inside[0], exp.DataType):
        return _nested(type_, word, dialect)
    return _measured(type_, word, dialect, known)


def _nested(type_: exp.DataType, word: str, dialect: str) -> str:
    """A type of types."""
    inside = type_.expressions
    if dialect != "duckdb":
        return _generated(type_, dialect)
    if word in ("ARRAY", "LIST") and isinstance(inside[0], exp.DataType):
        size = type_.args.get("values")
        return f"{type_name(inside[0], dialect)}[{size[0].name if size else ''}]"
    return f"{word.lower()}({', '.join(_member(part, dialect) for part in inside)})"


def _measured(type_: exp.DataType, word: str, dialect: str, known: dict[str, str]) -> str:
    """A type with a length, or precision and scale."""
    parameters = [
        part.this.name if isinstance(part, exp.DataTypeParam) else part.name
        for part in type_.expressions
    ]
    if word == "DECIMAL" and len(parameters) == 1:
        parameters.append("0")
    base = _base(type_, word, dialect, known)
    if dialect == "clickhouse" and type_.args.get("nullable"):
        return f"nullable({base}({','.join(parameters)}))"
    if dialect in LENGTHLESS and word != "DECIMAL":
        return known.get(word) or base
    if "(" in base:  # the length stands inside: `timestamp(3) with time zone`
        return _generated(type_, dialect)
    if base.endswith(" time zone"):
        first, _, rest = base.partition(" ")
        return f"{first}({','.join(parameters)}) {rest}"
    return f"{base}({','.join(parameters)})"


def _base(type_: exp.DataType, word: str, dialect: str, known: dict[str, str]) -> str:
    if word in known and not known[word].endswith(")"):
        return known[word]
    # Without this mark ClickHouse would wrap it: `Nullable(…)`.
    plain = exp.DataType(this=type_.this, nullable=False)
    return _generated(plain, dialect).partition("(")[0]


def _generated(type_: exp.DataType, dialect: str) -> str:
    return type_.sql(dialect).lower().replace(", ", ",")


def _member(part: exp.Expr, dialect: str) -> str:
    if isinstance(part, exp.ColumnDef):
        kind = part.args.get("kind")
        inner = type_name(kind, dialect) if isinstance(kind, exp.DataType) else ""
        return f"{part.name} {inner}".strip()
    if isinstance(part, exp.DataType):
        return type_name(part, dialect)
    return part.sql(dialect).lower()


@lru_cache(maxsize=4096)
def spelled(text: str, dialect: str) -> str:
    """A type that somebody has written, in the engine's own spelling: `INT8` is `bigint`.

    Args:
        text: As written in YAML or told by a database; may be empty.
        dialect: sqlglot's name of the dialect.
    """
    if not text.strip():
        return ""
    try:
        return type_name(exp.DataType.build(text, dialect=dialect, udt=True), dialect)
    except (SqlglotError, ValueError, TypeError, AttributeError):
        return " ".join(text.lower().split())
