"""What a query gives and what it reads: column lineage, types, columns used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from dagster_lineage.extract.sql.queries import Queries
from dagster_lineage.extract.sql.schema import Relation, Schema
from dagster_lineage.extract.sql.scope import Missing, Scope
from dagster_lineage.extract.sql.sources import Output
from dagster_lineage.extract.sql.values import use

DIALECTS = {
    "sqlserver": "tsql",
    "synapse": "tsql",
    "fabric": "fabric",
    "glue": "athena",
    "dremio": "dremio",
    "vertica": "postgres",
    "greenplum": "postgres",
    "alloydb": "postgres",
    "materialize": "materialize",
    "motherduck": "duckdb",
    "starburst": "trino",
    "sparksql": "spark",
    "databrickssql": "databricks",
}
"""dbt's adapter types whose dialect has another name in sqlglot."""


@dataclass(frozen=True)
class OutputColumn:
    """A column that a query gives.

    Attributes:
        name: As the engine would name it.
        type: In the engine's spelling, lower case; empty when unknown.
        derived_from: The upstream columns that its value is computed from, sorted: relation and
            column. Filters and join keys are reads, not origins.
        copy: It is exactly one upstream column, unchanged, perhaps renamed, through any number of
            subqueries.
    """

    name: str
    type: str = ""
    derived_from: tuple[tuple[Relation, str], ...] = ()
    copy: bool = False


@dataclass(frozen=True)
class Trace:
    """What one query gives and reads.

    Attributes:
        columns: Its columns in order.
        columns_known: `columns` is all of them, each with its name.
        reads: Columns used anywhere, sorted, by relation, also those that the relation does not
            have; None where they cannot be told. A column that a star merely hands on and nobody
            takes up is not used.
        missing: The columns that it asks for and that the schema says nobody has.
        problems: What could not be told, in sentences.
    """

    columns: tuple[OutputColumn, ...] = ()
    columns_known: bool = False
    reads: Mapping[Relation, tuple[str, ...] | None] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    problems: tuple[str, ...] = ()


def trace_query(sql: str, dialect: str, schema: Schema) -> Trace:
    """Read a query once, from its innermost parts up.

    Never raises: what cannot be read gives a trace with a problem.

    Args:
        sql: One query, rendered.
        dialect: sqlglot's name of the dialect, or dbt's adapter type.
        schema: What is known of the relations that it may read. The trace depends on nothing else.
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
        # A shape of tree that no rule expects: unknown, and one model must not cost the others.
        return Trace(problems=(f"the SQL has a form that cannot be read: {_first_line(error)}",))
    return _result(queries, output, problems)


def relations_of(sql: str, dialect: str) -> tuple[Relation, ...]:
    """The relations that a query reads, as it names them, sorted; none if it cannot be parsed."""
    return tuple(sorted(trace_query(sql, dialect, Schema()).reads))


def dialect_name(adapter: str) -> str:
    """Sqlglot's name of the dialect of a dbt adapter."""
    return DIALECTS.get(adapter.lower(), adapter.lower())


def _statement(sql: str, dialect: str) -> tuple[exp.Expr | None, tuple[str, ...]]:
    """The query in a text: of several statements the last, and what was wrong with it."""
    statements: list[exp.Expr] = []
    for one in parse(sql, read=dialect or None):
        statements += one.expressions if isinstance(one, exp.Block) else [one] if one else []
    problems: tuple[str, ...] = ()
    if len(statements) > 1:
        problems = ("there are several statements; only the last query is read",)
    readable = (exp.Query, exp.Values, exp.Table, exp.Pivot)
    for one in reversed(statements):
        if isinstance(one, (exp.Create, exp.Insert)):
            one = one.args.get("expression")  # noqa: PLW2901 - the query inside is what is read
        if isinstance(one, readable):
            return one, problems
    return None, ("there is no query in the SQL",)


def _result(queries: Queries, output: Output, problems: tuple[str, ...]) -> Trace:
    for value in output.values:
        use(value)
    output.doubt()
    known = not output.open
    if "" in output.names:
        known = False
        queries.trouble("a column has no alias, so its name is not known")
    elif output.open:
        queries.trouble("a star stands for columns that are not known")
    columns = tuple(
        OutputColumn(
            name,
            queries.types.final(value.type),
            tuple(sorted((column.table.relation, column.name) for column in value.sources)),
            value.copy,
        )
        for name, value in zip(output.names, output.values, strict=True)
        if name
    )
    reads = {
        relation: None
        if table.unsure
        else tuple(sorted({*(column.name for column in table.used), *table.missing.values()}))
        for relation, table in sorted(queries.tables.items())
    }
    return Trace(
        columns,
        known,
        reads,
        tuple(queries.names.missing.values()),
        (*problems, *queries.names.problems),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
