"""The assets, sources, tests and exposures of a dbt manifest."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from dagster_lineage.extract.dbt.data_tests import DataTests, tests_by_subject
from dagster_lineage.extract.dbt.dependencies import Dependencies
from dagster_lineage.extract.dbt.exposures import exposures_of
from dagster_lineage.extract.dbt.keys import Keys
from dagster_lineage.extract.dbt.manifest import Manifest, without_garbage_collection
from dagster_lineage.extract.dbt.manifest_graph import ManifestGraph
from dagster_lineage.extract.dbt.manifest_nodes import (
    ManifestMetadata,
    ManifestNode,
    ManifestResource,
    ManifestSource,
)
from dagster_lineage.extract.dbt.nodes import Nodes
from dagster_lineage.extract.dbt.project_files import ProjectFiles
from dagster_lineage.extract.dbt.sources import Sources

# Those never read a table when the project runs: dbt compiles them and leaves it at that.
_NEVER_RUN = frozenset({"analysis", "sql operation", "sql_operation", "rpc", "operation"})
_WITH_CODE = frozenset({"model", "seed", "snapshot"})


def read_manifest(
    manifest: Manifest,
    project_dir: Path | None = None,
    keys: Mapping[str, str] | str = "",
    *,
    relative_to: Path | None = None,
    in_checkout: bool = True,
) -> ManifestGraph:
    """Return the assets, sources, exposures and tests of a dbt manifest.

    Args:
        manifest: Of any dbt release since 1.3.
        project_dir: Folder of the dbt project, where lines are looked up in its files; None for a
            bare manifest, then places name the first line of the file.
        keys: Asset keys by unique id, as the code location reports them; or a rule such as
            `{schema}/{name}`, for a bare manifest (see `keys.Keys`); nothing: dagster-dbt's own
            rule.
        relative_to: Folder that places are relative to, that of the interface file; `project_dir`
            by default.
        in_checkout: Whether `project_dir` is in the checkout, so that its files have paths there.

    Raises:
        InvalidKeyPattern: `keys` is not a valid pattern.
    """
    with without_garbage_collection():
        return _read(
            manifest,
            Keys(keys),
            lambda project: ProjectFiles(
                project_dir, relative_to, project, in_checkout=in_checkout
            ),
        )


def _read(manifest: Manifest, keys: Keys, files_of: Callable[[str], ProjectFiles]) -> ManifestGraph:
    nodes = {one: node for one, node in manifest.nodes.items() if node.is_enabled}
    sources = {one: source for one, source in manifest.sources.items() if source.is_enabled}
    tables: dict[str, ManifestNode | ManifestSource] = {**nodes, **sources}
    everything: dict[str, ManifestResource] = {
        **manifest.nodes,
        **manifest.sources,
        **manifest.exposures,
        **manifest.metrics,
        **manifest.functions,
    }
    project = _project_name(manifest.metadata, tables.values())
    files = files_of(project)
    dependencies = Dependencies(everything)
    groups = {group.name: group for group in manifest.groups.values() if group.name}
    tests = DataTests(tables, files, keys, project).read()
    about = tests_by_subject(tests.values())
    node_reader = Nodes(
        nodes,
        sources,
        dependencies=dependencies,
        tests=about,
        groups=groups,
        keys=keys,
        files=files,
    )
    used = {
        parent
        for resource in everything.values()
        if resource.resource_type not in _NEVER_RUN and resource.is_enabled
        for parent in resource.parents
    }
    source_reader = Sources(sources, tests=about, keys=keys, files=files, used=used)
    assets = {one: node_reader.asset(one) for one, node in nodes.items() if node.is_produced}
    found_sources = {one: source_reader.source(one) for one in sources}
    with_code = [one for one, node in nodes.items() if node.resource_type in _WITH_CODE]
    return ManifestGraph(
        project=project,
        dialect=manifest.metadata.adapter_type or "",
        assets=assets,
        sources=found_sources,
        exposures=exposures_of(manifest.exposures, tables, dependencies, keys, files),
        tests=tests,
        keys={one: keys.of(tables[one]) for one in (*with_code, *sources)},
        code={one: node_reader.code(one) for one in with_code},
        notes=(*files.notes, *_missing(dependencies)),
    )


def _project_name(
    metadata: ManifestMetadata, nodes: Iterable[ManifestNode | ManifestSource]
) -> str:
    """The project's name; before dbt 1.6 a manifest has only its checksum."""
    if metadata.project_name:
        return metadata.project_name
    packages = Counter(node.package_name for node in nodes)
    for package in packages:
        checksum = hashlib.md5(package.encode(), usedforsecurity=False).hexdigest()
        if checksum == metadata.project_id:
            return package
    return packages.most_common(1)[0][0] if packages else ""


def _missing(dependencies: Dependencies) -> tuple[str, ...]:
    missing = dependencies.missing()
    if not missing:
        return ()
    some = ", ".join(missing[:3]) + (" and others" if len(missing) > 3 else "")  # noqa: PLR2004
    note = f"{len(missing)} node(s) that others depend on are not in the manifest ({some})"
    return (f"{note}: edges to them are left out.",)
