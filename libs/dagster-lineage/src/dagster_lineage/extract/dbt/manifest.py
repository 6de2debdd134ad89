"""Reading a dbt manifest: from its JSON to what the interface graph is made of."""

from __future__ import annotations

import gc
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from dagster_lineage.extract.dbt.data_tests import DataTests, tests_by_subject
from dagster_lineage.extract.dbt.dependencies import Dependencies
from dagster_lineage.extract.dbt.exposures import exposures_of
from dagster_lineage.extract.dbt.fields import (
    Node,
    is_enabled,
    is_made,
    mapping,
    objects_by_id,
    parents,
    text,
    texts,
)
from dagster_lineage.extract.dbt.keys import Keys
from dagster_lineage.extract.dbt.manifest_graph import Group, ManifestGraph
from dagster_lineage.extract.dbt.nodes import Nodes
from dagster_lineage.extract.dbt.project_files import ProjectFiles
from dagster_lineage.extract.dbt.sources import Sources
from dagster_lineage.model.errors import LineageError

# Everything that can depend on something, or be depended on.
_COLLECTIONS = (
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "functions",
)
# Those never read a table when the project runs: dbt compiles them and leaves it at that.
_NEVER_RUN = frozenset({"analysis", "sql operation", "sql_operation", "rpc", "operation"})
_WITH_CODE = frozenset({"model", "seed", "snapshot"})


class ManifestUnreadable(LineageError):
    """A file that is no dbt manifest."""


def read_manifest(
    data: bytes | Mapping[str, Any],
    project_dir: Path | None = None,
    keys: Mapping[str, str] | str = "",
    *,
    relative_to: Path | None = None,
) -> ManifestGraph:
    """Read everything that a dbt manifest says about assets, sources and who reads them.

    Args:
        data: The manifest's JSON, as text or decoded; of dbt 1.3 (v7) to 1.11 (v12).
        project_dir: Folder of the dbt project, where lines are looked up in its files; None for a
            bare manifest, then places name the first line of the file.
        keys: Asset keys by unique id, as the code location answered them; or a rule such as
            `{schema}/{name}`, for a bare manifest (see `keys.Keys`); nothing: dagster-dbt's own
            rule.
        relative_to: Folder that places are relative to, that of the interface file; `project_dir`
            unless said.

    Raises:
        ManifestUnreadable: `data` is no manifest.
        KeyRuleWrong: `keys` is no rule.
    """
    # Hundreds of thousands of small objects that all stay: the collector would look at them in
    # vain, again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _read(_decoded(data), project_dir, Keys(keys), relative_to)
    finally:
        if collecting:
            gc.enable()


def _read(
    manifest: Node, project_dir: Path | None, keys: Keys, relative_to: Path | None
) -> ManifestGraph:
    metadata = mapping(manifest, "metadata")
    everything: dict[str, Node] = {
        unique_id: node
        for collection in _COLLECTIONS
        for unique_id, node in objects_by_id(manifest, collection).items()
    }
    nodes = {
        unique_id: everything[unique_id]
        for collection in ("nodes", "sources")
        for unique_id in mapping(manifest, collection)
        if unique_id in everything and is_enabled(everything[unique_id])
    }
    project = _project_name(metadata, nodes.values())
    files = ProjectFiles(project_dir, relative_to, project)
    dependencies = Dependencies(everything)
    groups = _groups(mapping(manifest, "groups"))
    tests = DataTests(nodes, files, keys, project).read()
    about = tests_by_subject(tests.values())
    reader = Nodes(
        nodes, dependencies=dependencies, tests=about, groups=groups, keys=keys, files=files
    )
    only_sources = {
        unique_id: node
        for unique_id, node in nodes.items()
        if text(node, "resource_type") == "source"
    }
    sources = Sources(
        only_sources,
        tests=about,
        keys=keys,
        files=files,
        used={
            parent
            for node in everything.values()
            if text(node, "resource_type") not in _NEVER_RUN and is_enabled(node)
            for parent in parents(node)
        },
    )
    assets = {one: reader.asset(one) for one, node in nodes.items() if is_made(node)}
    found_sources = {one: sources.source(one) for one in only_sources}
    with_code = [one for one, node in nodes.items() if text(node, "resource_type") in _WITH_CODE]
    return ManifestGraph(
        project=project,
        dialect=text(metadata, "adapter_type"),
        dbt_version=text(metadata, "dbt_version"),
        schema_version=_schema_version(metadata),
        assets=assets,
        sources=found_sources,
        exposures=exposures_of(
            objects_by_id(manifest, "exposures"), nodes, dependencies, keys, files
        ),
        tests=tests,
        groups=groups,
        keys={one: keys.of(nodes[one]) for one in (*with_code, *only_sources)},
        unasked=frozenset(one for one in (*assets, *found_sources) if not keys.answered(one)),
        code={one: reader.code(one) for one in with_code},
        notes=(*files.notes, *_missing(dependencies)),
    )


def _decoded(data: bytes | Mapping[str, Any]) -> Node:
    if isinstance(data, bytes):
        try:
            data = msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            raise ManifestUnreadable(
                f"this is no dbt manifest: {error}. Write it again with `dbt parse`."
            ) from error
    if not isinstance(data, dict) or not isinstance(data.get("nodes"), dict):
        raise ManifestUnreadable(
            "this is no dbt manifest: it has no `nodes`. The file is called manifest.json, and "
            "`dbt parse` writes it into the project's target folder."
        )
    return data


def _schema_version(metadata: Node) -> int:
    found = re.search(r"/v(\d+)", text(metadata, "dbt_schema_version"))
    return int(found.group(1)) if found else 0


def _project_name(metadata: Node, nodes: Iterable[Node]) -> str:
    """The project's name; before dbt 1.6 a manifest has only its checksum."""
    named = text(metadata, "project_name")
    if named:
        return named
    packages = Counter(text(node, "package_name") for node in nodes)
    checksum = text(metadata, "project_id")
    for package in packages:
        if hashlib.md5(package.encode(), usedforsecurity=False).hexdigest() == checksum:
            return package
    return packages.most_common(1)[0][0] if packages else ""


def _groups(groups: Node) -> dict[str, Group]:
    found: dict[str, Group] = {}
    for group in groups.values():
        if isinstance(group, dict) and text(group, "name"):
            owner = mapping(group, "owner")
            found[text(group, "name")] = Group(
                name=text(group, "name"),
                owner=text(owner, "name"),
                emails=texts(owner.get("email")),
                package=text(group, "package_name"),
            )
    return found


def _missing(dependencies: Dependencies) -> tuple[str, ...]:
    missing = dependencies.missing()
    if not missing:
        return ()
    some = ", ".join(missing[:3]) + (" and others" if len(missing) > 3 else "")  # noqa: PLR2004
    note = f"{len(missing)} node(s) that others depend on are not in the manifest ({some})"
    return (f"{note}: edges to them are left out.",)
