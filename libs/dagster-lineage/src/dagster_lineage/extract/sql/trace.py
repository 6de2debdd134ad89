"""Column lineage, types and used columns of one query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from dagster_lineage.extract.sql.queries import Queries
from dagster_lineage.extract.sql.schema import RelationName, Schema
from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import Output
from dagster_lineage.extract.sql.values import UnknownColumn, record_use
from dagster_lineage.model.dialects import dialect_name

_PLACE = re.compile(r",?\s*Line \d+, Col: \d+\.?", re.IGNORECASE)


@dataclass(frozen=True)
class OutputColumn:
    """A column that a query returns."""

    name: str
    """The name that the engine gives it."""
    type: str = ""
    """In the engine's spelling, lower case; empty if unknown."""
    derived_from: tuple[tuple[RelationName, str], ...] = ()
    """The upstream columns that its value is computed from, sorted: relation and column. Filters
    and join keys are reads, not origins."""
    unknown: str = ""
    """Why `derived_from` may not be all of them; empty if it is. Without any, the value is a
    constant."""
    copy: bool = False
    """It is exactly one upstream column, unchanged, perhaps renamed, through any number of
    subqueries."""


@dataclass(frozen=True)
class Trace:
    """Columns that one query returns and reads."""

    columns: tuple[OutputColumn, ...] = ()
    """Its columns, in their order."""
    columns_known: bool = False
    """`columns` is all of them, each with its name."""
    reads: Mapping[RelationName, tuple[str, ...] | None] = field(default_factory=dict)
    """By relation: the columns that are used anywhere, sorted, including columns that the relation
    does not have. None if they are unknown. A column that a star only passes on is not used."""
    problems: tuple[str, ...] = ()
    """What is unknown, in sentences."""


def trace_query(sql: str, dialect: str, schema: Schema) -> Trace:
    """Trace the columns of a query, in one pass from its innermost parts outwards.

    Never raises. If the query cannot be read, the trace has a problem.

    Args:
        sql: One rendered query.
        dialect: sqlglot's name of the dialect, or dbt's adapter type.
        schema: Known relations. The trace depends on nothing else.
    """
    name = dialect_name(dialect)
    try:
        statement, problems = _statement(sql, name)
        if statement is None:
            return Trace(problems=problems)
        queries = Queries(schema, name)
        output = queries.output(statement, Scope())
    except RecursionError:
        return Trace(problems=("the query is nested too deeply to be read",))
    except (SqlglotError, ValueError) as error:
        return Trace(problems=(f"the SQL cannot be parsed: {_first_line(error)}",))
    except (TypeError, AttributeError, KeyError, IndexError) as error:
        # A syntax tree of an unexpected form: one model must not fail the others.
        return Trace(problems=(f"the SQL has a form that cannot be read: {_first_line(error)}",))
    return _result(queries, output, problems)


def _statement(sql: str, dialect: str) -> tuple[exp.Expr | None, tuple[str, ...]]:
    """Return the query in a text (the last one, if there are several), and problems of the text."""
    statements: list[exp.Expr] = []
    for one in parse(sql, read=dialect or None):
        statements += one.expressions if isinstance(one, exp.Block) else [one] if one else []
    problems: tuple[str, ...] = ()
    if len(statements) > 1:
        problems = ("there are several statements; only the last query is read",)
    for one in reversed(statements):
        query = one.args.get("expression") if isinstance(one, (exp.Create, exp.Insert)) else one
        if isinstance(query, (exp.Query, exp.Values, exp.Table, exp.Pivot)):
            return query, problems
    return None, ("there is no query in the SQL",)


def _result(queries: Queries, output: Output, problems: tuple[str, ...]) -> Trace:
    record_use(output.values)
    output.record_unknown_use()
    if "" in output.names:
        queries.report("a column has no alias, so its name is unknown")
    elif output.open:
        queries.report("a star stands for columns that are unknown")
    columns = tuple(
        OutputColumn(
            name,
            queries.dialect.types.final(value.type),
            tuple(
                sorted(
                    (column.table.relation, column.name)
                    for column in value.sources
                    if not isinstance(column, UnknownColumn)
                )
            ),
            min((one.name for one in value.sources if isinstance(one, UnknownColumn)), default=""),
            value.copy,
        )
        for name, value in output.columns()
        if name
    )
    reads = {
        relation: None
        if table.unknown_use
        else tuple(sorted({*(column.name for column in table.used), *table.missing.values()}))
        for relation, table in sorted(queries.tables.items())
    }
    return Trace(columns, not output.open, reads, (*problems, *queries.problems))


def _first_line(error: Exception) -> str:
    """Return a message without the place in the rendered SQL, which is in no file."""
    first = str(error).strip().partition("\n")[0]
    return _PLACE.sub("", first) or type(error).__name__
