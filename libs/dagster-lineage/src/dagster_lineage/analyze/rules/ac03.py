"""AC03: a project reads a view in the database file of another project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reliance.access import (
    ReadByOthers,
    is_hidden,
    public_models,
    read_by_others,
)
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.model.findings import Finding

FILE_ENGINES = ("duckdb", "sqlite")
"""Engines in which each database is a file; a reader attaches the files that it needs."""
VIEWS = ("view", "ephemeral")


class CrossProjectView(GraphRule):
    """A project reads a view, or an ephemeral model, in the database file of another project.

    A view is a query that runs in the reader's process. In DuckDB it stores the names of the tables
    that it reads, including those of databases: a view over a third file fails with `schema does
    not exist` in each reader that has not attached that file under the same name. That is an error.
    A view over tables of the same file is a warning: each reader computes it again, over tables
    that have no contract. An ephemeral model does not exist in the database. Engines with one
    catalog for all projects can share views.

    **Anti-pattern**

        -- projects/jaffle_dbt/models/orders.sql, read by marts_dbt
        {{ config(materialized='view', access='public') }}
        select * from {{ source('shop_public', 'orders') }}    -- a table in ingestion's file

    **Best practice**

    Materialize a public model as a table.

        {{ config(materialized='table', access='public') }}
        select * from {{ source('shop_public', 'orders') }}
    """

    code: ClassVar[str] = "AC03"
    name: ClassVar[str] = "cross-project-view"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per view, at its definition."""
        for read in read_by_others(graph, lambda asset: asset.materialized in VIEWS):
            asset = read.producer.asset
            if _reported_as_not_public(read):
                continue
            if asset.materialized == "ephemeral":
                what = "an ephemeral model, which does not exist in the database"
                yield self._of(read, what, error=True)
            elif read.producer.where.interface.dialect in FILE_ENGINES and _other_file(read):
                other = _read_of_other_file(graph, read.producer, set())
                over = (
                    f"over `{other}` of another file" if other else "over tables of the same file"
                )
                yield self._of(read, f"a view {over}", error=bool(other))

    def _of(self, read: ReadByOthers, what: str, *, error: bool) -> Finding:
        edges = read.references[0].edges
        return self.at_asset(
            read.producer,
            f"`{read.producer.asset.key}` is {what}, and is read by {', '.join(read.projects)}.",
            fix="Materialize it as a table.",
            level="error" if error else "warning",
            other=LocatedAsset(read.references[0].where, edges[0].reader) if edges else None,
        )


def _reported_as_not_public(read: ReadByOthers) -> bool:
    # AC01 already asks the readers to read another asset.
    return is_hidden(read.producer.asset) and bool(public_models(read.producer.where))


def _other_file(read: ReadByOthers) -> bool:
    """Return whether a reader writes to another database than the view's, or to an unknown one."""
    database = _database(read.producer.asset.relation)
    databases = {
        _database(edge.reader.relation) for reference in read.references for edge in reference.edges
    }
    return not database or databases != {database}


def _database(relation: str) -> str:
    return relation.partition(".")[0].casefold() if relation.count(".") > 1 else ""


def _read_of_other_file(graph: LineageGraph, view: LocatedAsset, seen: set[str]) -> str:
    """Return the first key in another file that a view reads, directly or through other views."""
    for read in view.asset.reads:
        producer = graph.producers.get(read.key) or graph.declared.get(read.key)
        if not producer or read.key in seen:
            continue
        seen.add(read.key)
        if producer[0].where.project != view.where.project:
            if _database(producer[0].asset.relation) != _database(
                view.asset.relation
            ) or not _database(view.asset.relation):
                return read.key
        elif producer[0].asset.materialized in VIEWS:
            found = _read_of_other_file(graph, producer[0], seen)
            if found:
                return found
    return ""
