"""Tables of dbt projects, built in DuckDB from their manifests without dbt."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from dagster_lineage.dbt.rendering import ProjectSettings, Renderer


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
        nodes: dict[str, tuple[DbtProject, Renderer, Mapping[str, Any]]] = {}
        for project in projects:
            renderer = Renderer(project.manifest, ProjectSettings(variables={}))
            for relation, node in project.tables().items():
                nodes[relation] = (project, renderer, node)
        texts: dict[str, str] = {}
        needed: dict[str, set[str]] = {}
        for relation, (project, renderer, node) in nodes.items():
            if node["resource_type"] == "seed":
                texts[relation], needed[relation] = _seed(project, node), set()
                continue
            rendered = renderer.render(node["unique_id"])
            if not rendered.certain:
                raise BuildFailed(f"{node['unique_id']}: {rendered.problem}")
            texts[relation] = rendered.sql
            needed[relation] = {one for one in rendered.relations.values() if one in nodes}
        schemas = {relation.rpartition(".")[0] for relation in nodes}
        for schema in sorted(schemas):
            self._connection.execute(f"create schema if not exists {schema}")
        for relation in TopologicalSorter(needed).static_order():
            try:
                query = self._as_promised(texts[relation], nodes[relation][2])
                self._connection.execute(f"create table {relation} as {query}")
            except duckdb.Error as error:
                raise BuildFailed(f"{relation}: {error}") from error

    def has(self, relation: str) -> bool:
        """Whether there is such a table."""
        try:
            self._connection.execute(f"describe {relation}")
        except duckdb.CatalogException:
            return False
        return True

    def rows(self, relation: str) -> Rows:
        """Everything in a table."""
        found = self._connection.execute(f"select * from {relation}")
        columns = tuple((one[0], str(one[1])) for one in found.description)
        return Rows(columns, Counter(found.fetchall()))

    def _as_promised(self, query: str, node: Mapping[str, Any]) -> str:
        """The query; with an enforced contract, checked, and its columns in the contract's order.

        dbt does both: https://docs.getdbt.com/reference/resource-configs/contract
        """
        if not node["config"].get("contract", {}).get("enforced"):
            return query
        described = self._connection.execute(f"describe {query}").fetchall()
        found = {name: type_ for name, type_, *_ in described}
        names = [column["name"] for column in node["columns"].values()]
        casts = ", ".join(
            f"cast(null as {column['data_type']})" for column in node["columns"].values()
        )
        wanted = self._connection.execute(f"describe select {casts}").fetchall()
        promised = {name: one[1] for name, one in zip(names, wanted, strict=True)}
        if {name.casefold(): one for name, one in found.items()} != {
            name.casefold(): one for name, one in promised.items()
        }:
            raise BuildFailed(f"{node['unique_id']} makes {found}, its contract says {promised}")
        columns = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
        return f"select {columns} from (\n{query}\n) as contracted"


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
