"""AC03: a view of another project's database file is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.reliance.access import (
    ReadByOthers,
    is_hidden,
    public_models,
    read_by_others,
)
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.model.findings import Finding

FILE_ENGINES = ("duckdb", "sqlite")
"""Engines of which each database is a file: a reader has those that it attached."""
VIEWS = ("view", "ephemeral")


class ReadsViewOfAnotherProject(Rule):
    """A project reads a view, or an ephemeral model, out of another project's database file.

    A view is a query that runs in its reader's process. In DuckDB it stores the names of what it
    reads, databases included: over a third file it fails with `schema does not exist` in each
    reader that has not attached that file under the same name. That is an error; a view over its
    own file alone is a warning: each reader computes it again, over tables that nobody promised. An
    ephemeral model is no table at all. Engines with one catalog for all may share views.

    **Anti-pattern**

        -- projects/jaffle_dbt/models/orders.sql, read by marts_dbt
        {{ config(materialized='view', access='public') }}
        select * from {{ source('shop_public', 'orders') }}    -- a table in ingestion's file

    **Best practice**

        {{ config(materialized='table', access='public') }}
        select * from {{ source('shop_public', 'orders') }}
    """

    code: ClassVar[str] = "AC03"
    name: ClassVar[str] = "reads-a-view-of-another-project"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per view, at its definition."""
        for read in read_by_others(graph, lambda asset: asset.materialized in VIEWS):
            asset = read.producer.asset
            if _told_by_access(read):
                continue
            if asset.materialized == "ephemeral":
                yield self._at(read, "an ephemeral model, which is no table", error=True)
            elif read.producer.where.interface.dialect in FILE_ENGINES and _other_file(read):
                third = _foreign_read(graph, read.producer, set())
                over = f"over `{third}` of another file" if third else "over tables of its own file"
                yield self._at(read, f"a view {over}", error=bool(third))

    def _at(self, read: ReadByOthers, what: str, *, error: bool) -> Finding:
        readers = read.projects
        return self.at_asset(
            read.producer,
            f"`{read.producer.asset.key}` is {what}, and is read by {', '.join(readers)}.",
            fix="Materialize it as a table.",
            level="error" if error else "warning",
            other=LocatedAsset(read.references[0].where, read.references[0].edges[0].reader)
            if read.references[0].edges
            else None,
        )


def _told_by_access(read: ReadByOthers) -> bool:
    # AC01 tells its readers to read something else.
    return is_hidden(read.producer.asset) and bool(public_models(read.producer.where))


def _other_file(read: ReadByOthers) -> bool:
    """Some reader writes another database than the view lies in, or that is not known."""
    database = _database(read.producer.asset.relation)
    databases = {
        _database(edge.reader.relation) for reference in read.references for edge in reference.edges
    }
    return not database or databases != {database}


def _database(relation: str) -> str:
    return relation.partition(".")[0].casefold() if relation.count(".") > 1 else ""


def _foreign_read(graph: LineageGraph, view: LocatedAsset, seen: set[str]) -> str:
    """The first key in another file that a view reads, itself or through views of its project."""
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
            found = _foreign_read(graph, producer[0], seen)
            if found:
                return found
    return ""
