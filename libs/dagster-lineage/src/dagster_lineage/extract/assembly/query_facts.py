"""The facts of a model's SQL: its columns, their origins and the columns read of each table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dagster_lineage.extract.assembly.known_tables import (
    KnownTables,
    ReadTable,
    naming,
    relation_named,
    without_comments,
)
from dagster_lineage.extract.assembly.trace_cache import QueryFacts, RenderedNode
from dagster_lineage.extract.sql import RelationName, Schema, Table, trace_query
from dagster_lineage.model import Column, column_of

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.trace import Trace

UNKNOWN_TYPE = "unknown_type"
"""Type in casts to the type of a column whose type is unknown."""

ONLY_THE_LAST = "only the last query is read"
"""Part of the message of `sql.trace` about several statements."""

_CALL = re.compile(r"\{[{%][^}]*\w\s*\(")
"""A call in Jinja, which may be or contain a `ref`."""


def facts_of_queries(
    rendered: RenderedNode,
    key: str,
    dialect: str,
    tables: Sequence[ReadTable],
    known: KnownTables,
) -> QueryFacts:
    """Read the queries of an asset.

    Args:
        rendered: Rendered SQL of the asset.
        key: Key of the asset.
        dialect: dbt's adapter type.
        tables: Tables that it reads by `ref` and `source`.
        known: Tables of all assets, for those that it names directly.
    """
    uncertain = rendered.problem or rendered.incremental_problem
    problems = [uncertain] if uncertain else []
    if not rendered.queries:
        return QueryFacts(problems=tuple(problems), empty=True)
    keys: dict[str, ReadTable] = {}
    by_name: dict[str, Table] = {}
    # Several tables may have one key, and one table several.
    for table in tables:
        if table.relation:
            relation = relation_named(table.relation)
            keys.setdefault(str(relation).casefold(), table)
            by_name.setdefault(
                str(relation).casefold(), Table(relation, table.columns, table.complete)
            )
    schema = Schema(by_name.values())
    traces = [trace_query(query, dialect, schema) for query in rendered.queries]
    named: dict[str, tuple[str, str, tuple[str, ...]]] = {}

    def table_of(relation: RelationName) -> ReadTable:
        text = str(relation)
        found = keys.get(text.casefold())
        if found is None:
            itself = known.key_of(text)
            found = ReadTable(itself, itself)
            named[text] = (text, itself, known.column_names(itself))
        return found

    reads: dict[str, set[str] | None] = {}
    for trace in traces:
        for relation, columns in trace.reads.items():
            read = table_of(relation).key
            if not read or read == key:
                continue
            before = reads.get(read, set())
            reads[read] = None if columns is None or before is None else before | {*columns}
    builds = traces[: rendered.full_builds]
    problems += dict.fromkeys(text for trace in traces for text in trace.problems)
    alike = all(_names(trace) == _names(builds[0]) for trace in builds)
    if not alike:
        problems.append(f"its columns depend on {', '.join(rendered.differ_by)}")
    whole_list = alike and all(trace.columns_known for trace in builds)
    return QueryFacts(
        columns=_given(builds, lambda relation: table_of(relation).producer_key, known),
        columns_known=whole_list and not rendered.problem,
        reads={
            read: None
            if columns is None
            else tuple(sorted({known.spell(read, name) for name in columns}))
            for read, columns in reads.items()
        },
        whole=not uncertain and all(map(_is_whole, traces)),
        idle=tuple(
            table.key
            for table in tables
            if table.relation and table.key not in reads and _is_idle(table.relation, rendered)
        ),
        named=tuple(named.values()),
        problems=tuple(problems),
    )


def _given(
    builds: Iterable[Trace], producer_key: Callable[[RelationName], str], known: KnownTables
) -> dict[str, Column]:
    """Return the columns of full builds; a type that differs between them is unknown."""
    given: dict[str, Column] = {}
    for trace in builds:
        for column in trace.columns:
            producers = [
                (producer_key(relation), relation, name) for relation, name in column.derived_from
            ]
            origins = sorted(
                column_of(producer, known.spell(producer, name))
                for producer, _, name in producers
                if producer
            )
            outside = [
                f"a table is not an asset: {relation}"
                for producer, relation, _ in producers
                if not producer
            ]
            one = Column(
                type="" if UNKNOWN_TYPE in column.type else column.type,
                derived_from=tuple(origins),
                copy=column.copy and bool(origins),
                constant=not column.derived_from and not column.unknown,
                unknown=column.unknown or next(iter(outside), ""),
            )
            before = given.get(column.name)
            given[column.name] = one if before is None else _of_either(before, one)
    return given


def _names(trace: Trace) -> set[str]:
    return {column.name.casefold() for column in trace.columns}


def _of_either(one: Column, other: Column) -> Column:
    """Return the facts on which two builds of a column agree."""
    same = one.derived_from == other.derived_from
    return replace(
        one,
        type=one.type if one.type == other.type else "",
        derived_from=one.derived_from
        if same
        else tuple(sorted({*one.derived_from, *other.derived_from})),
        copy=one.copy and other.copy and same,
        constant=one.constant and other.constant,
        unknown=one.unknown or other.unknown,
    )


def all_columns(tables: Iterable[ReadTable]) -> dict[str, dict[str, str]]:
    """Return the types of the columns, by relation and column, of completely known tables."""
    return {
        table.relation.casefold(): {
            name: type_ or UNKNOWN_TYPE for name, type_ in table.columns.items()
        }
        for table in tables
        if table.relation and table.complete
    }


def _is_whole(trace: Trace) -> bool:
    """Return whether all tables that the query reads are known."""
    return not trace.problems or (
        bool(trace.reads) and not any(ONLY_THE_LAST in problem for problem in trace.problems)
    )


def _is_idle(relation: str, rendered: RenderedNode) -> bool:
    """Return whether a table is named only in comments of the SQL, or for unused variables.

    A table that is not in the SQL, although `ref` or `source` was called, was used by Jinja that
    left no trace: a branch for another target, a hook, a header. A function may read a name in a
    string: `dictGet('db.rates', …)`.
    """
    named = naming(part for part in relation_named(relation) if part)
    return (
        not _CALL.search(rendered.hooks)
        and not named.search(rendered.hooks)
        and not any(named.search(without_comments(query)) for query in rendered.queries)
        and (
            any(named.search(query) for query in rendered.queries)
            or relation_named(relation) in map(relation_named, rendered.only_set)
        )
    )
