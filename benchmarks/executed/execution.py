"""Origins that a trace claims, compared with the output columns that change in DuckDB."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
from benchmarks.executed.tables import SCHEMA, TABLES, perturbed

from dagster_lineage.extract.sql.trace import Trace, trace_query


@dataclass(frozen=True)
class Query:
    """A query over the tables."""

    sql: str
    deciding: frozenset[str] = frozenset()
    """Columns that decide which rows it returns or compares, as `table.column`. They are reads and
    not origins, but every output column may change with them."""


@dataclass
class Comparison:
    """One query, executed and compared."""

    query: Query
    columns: int = 0
    """Number of output columns."""
    claims: int = 0
    """Number of origins that the trace claims."""
    pairs: int = 0
    """Number of pairs of a source column and an output column that were compared."""
    problems: list[str] = field(default_factory=list)
    """Names and origins that the trace lacks, in sentences."""
    unchanged: list[str] = field(default_factory=list)
    """Claimed origins with which the output column never changed."""


def compared(engine: duckdb.DuckDBPyConnection, query: Query) -> Comparison:
    """Execute a query once for each perturbation of each source column, and compare.

    Raises:
        duckdb.Error: DuckDB rejects the query.
    """
    trace = trace_query(query.sql, "duckdb", SCHEMA)
    names, before = _executed(engine, query.sql)
    result = Comparison(query, columns=len(names))
    if not trace.columns_known or [column.name for column in trace.columns] != names:
        traced = [column.name for column in trace.columns]
        result.problems.append(f"columns {traced} instead of {names}: {trace.problems}")
        return result
    claimed = _claimed(trace)
    changed: list[set[str]] = [set() for _ in names]
    for source in _sources(query.sql):
        table, column = source.split(".")
        for _ in perturbed(engine, table, column):
            try:
                _, after = _executed(engine, query.sql)
            except duckdb.Error:  # such a value cannot be cast or added
                continue
            for position, values in enumerate(before):
                if values != after[position]:
                    changed[position].add(source)
    for position, name in enumerate(names):
        result.claims += len(claimed[position])
        comparable = [one for one in _sources(query.sql) if one not in query.deciding]
        result.pairs += len(comparable)
        result.problems += [
            f"{name} changes with {one}, which is not an origin: {sorted(claimed[position])}"
            for one in comparable
            if one in changed[position] and one not in claimed[position]
        ]
        result.unchanged += [f"{name}: {one}" for one in claimed[position] - changed[position]]
    return result


def _executed(engine: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns and the values of each, in the same order for the same rows.

    Rows have no order, so the values of each column are sorted.
    """
    found = engine.execute(sql)
    names = [one[0] for one in found.description or ()]
    rows = found.fetchall()
    return names, [sorted(repr(row[position]) for row in rows) for position in range(len(names))]


def _claimed(trace: Trace) -> list[set[str]]:
    return [
        {f"{relation.table}.{name}" for relation, name in column.derived_from}
        for column in trace.columns
    ]


def _sources(sql: str) -> list[str]:
    return [
        f"{table}.{column}"
        for table, columns in TABLES.items()
        if table in sql
        for column in columns
    ]
