"""Renders a model's SQL out of a dbt manifest, without dbt and without a warehouse.

Only `dbt compile` writes SQL into a manifest, `dbt parse` does not, and compiling wants a
connection. All that a model's Jinja needs is in the manifest though: its text, every macro, every
relation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from jinja2 import TemplateError

from dagster_lineage.extract.dbt.manifest import Manifest, ManifestDict
from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode, ManifestSource
from dagster_lineage.extract.dbt.rendering import context
from dagster_lineage.extract.dbt.rendering.constants import CONSTANTS
from dagster_lineage.extract.dbt.rendering.ctes import PREFIX, cte_name, with_ctes
from dagster_lineage.extract.dbt.rendering.macros import MacroMissing, Macros, Namespace, Returned
from dagster_lineage.extract.dbt.rendering.relations import ColumnMaker, Relation, RelationMaker
from dagster_lineage.extract.dbt.rendering.unknown import Doubts

BARE_CALL = re.compile(r"\s*(?:ref|source|var|env_var|doc)\s*\(.+\)\s*", re.DOTALL)
BACKTICKS = frozenset({"bigquery", "spark", "databricks", "glue", "athena", "mysql"})


@dataclass(frozen=True)
class Rendered:
    """A model's SQL."""

    sql: str = ""
    """As dbt would compile it; what could be rendered where it is not certain; empty when nothing
    could."""
    refs: tuple[str, ...] = ()
    """Unique ids of the nodes that it refers to, in order, each once; ephemeral models, and what
    they refer to, are among them."""
    sources: tuple[str, ...] = ()
    """Unique ids of the sources, likewise."""
    relations: Mapping[str, str] = field(default_factory=dict)
    """Relation text by unique id of both; ephemeral models have none."""
    certain: bool = True
    """It is what dbt compiles, but for what `assumed` names."""
    problem: str = ""
    """Why it is not certain, in a sentence; empty when it is."""
    assumed: tuple[str, ...] = ()
    """Unknown settings that have a default or a placeholder: `var start_date`, `env_var TIER`,
    `target.name`."""
    compared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By name of what is `assumed`: texts for which the SQL could differ."""
    columns_requested: bool = False
    """It uses the columns of a relation whose columns are not known."""


@dataclass(frozen=True)
class ProjectSettings:
    """The settings of a project that its manifest does not contain."""

    variables: Mapping[str, Any] | None = None
    """`vars` of `dbt_project.yml`; None when they are not known."""
    dispatch: Mapping[str, list[str]] = field(default_factory=dict)
    """Search order of packages by macro namespace, its `dispatch`."""
    target: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the target, such as `name`."""


class Renderer:
    """Renders the models of one manifest; its macros are compiled once for all of them.

    Args:
        manifest: The manifest.
        settings: Settings that it does not contain.
    """

    def __init__(self, manifest: Manifest, settings: ProjectSettings | None = None) -> None:
        self.manifest = manifest
        self.graph = ManifestDict(manifest)
        self.settings = settings or ProjectSettings()
        self.macros = Macros(manifest, self.settings.dispatch)
        self.mark = "`" if self.macros.adapter in BACKTICKS else '"'
        self.nodes = manifest.nodes
        self.sources = manifest.sources
        self._by_name: dict[str, list[str]] = {}
        for unique_id, node in self.nodes.items():
            if node.resource_type in ("model", "seed", "snapshot"):
                self._by_name.setdefault(node.name, []).append(unique_id)
        self._ephemeral: dict[str, Rendered] = {}

    def render(
        self,
        unique_id: str,
        *,
        incremental: bool = False,
        columns: Mapping[str, Mapping[str, str]] | None = None,
        instead: Mapping[str, str] | None = None,
    ) -> Rendered:
        """A model's SQL; never raises, what goes wrong is the result's `problem`.

        Args:
            unique_id: The model's id in the manifest; a snapshot or a test will do too.
            incremental: What `is_incremental()` answers. Both texts of an incremental model count
                for what it reads; only the one with False may be in the manifest already.
            columns: Type by column by relation, quoted or not, where they are known: the answer to
                `adapter.get_columns_in_relation`, as `dbt_utils.star` asks for it.
            instead: Values by name to assume instead of the defaults.
        """
        node = self.nodes.get(unique_id)
        if node is None:
            return Rendered(certain=False, problem=f"the manifest has no node {unique_id}")
        if node.language not in (None, "sql"):
            return Rendered(certain=False, problem=f"it is written in {node.language}, not SQL")
        if node.compiled_query and node.compiled and not incremental:
            return self._compiled(node)
        known = _Known(
            {Relation.of(text).plain: types for text, types in (columns or {}).items()},
            instead or {},
        )
        return _Rendering(self, unique_id, known, incremental=incremental).result()

    def _compiled(self, node: ManifestNode) -> Rendered:
        refs = [one for one in node.parents if one in self.nodes]
        sources = [one for one in node.parents if one in self.sources]
        return Rendered(
            node.compiled_query, tuple(refs), tuple(sources), self.relations([*refs, *sources])
        )

    def relations(self, unique_ids: list[str]) -> dict[str, str]:
        """Relation text by unique id, of those that have one."""
        found = {}
        for unique_id in unique_ids:
            node = self.nodes.get(unique_id) or self.sources.get(unique_id)
            if node and node.relation_name:
                found[unique_id] = node.relation_name
        return found

    def referred(self, node: ManifestNode, package: str | None, name: str, version: object) -> str:
        """The unique id of the node that a `ref` means; empty when there is none.

        What dbt found while parsing is asked first: it knows versions and the order of packages.
        """
        found = [
            one
            for one in self._by_name.get(name, ())
            if (package is None or self.nodes[one].package_name == package)
            and (version is None or self.nodes[one].version == str(version))
        ]
        upstream = set(node.parents)
        declared = [one for one in found if one in upstream] or found
        if version is None:
            latest = [
                one
                for one in declared
                if not self.nodes[one].version
                or self.nodes[one].version == self.nodes[one].latest_version
            ]
            declared = latest or declared
        for wanted in (node.package_name, self.macros.root):
            for one in declared:
                if self.nodes[one].package_name == wanted:
                    return one
        return declared[0] if declared else ""

    def source(self, node: ManifestNode, source: str, table: str) -> str:
        """The unique id of a source's table; empty when there is none."""
        for package in (node.package_name, self.macros.root):
            unique_id = f"source.{package}.{source}.{table}"
            if unique_id in self.sources:
                return unique_id
        for one in node.parents:
            if one.startswith("source.") and one.endswith(f".{source}.{table}"):
                return one
        return ""

    def ephemeral(self, unique_id: str, known: _Known) -> Rendered:
        """An ephemeral model's own SQL, with its own CTEs still outside."""
        if known != NOTHING_KNOWN:
            rendering = _Rendering(self, unique_id, known, incremental=False)
            return rendering.result(inject=False)
        found = self._ephemeral.get(unique_id)
        if found is None:
            rendering = _Rendering(self, unique_id, known, incremental=False)
            found = self._ephemeral[unique_id] = rendering.result(inject=False)
        return found


@dataclass(frozen=True)
class _Known:
    """What one rendering knows in addition to the manifest: columns by relation, and guesses."""

    columns: Mapping[str, Mapping[str, str]]
    instead: Mapping[str, str]


NOTHING_KNOWN = _Known({}, {})


class _Rendering:
    """One model, rendered once."""

    def __init__(
        self,
        renderer: Renderer,
        unique_id: str,
        known: _Known,
        *,
        incremental: bool,
    ) -> None:
        self.renderer = renderer
        self.unique_id = unique_id
        self.node = node = renderer.nodes[unique_id]
        self.known = known
        self.doubts = Doubts()
        self.refs: dict[str, None] = {}
        self.sources: dict[str, None] = {}
        self.problem = ""
        package = node.package_name or renderer.macros.root
        self.namespace = Namespace(renderer.macros, package, self._fixed(incremental=incremental))
        self.namespace.context = self._context(package)

    def result(self, *, inject: bool = True) -> Rendered:
        """Return the SQL and the problems."""
        sql = self._text()
        if inject and sql:
            sql = with_ctes(sql, self._ctes())
        if self.doubts.asked:
            asked = ", ".join(self.doubts.asked)
            self.problem = f"its SQL depends on what the warehouse answers: {asked}"
        refs, sources = list(self.refs), list(self.sources)
        return Rendered(
            sql,
            tuple(refs),
            tuple(sources),
            self.renderer.relations([*refs, *sources]),
            certain=not self.problem,
            problem=self.problem,
            assumed=tuple(self.doubts.assumed),
            compared={name: tuple(texts) for name, texts in self.doubts.compared.items()},
            columns_requested=self.doubts.columns_requested,
        )

    def _text(self) -> str:
        try:
            metadata = self.node.test_metadata
            if metadata and metadata.kwargs:
                self.namespace.add("_dbt_generic_test_kwargs", self._arguments(metadata.kwargs))
            return self._render(self.node.code)
        except Returned:
            self.problem = "it returns a value outside of a macro"
        except (TemplateError, MacroMissing, context.CompilerError) as error:
            self.problem = f"its Jinja cannot be rendered: {_sentence(error)}"
        except RecursionError:
            self.problem = "its macros call each other without end"
        except Exception as error:  # noqa: BLE001 - a foreign macro may raise whatever it likes
            self.problem = f"its Jinja fails: {type(error).__name__}: {_sentence(error)}"
        return ""

    def _arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of a generic test: those that are Jinja, such as its model, are rendered.

        So is a bare call, as `to: ref('orders')` is written.
        """
        rendered: dict[str, Any] = {}
        for name, value in given.items():
            jinja = value
            if isinstance(value, str) and BARE_CALL.fullmatch(value):
                jinja = f"{{{{ {value} }}}}"
            rendered[name] = self._render(jinja) if "{{" in str(jinja) else value
        return rendered

    def _ctes(self) -> dict[str, str]:
        """Texts of the ephemeral models behind the refs, each after those that it refers to."""
        ctes: dict[str, str] = {}
        waiting: set[str] = set()

        def add(unique_id: str) -> None:
            node = self.renderer.nodes.get(unique_id)
            if node is None or not node.is_ephemeral or unique_id in waiting:
                return
            waiting.add(unique_id)
            inner = self.renderer.ephemeral(unique_id, self.known)
            self.sources.update(dict.fromkeys(inner.sources))
            self.doubts.assumed.update(dict.fromkeys(inner.assumed))
            self.doubts.columns_requested |= inner.columns_requested
            for name, texts in inner.compared.items():
                self.doubts.compared.setdefault(name, {}).update(dict.fromkeys(texts))
            self.problem = self.problem or inner.problem
            for one in inner.refs:
                self.refs.setdefault(one)
                add(one)
            ctes[cte_name(node.name)] = inner.sql

        for one in list(self.refs):
            add(one)
        return ctes

    def _ref(self, *names: str, version: object = None, v: object = None) -> Relation:
        package, name = (None, names[0]) if len(names) == 1 else (names[0], names[1])
        version = version if version is not None else v
        unique_id = self.renderer.referred(self.node, package, name, version)
        if not unique_id:
            raise context.CompilerError(f"it refers to {'.'.join(names)}, which does not exist")
        self.refs[unique_id] = None
        node = self.renderer.nodes[unique_id]
        if node.is_ephemeral:
            return Relation("", "", cte_name(name), "", "ephemeral", cte_name(node.name))
        return _relation(node)

    def _source(self, source: str, table: str) -> Relation:
        unique_id = self.renderer.source(self.node, source, table)
        if not unique_id:
            raise context.CompilerError(f"it reads source {source}.{table}, which does not exist")
        self.sources[unique_id] = None
        return _relation(self.renderer.sources[unique_id])

    def _function(self, *names: str) -> Relation:
        for function in self.renderer.manifest.functions.values():
            if function.name == names[-1]:
                return _relation(function)
        raise context.CompilerError(f"it calls function {'.'.join(names)}, which does not exist")

    def _fixed(self, *, incremental: bool) -> dict[str, Any]:
        """What no macro may answer.

        The caller says whether the run is incremental, and the warehouse is not queried.
        """

        def is_incremental() -> bool:
            return incremental

        def statement(*_args: object, **_kwargs: object) -> str:
            return str(self.doubts.ask("a query"))

        def get_intervals_between(*_args: object, **_kwargs: object) -> int:
            # dbt asks the warehouse how long a date spine is; its columns do not depend on it.
            self.doubts.assumed["length of a date spine"] = None
            return 2

        return {
            "get_intervals_between": get_intervals_between,
            "is_incremental": is_incremental,
            "run_query": self.doubts.asker("a query"),
            "statement": statement,
            "load_result": self.doubts.asker("a query"),
            "load_relation": self.doubts.asker("whether a relation exists"),
        }

    def _context(self, package: str) -> dict[str, Any]:
        renderer, node, instead = self.renderer, self.node, self.known.instead
        metadata = renderer.manifest.metadata
        model = renderer.manifest.as_dbt_passes_it(self.unique_id)
        config = model.get("config")
        schema, database = node.schema or "", node.database or ""
        settings = renderer.settings
        variables = context.Variables(
            settings.variables, package, renderer.macros.root, self.doubts
        )
        builtins = {
            "ref": self._ref,
            "source": self._source,
            "config": context.Config(config if isinstance(config, dict) else {}),
            "var": variables,
            "env_var": context.environment_variable(self.doubts, instead),
        }
        guessed = {
            "name": "",
            "schema": schema,
            "dataset": schema,
            "database": database,
            "project": database,
            "profile_name": renderer.macros.root,
            "threads": 1,
        }
        known = {"type": renderer.macros.adapter, **settings.target}
        return {
            **renderer.macros.environment.globals,
            **CONSTANTS,
            **builtins,
            "builtins": builtins,
            "function": self._function,
            "metric": self.doubts.asker("a metric"),
            "adapter": context.Adapter(
                renderer.macros,
                lambda: self.namespace,
                renderer.mark,
                self.known.columns,
                self.doubts,
            ),
            "api": {
                "Relation": RelationMaker(renderer.mark),
                "Column": ColumnMaker(renderer.macros.adapter, renderer.mark),
            },
            "this": _relation(node),
            "model": model,
            "schema": schema,
            "database": database,
            "graph": renderer.graph,
            "target": context.Target(known, guessed, instead, self.doubts),
            "env": context.Target(known, guessed, instead, self.doubts),
            "context": MappingProxyType(self.namespace),
            "render": self._render,
            "project_name": renderer.macros.root,
            "dbt_version": metadata.dbt_version,
            "invocation_id": metadata.invocation_id or "",
            "run_started_at": _moment(metadata.generated_at),
            "submit_python_job": self.doubts.asker("a Python job"),
            "load_agate_table": self.doubts.asker("a seed's rows"),
        }

    def _render(self, text: str) -> str:
        template = self.renderer.macros.environment.from_string(text)
        producer = template.new_context(self.namespace, shared=True)  # type: ignore[arg-type]
        return "".join(template.root_render_func(producer))


def _relation(node: ManifestNode | ManifestSource) -> Relation:
    materialized = node.config.materialized or ""
    if node.relation_name:
        return Relation.of(node.relation_name, materialized)
    name = node.alias if isinstance(node, ManifestNode) else None
    return Relation(node.database or "", node.schema or "", name or node.name, type=materialized)


def _moment(written: str | None) -> dt.datetime:
    """When the manifest was written: a run's own time would make each rendering another text."""
    try:
        return dt.datetime.fromisoformat(written or "")
    except ValueError:
        return dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def _sentence(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


__all__ = ["PREFIX", "ProjectSettings", "Rendered", "Renderer"]
