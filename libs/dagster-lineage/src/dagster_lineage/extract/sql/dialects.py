"""Differences between SQL dialects that change the columns of a query or their types.

The syntax of dialects is sqlglot's business. A dialect that is not listed gets the defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dagster_lineage.extract.sql.duckdb_types import DUCKDB
from dagster_lineage.extract.sql.type_rules import (
    MAX_DIGITS,
    OPERATORS,
    TypeRules,
    decimal,
    decimal_parts,
)
from dagster_lineage.extract.sql.values import LITERAL
from dagster_lineage.model.pseudo_columns import is_pseudo_column

_CALLED_BY_NAME = frozenset(
    {
        "current_database", "current_role", "current_user", "session_user", "sysdate",
        "systimestamp", "user",
    }
)  # fmt: skip
"""Functions without parentheses, which look like columns."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Rules of one dialect."""

    name: str
    """sqlglot's name of it."""
    types: TypeRules = field(default_factory=TypeRules)
    aliases_in_select: bool = False
    """A column of a SELECT may use the alias of an earlier one, and WHERE that of any."""
    aliases_everywhere: bool = False
    """Any part of a SELECT may use any alias in it, even before its definition."""
    lateral_subqueries: bool = False
    """A subquery in FROM can read the tables before it without the word LATERAL."""
    always_recursive: bool = False
    """A CTE can read itself without the word RECURSIVE."""
    in_table: bool = False
    """`x in t` names a table, not a column."""
    cast_keeps_name: bool = False
    """`a::int` without an alias is named `a`."""
    producer_spelling: bool = False
    """A column without an alias is spelled as in its table, not as in the query."""
    values_columns: tuple[str, int] = ("column", 1)
    """Name of the columns of VALUES, and the number of the first one."""
    names: frozenset[str] = frozenset()
    """Names that look like columns, in addition to the pseudo-columns of tables."""

    def is_column_of_no_table(self, name: str) -> bool:
        """Return whether a query can read a casefolded name although no table has it."""
        return name in _CALLED_BY_NAME or name in self.names or is_pseudo_column(name, self.name)


def _spark_sum(type_: str) -> str:
    if type_ in ("int", "bigint", "smallint", "tinyint", LITERAL):
        return "bigint"
    found = decimal_parts(type_)
    if found:
        return decimal(min(found[0] + 10, MAX_DIGITS), found[1])
    return "double" if type_ in ("float", "double") else ""


def _postgres_sum(type_: str) -> str:
    return "bigint" if type_ in ("integer", "smallint") else ""


def _bigquery_sum(type_: str) -> str:
    return type_ if type_ in ("int64", "float64", "numeric", "bignumeric") else ""


def _bigquery_division(left: str, right: str) -> str:
    return "float64" if left == right == "int64" else ""


def _trino_sum(type_: str) -> str:
    if type_ in ("tinyint", "smallint", "integer", "bigint"):
        return "bigint"
    return "double" if type_ == "double" else ""


_ANSI = TypeRules(boolean="boolean", long="bigint", rank="bigint", double="double", date="date")
_POSTGRES = replace(
    _ANSI, integer="integer", double="double precision", functions={"sum": _postgres_sum}
)
_SPARK = Dialect(
    name="spark",
    types=replace(
        _ANSI,
        text="string",
        integer="int",
        rank="int",
        timestamp="timestamp",
        functions={"sum": _spark_sum},
    ),
    aliases_in_select=True,
    cast_keeps_name=True,
    values_columns=("col", 1),
)
_DIALECTS = (
    Dialect(
        name="duckdb",
        types=DUCKDB,
        aliases_in_select=True,
        lateral_subqueries=True,
        producer_spelling=True,
        values_columns=("col", 0),
        names=frozenset({"filename", "file_row_number"}),
    ),
    Dialect(
        name="postgres",
        types=replace(_POSTGRES, text="text", timestamp="timestamp with time zone"),
        cast_keeps_name=True,
    ),
    Dialect(name="redshift", types=_POSTGRES, aliases_in_select=True, cast_keeps_name=True),
    _SPARK,
    replace(_SPARK, name="databricks"),
    Dialect(
        name="snowflake",
        types=replace(_ANSI, text="varchar", long="number(18,0)", rank="", double="float"),
        aliases_in_select=True,
        always_recursive=True,
        names=frozenset({"level", "value"}),
    ),
    Dialect(
        name="bigquery",
        types=TypeRules(
            text="string",
            boolean="bool",
            integer="int64",
            long="int64",
            rank="int64",
            double="float64",
            date="date",
            timestamp="timestamp",
            part="int64",
            root="float64",
            operators={**OPERATORS, "/": _bigquery_division},
            functions={"sum": _bigquery_sum},
        ),
        lateral_subqueries=True,
    ),
    Dialect(name="trino", types=replace(_ANSI, integer="integer", functions={"sum": _trino_sum})),
    Dialect(name="teradata", aliases_in_select=True),
    Dialect(name="clickhouse", aliases_everywhere=True, in_table=True),
    Dialect(name="oracle", names=frozenset({"level"}), always_recursive=True),
    Dialect(name="tsql", always_recursive=True),
)
_BY_NAME = {dialect.name: dialect for dialect in _DIALECTS}


def dialect_of(name: str) -> Dialect:
    """Return the rules of the dialect that sqlglot has under a name."""
    return _BY_NAME.get(name) or Dialect(name=name)
