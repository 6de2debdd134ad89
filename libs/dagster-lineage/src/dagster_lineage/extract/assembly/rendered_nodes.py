"""The SQL of a manifest's nodes, rendered once and cached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import yaml

from dagster_lineage.extract.assembly.trace_cache import RenderedNode, TraceCache, digest_of
from dagster_lineage.extract.dbt.calls import is_only_set
from dagster_lineage.extract.dbt.manifest import Manifest
from dagster_lineage.extract.dbt.manifest_nodes import Hook, ManifestNode, NodeConfig

Columns = Mapping[str, Mapping[str, str]]

MOST_GUESSES = 4
"""Maximum number of values of an unknown setting for which a node is rendered."""

_SETS = re.compile(r"\{%[-+]?\s*set\b")


class RenderedNodes:
    """Rendered SQL of the nodes of one manifest.

    Args:
        manifest: The manifest.
        project_dir: Folder of the dbt project with its variables; None for a bare manifest.
        cache: Cache of rendered SQL.
    """

    def __init__(self, manifest: Manifest, project_dir: Path | None, cache: TraceCache) -> None:
        self._manifest = manifest
        self._settings = _project_settings(project_dir)
        self._cache = cache

    def __call__(self, unique_id: str, columns: Columns) -> RenderedNode:
        """Return the queries of a node.

        Args:
            unique_id: Id of the node.
            columns: Types by relation and column of completely known tables, for Jinja that uses
                them.
        """
        digest = self.digest(unique_id)
        node = self._cache.rendered(digest, lambda: self._render(unique_id, {}))
        if node.columns_requested and columns:
            return self._cache.rendered(
                digest_of((digest, columns)), lambda: self._render(unique_id, columns)
            )
        return node

    def _render(self, unique_id: str, columns: Columns) -> RenderedNode:
        try:
            return self._rendered(unique_id, columns)
        except RecursionError:
            return RenderedNode((), "its ephemeral models are nested too deeply to be rendered")

    def _rendered(self, unique_id: str, columns: Columns) -> RenderedNode:
        render = partial(self._renderer.render, unique_id, columns=columns)
        full = render()
        others = [
            (name, render(instead={name: text}))
            for name, texts in full.compared.items()
            for text in texts[:MOST_GUESSES]
        ]
        differing = [(name, one) for name, one in others if one.sql != full.sql]
        builds = [full, *(one for _, one in differing)]
        node = self._manifest.nodes[unique_id]
        may_add = node.config.materialized == "incremental" or "is_incremental" in node.code
        added = [render(incremental=True)] if may_add else []
        rendered = [*builds, *added]
        queries = tuple(dict.fromkeys(one.sql for one in rendered if one.sql.strip()))
        return RenderedNode(
            queries if full.sql.strip() else (),
            problem=next((one.problem for one in builds if one.problem), ""),
            hooks="\n".join(_hooks(node.config)),
            full_builds=len({one.sql for one in builds if one.sql.strip()}),
            differ_by=tuple(dict.fromkeys(name for name, _ in differing)),
            columns_requested=any(one.columns_requested for one in rendered),
            only_set=tuple(self._only_set(node)),
            incremental_problem=next((one.problem for one in added if one.problem), ""),
        )

    def _only_set(self, node: ManifestNode) -> Iterable[str]:
        for one in node.parents if _SETS.search(node.code) else ():
            target = self._manifest.nodes.get(one) or self._manifest.sources.get(one)
            if target and is_only_set(target, node.code):
                yield target.relation_name or ""

    @cached_property
    def _renderer(self) -> Any:
        # Jinja is imported and macros are compiled only if something has changed.
        from dagster_lineage.extract.dbt.rendering.renderer import ProjectSettings, Renderer  # noqa: PLC0415

        return Renderer(self._manifest, ProjectSettings(**self._settings))

    def digest(self, unique_id: str) -> str:
        """Return a digest of everything that a node's SQL depends on."""
        nodes, sources = self._manifest.nodes, self._manifest.sources
        seen: dict[str, object] = {}
        waiting = [unique_id]
        while waiting:
            one = waiting.pop()
            node = nodes.get(one)
            if node is None:
                continue
            seen[one] = (
                node.code,
                node.compiled_query,
                node.language,
                node.alias,
                node.version,
                self._manifest.config_json(one),
            )
            for upstream in node.parents:
                if upstream in seen:
                    continue
                other = nodes.get(upstream) or sources.get(upstream)
                if other and other.is_ephemeral:
                    waiting.append(upstream)
                else:
                    seen[upstream] = other.relation_name if other else None
        return digest_of((self._macros, seen))

    @cached_property
    def _macros(self) -> str:
        return digest_of(
            (
                self._manifest.metadata.adapter_type,
                self._settings,
                sorted((one, macro.macro_sql) for one, macro in self._manifest.macros.items()),
            )
        )


def _hooks(config: NodeConfig) -> Iterable[str]:
    """Return the hooks of a model and the header of its statement, unrendered."""
    for hooks in (config.pre_hook, config.post_hook, config.sql_header):
        for hook in hooks if isinstance(hooks, tuple) else (hooks,):
            yield (hook.sql if isinstance(hook, Hook) else hook) or ""


def _project_settings(project_dir: Path | None) -> dict[str, Any]:
    """Return `vars` and `dispatch` of a dbt project, which its manifest lacks."""
    file = project_dir / "dbt_project.yml" if project_dir else None
    if file is None or not file.is_file():
        return {}
    try:
        project = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    if not isinstance(project, dict):
        return {}
    dispatch = {
        entry["macro_namespace"]: entry["search_order"]
        for entry in project.get("dispatch") or ()
        if isinstance(entry, dict) and {"macro_namespace", "search_order"} <= entry.keys()
    }
    variables = project.get("vars") or {}
    return {"variables": variables if isinstance(variables, dict) else {}, "dispatch": dispatch}
