"""Tables of dbt projects, built in DuckDB from their manifests without dbt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import yaml

from dagster_lineage.extract.dbt import Manifest, decode_manifest
from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode
from dagster_lineage.extract.dbt.rendering.renderer import ProjectSettings, Renderer


class BuildFailed(Exception):
    """A model cannot be rendered or run, or breaks its contract."""


@dataclass(frozen=True)
class Rows:
    """A table: columns with types in order, and the number of each row.

    Two tables are equal if `except all` returns nothing both ways.
    """

    columns: tuple[tuple[str, str], ...]
    rows: Counter[tuple[object, ...]]


@dataclass(frozen=True)
class Query:
    """The query of a table."""

    sql: str
    """The query."""
    reads: frozenset[str]
    """Relations."""
    contracted: Mapping[str, str]
    """Type by column where a contract is enforced, in the contract's order."""


@dataclass(frozen=True)
class DbtProject:
    """A parsed dbt project."""

    folder: Path
    """Its folder, named as the project and as its database."""
    manifest: Manifest
    """As dbt wrote it."""

    @property
    def name(self) -> str:
        """Name of the project and of its database."""
        return self.folder.name

    def tables(self, *, public: bool = False) -> dict[str, ManifestNode]:
        """Return the nodes with a table by relation: seeds and models, or the public models."""
        return {
            node.relation_name or "": node
            for node in self.manifest.nodes.values()
            if node.resource_type in ("model", "seed")
            and not node.is_ephemeral
            and (not public or node.access == "public")
        }

    @cached_property
    def queries(self) -> dict[str, Query]:
        """Return the query of each table, by relation.

        Raises:
            BuildFailed: a model cannot be rendered.
        """
        described = yaml.safe_load((self.folder / "dbt_project.yml").read_bytes())
        settings = ProjectSettings(variables=described.get("vars") or {})
        renderer = Renderer(self.manifest, settings)
        found = {}
        for relation, node in self.tables().items():
            if node.resource_type == "seed":
                found[relation] = Query(_seed(self, node), frozenset(), {})
                continue
            rendered = renderer.render(node.unique_id)
            if not rendered.certain:
                raise BuildFailed(f"{node.unique_id}: {rendered.problem}")
            columns = node.columns.items() if node.contract_is_enforced else ()
            contracted = {name: column.data_type or "" for name, column in columns}
            reads = frozenset(rendered.relations.values())
            found[relation] = Query(rendered.sql, reads, contracted)
        return found


def read_project(folder: Path) -> DbtProject:
    """Return a project with the manifest of its target folder."""
    return DbtProject(folder, decode_manifest((folder / "target" / "manifest.json").read_bytes()))


class Warehouse:
    """A database for each project, all attached to one connection.

    Args:
        files: Database file by project; other projects have a database in memory.
        projects: Names of the projects.
        read_only: Whether the files are only read.
    """

    def __init__(
        self, projects: Iterable[str], files: Mapping[str, Path], *, read_only: bool = True
    ) -> None:
        self._connection = duckdb.connect(config={"threads": 1})
        # Planning a query takes longer than scanning twenty rows.
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
        """Build the tables of these projects in dependency order.

        Every materialization becomes a table, incremental ones as in a full refresh; ephemeral
        models become CTEs, as in dbt.

        Raises:
            BuildFailed: a table cannot be built.
        """
        queries: dict[str, Query] = {}
        for project in projects:
            queries |= project.queries
        for schema in sorted({relation.rpartition(".")[0] for relation in queries}):
            self._connection.execute(f"create schema if not exists {schema}")
        needed = {relation: query.reads & queries.keys() for relation, query in queries.items()}
        for relation in TopologicalSorter(needed).static_order():
            try:
                sql = self._under_contract(queries[relation], relation)
                self._connection.execute(f"create table {relation} as {sql}")
            except duckdb.Error as error:
                raise BuildFailed(f"{relation}: {error}") from error

    def rows(self, relation: str) -> Rows:
        """Return the content of a table."""
        found = self._connection.execute(f"select * from {relation}")
        columns = tuple((one[0], str(one[1])) for one in found.description)
        return Rows(columns, Counter(found.fetchall()))

    def _under_contract(self, query: Query, relation: str) -> str:
        """The query; with an enforced contract, checked, and its columns in the contract's order.

        dbt does both: https://docs.getdbt.com/reference/resource-configs/contract
        """
        if not query.contracted:
            return query.sql
        described = self._connection.execute(f"describe {query.sql}").fetchall()
        found = {name.casefold(): type_ for name, type_, *_ in described}
        contracted = {name.casefold(): _in_duckdb(one) for name, one in query.contracted.items()}
        if found != contracted:
            raise BuildFailed(f"{relation} has {found}, its contract has {contracted}")
        columns = ", ".join('"' + name.replace('"', '""') + '"' for name in query.contracted)
        return f"select {columns} from (\n{query.sql}\n) as contracted"


@cache
def _in_duckdb(type_: str) -> str:
    """Return the DuckDB name of a type."""
    return str(duckdb.sql(f"select cast(null as {type_})").types[0])


def _seed(project: DbtProject, node: ManifestNode) -> str:
    types = node.config.column_types or {}
    listed = ", ".join(f"{_text(name)}: {_text(type_)}" for name, type_ in types.items())
    file = _text(str(project.folder / node.original_file_path))
    return (
        f"select * from read_csv({file}, header = true, types = {{{listed}}})"
        if types
        else (f"select * from read_csv({file}, header = true)")
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
