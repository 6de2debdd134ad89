"""The SQL of a manifest's nodes: rendered once, and kept while nothing it depends on changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import yaml

from dagster_lineage.extract.assembly.trace_cache import RenderedNode, TraceCache, digest_of
from dagster_lineage.extract.dbt.calls import is_only_set
from dagster_lineage.extract.dbt.fields import (
    Node,
    mapping,
    materialization,
    objects_by_id,
    parents,
    text,
)

Columns = Mapping[str, Mapping[str, str]]

MOST_GUESSES = 4
"""Other answers of one thing that nobody told for which a node is rendered."""

_SETS = re.compile(r"\{%[-+]?\s*set\b")
_RENDERED_FROM = ("raw_code", "compiled_code", "language", "alias", "config", "version")


class RenderedNodes:
    """Renders the nodes of one manifest, none that the cache knows.

    Args:
        manifest: Its JSON, decoded.
        project_dir: Folder of the dbt project, where its variables are; None for a bare manifest.
        cache: Of what was rendered before.
    """

    def __init__(
        self, manifest: Mapping[str, Any], project_dir: Path | None, cache: TraceCache
    ) -> None:
        self._manifest = manifest
        self._settings = _project_settings(project_dir)
        self._cache = cache
        self._nodes = objects_by_id(manifest, "nodes")
        self._sources = objects_by_id(manifest, "sources")

    def __call__(self, unique_id: str, columns: Columns) -> RenderedNode:
        """The queries of a node.

        Args:
            unique_id: Of the node.
            columns: Type by column by relation, of those whose columns are all known: Jinja may ask
                for them.
        """
        digest = self.digest(unique_id)
        node = self._cache.rendered(digest, lambda: self._render(unique_id, {}))
        if node.columns_asked and columns:
            return self._cache.rendered(
                digest_of((digest, columns)), lambda: self._render(unique_id, columns)
            )
        return node

    def _render(self, unique_id: str, columns: Columns) -> RenderedNode:
        try:
            return self._rendered(unique_id, columns)
        except RecursionError:
            return RenderedNode((), "its ephemeral models are nested too deeply to be rendered")
        except Exception as error:  # noqa: BLE001 - whatever else wrote this manifest: one model
            return RenderedNode((), f"it cannot be rendered: {type(error).__name__}: {error}")

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
        rendered = list(builds)
        config = mapping(self._nodes[unique_id], "config")
        if config.get("materialized") == "incremental" or "is_incremental" in str(
            self._nodes[unique_id].get("raw_code")
        ):
            rendered.append(render(incremental=True))
        queries = tuple(dict.fromkeys(one.sql for one in rendered if one.sql.strip()))
        return RenderedNode(
            queries if full.sql.strip() else (),
            problem=next((one.problem for one in rendered if one.problem), ""),
            beside="\n".join(_hooks(config)),
            full_builds=len({one.sql for one in builds if one.sql.strip()}),
            differ_by=tuple(dict.fromkeys(name for name, _ in differing)),
            columns_asked=any(one.columns_asked for one in rendered),
            only_set=tuple(self._only_set(self._nodes[unique_id])),
        )

    def _only_set(self, node: Node) -> Iterable[str]:
        code = text(node, "raw_code")
        for one in parents(node) if _SETS.search(code) else ():
            target = self._nodes.get(one) or self._sources.get(one) or {}
            if is_only_set(target, code):
                yield text(target, "relation_name")

    @cached_property
    def _renderer(self) -> Any:
        # Jinja and the compilation of macros only where something has changed.
        from dagster_lineage.extract.dbt.rendering.renderer import ProjectSettings, Renderer  # noqa: PLC0415

        return Renderer(self._manifest, ProjectSettings(**self._settings))

    def digest(self, unique_id: str) -> str:
        """Of everything that a node's SQL depends on."""
        seen: dict[str, object] = {}
        waiting = [unique_id]
        while waiting:
            one = waiting.pop()
            node = self._nodes.get(one, {})
            seen[one] = [*map(node.get, _RENDERED_FROM)]
            for upstream in parents(node):
                if upstream in seen:
                    continue
                other = self._nodes.get(upstream)
                if other is None:
                    seen[upstream] = self._sources.get(upstream, {}).get("relation_name")
                elif materialization(other) == "ephemeral":
                    waiting.append(upstream)
                else:
                    seen[upstream] = other.get("relation_name")
        return digest_of((self._macros, seen))

    @cached_property
    def _macros(self) -> str:
        macros = objects_by_id(self._manifest, "macros")
        return digest_of(
            (
                mapping(self._manifest, "metadata").get("adapter_type"),
                self._settings,
                [(name, macros[name].get("macro_sql")) for name in sorted(macros)],
            )
        )


def _hooks(config: Mapping[str, Any]) -> Iterable[str]:
    """What dbt runs before and after a model, and at the head of its statement, as written."""
    for name in ("pre-hook", "post-hook", "sql_header"):
        given = config.get(name) or ()
        for one in given if isinstance(given, list | tuple) else (given,):
            yield str(one.get("sql") or "" if isinstance(one, Mapping) else one)


def _project_settings(project_dir: Path | None) -> dict[str, Any]:
    """`vars` and `dispatch` of a dbt project, which its manifest does not tell."""
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
