"""Spelling of column types: one per type, the engine's own, so that types can be compared.

The names that engines report are listed in `model.type_names`. Spellings are in lower case and
without blanks after commas.
"""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from dagster_lineage.model.dialects import canonical_dialect
from dagster_lineage.model.type_names import REPORTED_NAMES, default_decimal

_NESTED = ("ARRAY", "LIST", "STRUCT", "MAP", "UNION")
_WITHOUT_LENGTH = frozenset({"duckdb"})
"""Engines in which the declared length of a text is not part of its type."""
_WITHOUT_DEFAULT = frozenset({"bigquery"})
"""Engines that do not report the default precision of a decimal."""


def type_name(type_: exp.DataType, dialect: str) -> str:
    """Return the engine's name of a parsed type, such as `decimal(12,2)`.

    Args:
        type_: The type as sqlglot parses it.
        dialect: sqlglot's name of the dialect.
    """
    word = type_.this.name if isinstance(type_.this, exp.DType) else str(type_.this)
    inside = type_.expressions
    if word in ("USERDEFINED", "UNKNOWN"):
        return type_.sql(dialect).lower()
    if not inside:
        return _plain(type_, word, dialect)
    if word in _NESTED or isinstance(inside[0], exp.DataType):
        return _nested(type_, word, dialect)
    return _with_parameters(type_, word, dialect)


@lru_cache(maxsize=4096)
def spelled(text: str, dialect: str) -> str:
    """Return a written type in the engine's own spelling: `INT8` is `bigint`.

    Args:
        text: The type, as written in YAML or reported by a database; may be empty.
        dialect: sqlglot's name of the dialect.
    """
    if not text.strip():
        return ""
    try:
        return type_name(exp.DataType.build(text, dialect=dialect, udt=True), dialect)
    except (SqlglotError, ValueError, TypeError, AttributeError):
        return " ".join(text.lower().split())


def _plain(type_: exp.DataType, word: str, dialect: str) -> str:
    """Return the name of a type without parameters."""
    engine = canonical_dialect(dialect)
    default = default_decimal("decimal", engine) if word == "DECIMAL" else None
    if default and engine not in _WITHOUT_DEFAULT:
        return f"{_base(type_, word, dialect)}({default[0]},{default[1]})"
    return REPORTED_NAMES.get(engine, {}).get(word) or _generated(type_, dialect)


def _nested(type_: exp.DataType, word: str, dialect: str) -> str:
    """Return the name of a type that contains types."""
    inside = type_.expressions
    if dialect != "duckdb":
        return _generated(type_, dialect)
    if word in ("ARRAY", "LIST") and isinstance(inside[0], exp.DataType):
        size = type_.args.get("values")
        return f"{type_name(inside[0], dialect)}[{size[0].name if size else ''}]"
    return f"{word.lower()}({', '.join(_member(part, dialect) for part in inside)})"


def _with_parameters(type_: exp.DataType, word: str, dialect: str) -> str:
    """Return the name of a type with a length, or with precision and scale."""
    base = _base(type_, word, dialect)
    if dialect in _WITHOUT_LENGTH and word != "DECIMAL":
        return base
    parameters = [
        part.this.name if isinstance(part, exp.DataTypeParam) else part.name
        for part in type_.expressions
    ]
    if word == "DECIMAL" and len(parameters) == 1:
        parameters.append("0")
    listed = f"({','.join(parameters)})"
    if dialect == "clickhouse" and type_.args.get("nullable"):
        return f"nullable({base}{listed})"
    if "(" in base:  # the length is inside: `timestamp(3) with time zone`
        return _generated(type_, dialect)
    if base.endswith(" time zone"):
        first, _, rest = base.partition(" ")
        return f"{first}{listed} {rest}"
    return f"{base}{listed}"


def _base(type_: exp.DataType, word: str, dialect: str) -> str:
    """Return the name of a type without its parameters."""
    reported = REPORTED_NAMES.get(canonical_dialect(dialect), {}).get(word, "")
    if reported and not reported.endswith(")"):
        return reported
    # Without `nullable=False` ClickHouse would wrap it: `Nullable(…)`.
    plain = exp.DataType(this=type_.this, nullable=False)
    return _generated(plain, dialect).partition("(")[0]


def _generated(type_: exp.DataType, dialect: str) -> str:
    return type_.sql(dialect).lower().replace(", ", ",")


def _member(part: exp.Expr, dialect: str) -> str:
    if isinstance(part, exp.ColumnDef):
        kind = part.args.get("kind")
        inner = type_name(kind, dialect) if isinstance(kind, exp.DataType) else ""
        return f"{part.name} {inner}".strip()
    return type_name(part, dialect) if isinstance(part, exp.DataType) else part.sql(dialect).lower()
