"""Columns of table functions and unnested lists in a FROM clause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from dagster_lineage.extract.sql.structs import ELEMENT, fields_of
from dagster_lineage.extract.sql.values import Value

_FLATTENED = ("seq", "key", "path", "index", "value", "this")
"""Columns of Snowflake's FLATTEN."""
_SPLIT = ("seq", "index", "value")
"""Columns of Snowflake's SPLIT_TO_TABLE."""
_ALL_NAMED = frozenset({"postgres", "redshift", "trino", "spark", "databricks"})
"""Dialects in which the list of an alias names every column of a function."""
_SERIES = (exp.GenerateSeries, exp.ExplodingGenerateSeries)


class FunctionColumns(NamedTuple):
    """Names of the columns of a table function."""

    names: Sequence[str]
    complete: bool
    """It has no others."""


def columns_of_function(
    node: exp.Expr, listed: Sequence[str], arguments: Sequence[Value], dialect: str
) -> FunctionColumns:
    """Return the columns of a table function.

    Args:
        node: The function in the FROM clause.
        listed: Names of columns in its alias.
        arguments: Values of its arguments.
        dialect: sqlglot's name of the dialect.
    """
    if isinstance(node, exp.Unnest):
        return _unnested(node, listed, arguments, dialect)
    function = node.this
    if isinstance(function, exp.Generator):
        return FunctionColumns((), complete=True)
    if isinstance(function, exp.SplitToTable):
        return FunctionColumns(listed or _SPLIT, complete=True)
    if isinstance(function, _SERIES):
        name = "range" if function.args.get("is_end_exclusive") else "generate_series"
        return FunctionColumns(listed or (node.alias or name,), complete=True)
    if isinstance(node, exp.TableFromRows) and isinstance(function, exp.Explode):
        return FunctionColumns(listed or _FLATTENED, complete=True)
    all_named = isinstance(function, (exp.Explode, exp.Posexplode)) or dialect in _ALL_NAMED
    return FunctionColumns(listed, complete=bool(listed) and all_named)


def _unnested(
    node: exp.Unnest, listed: Sequence[str], arguments: Sequence[Value], dialect: str
) -> FunctionColumns:
    offset = node.args.get("offset")
    last = (offset.name,) if isinstance(offset, exp.Identifier) else ()
    if listed and dialect == "bigquery":
        # A star expands the elements if they are structs.
        scalar = all(
            isinstance(one, exp.Func) or _has_scalar_elements(value, dialect)
            for one, value in zip(node.expressions, arguments, strict=True)
        )
        return FunctionColumns((*listed, *last), complete=scalar and not _fields(arguments))
    if listed:
        return FunctionColumns((*listed, *last), complete=len(listed) >= len(node.expressions))
    if len(node.expressions) == 1 and dialect in ("duckdb", "postgres"):
        return FunctionColumns((node.alias or "unnest", *last), complete=True)
    return FunctionColumns(last, complete=False)


def _has_scalar_elements(value: Value, dialect: str) -> bool:
    element = dict(fields_of(value, dialect)).get(ELEMENT)
    return element is not None and bool(element.type) and not fields_of(element, dialect)


def _fields(arguments: Sequence[Value]) -> bool:
    return any(value.fields for value in arguments)
