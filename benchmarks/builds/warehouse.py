"""Tables of dbt projects, built in DuckDB from their manifests without dbt."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from dagster_lineage.extract.dbt.rendering.renderer import ProjectSettings, Renderer


class BuildFailed(Exception):
    """A model cannot be rendered or run, or breaks its contract: CI would stop the edit itself."""


@dataclass(frozen=True)
class Rows:
    """A table: columns with types, in order, and how often each row is there.

    Two of them are equal if, and only if, `except all` finds nothing either way.
    """

    columns: tuple[tuple[str, str], ...]
    rows: Counter[tuple[object, ...]]


@dataclass(frozen=True)
class Query:
    """How a table is made.

    Attributes:
        sql: The query.
        reads: Relations.
        promised: Type by column where a contract is enforced, in the contract's order.
    """

    sql: str
    reads: frozenset[str]
    promised: Mapping[str, str]


@dataclass(frozen=True)
class DbtProject:
    """A parsed dbt project.

    Attributes:
        folder: Its folder, named as the project and as its database.
        manifest: As dbt wrote it.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name, and its database's."""
        return self.folder.name

    def tables(self, *, public: bool = False) -> dict[str, Mapping[str, Any]]:
        """Nodes that become a table, by relation: seeds and models, or the public models."""
        return {
            node["relation_name"]: node
            for node in self.manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed")
            and node["config"]["materialized"] != "ephemeral"
            and (not public or node.get("access") == "public")
        }

    @cached_property
    def queries(self) -> dict[str, Query]:
        """How each table is made, by relation.

        Raises:
            BuildFailed: a model cannot be rendered.
        """
        renderer = Renderer(self.manifest, ProjectSettings(variables={}))
        found = {}
        for relation, node in self.tables().items():
            if node["resource_type"] == "seed":
                found[relation] = Query(_seed(self, node), frozenset(), {})
                continue
            rendered = renderer.render(node["unique_id"])
            if not rendered.certain:
                raise BuildFailed(f"{node['unique_id']}: {rendered.problem}")
            enforced = node["config"].get("contract", {}).get("enforced")
            columns = node["columns"].values() if enforced else ()
            promised = {column["name"]: column["data_type"] for column in columns}
            reads = frozenset(rendered.relations.values())
            found[relation] = Query(rendered.sql, reads, promised)
        return found


def read_project(folder: Path) -> DbtProject:
    """A project with the manifest in its target folder."""
    return DbtProject(folder, json.loads((folder / "target" / "manifest.json").read_bytes()))


class Warehouse:
    """A database for each project, all attached to one connection.

    Args:
        files: Database file by project; a project that is not named has its database in memory.
        projects: Names of the projects.
        read_only: The files are only read.
    """

    def __init__(
        self, projects: Iterable[str], files: Mapping[str, Path], *, read_only: bool = True
    ) -> None:
        self._connection = duckdb.connect(config={"threads": 1})
        # Planning takes longer than a table of twenty rows.
        self._connection.execute("pragma disable_optimizer")
        for name in projects:
            file = files.get(name)
            mode = " (read_only)" if file and read_only else ""
            self._connection.execute(f"attach {_text(str(file or ':memory:'))} as {name}{mode}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def build(self, projects: Iterable[DbtProject]) -> None:
        """Make every table of these projects, each after those that it reads.

        Every materialization becomes a table, an incremental one as in a full refresh; ephemeral
        models become CTEs, as dbt makes them.

        Raises:
            BuildFailed: a table cannot be made.
        """
        queries: dict[str, Query] = {}
        for project in projects:
            queries |= project.queries
        for schema in sorted({relation.rpartition(".")[0] for relation in queries}):
            self._connection.execute(f"create schema if not exists {schema}")
        needed = {relation: query.reads & queries.keys() for relation, query in queries.items()}
        for relation in TopologicalSorter(needed).static_order():
            try:
                sql = self._as_promised(queries[relation], relation)
                self._connection.execute(f"create table {relation} as {sql}")
            except duckdb.Error as error:
                raise BuildFailed(f"{relation}: {error}") from error

    def rows(self, relation: str) -> Rows:
        """Everything in a table."""
        found = self._connection.execute(f"select * from {relation}")
        columns = tuple((one[0], str(one[1])) for one in found.description)
        return Rows(columns, Counter(found.fetchall()))

    def _as_promised(self, query: Query, relation: str) -> str:
        """The query; with an enforced contract, checked, and its columns in the contract's order.

        dbt does both: https://docs.getdbt.com/reference/resource-configs/contract
        """
        if not query.promised:
            return query.sql
        described = self._connection.execute(f"describe {query.sql}").fetchall()
        found = {name.casefold(): type_ for name, type_, *_ in described}
        promised = {name.casefold(): _in_duckdb(one) for name, one in query.promised.items()}
        if found != promised:
            raise BuildFailed(f"{relation} has {found}, its contract says {promised}")
        columns = ", ".join('"' + name.replace('"', '""') + '"' for name in query.promised)
        return f"select {columns} from (\n{query.sql}\n) as contracted"


@cache
def _in_duckdb(type_: str) -> str:
    """A type as DuckDB spells it."""
    return str(duckdb.sql(f"select cast(null as {type_})").types[0])


def _seed(project: DbtProject, node: Mapping[str, Any]) -> str:
    types = node["config"].get("column_types") or {}
    listed = ", ".join(f"{_text(name)}: {_text(type_)}" for name, type_ in types.items())
    file = _text(str(project.folder / node["original_file_path"]))
    return (
        f"select * from read_csv({file}, header = true, types = {{{listed}}})"
        if types
        else (f"select * from read_csv({file}, header = true)")
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
