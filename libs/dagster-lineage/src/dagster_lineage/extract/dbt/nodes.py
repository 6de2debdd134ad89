"""dbt's models, seeds and snapshots as assets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dagster_lineage.extract.dbt.calls import Call, calls_in, line_of_call
from dagster_lineage.extract.dbt.columns import columns_of, header_of
from dagster_lineage.extract.dbt.constraints import guarantees_of
from dagster_lineage.extract.dbt.data_tests import DataTest
from dagster_lineage.extract.dbt.dependencies import Dependencies
from dagster_lineage.extract.dbt.keys import Keys
from dagster_lineage.extract.dbt.manifest_graph import Code
from dagster_lineage.extract.dbt.manifest_nodes import (
    ManifestGroup,
    ManifestNode,
    ManifestSource,
    strings,
)
from dagster_lineage.extract.dbt.project_files import ProjectFiles
from dagster_lineage.extract.dbt.relations import relation_of
from dagster_lineage.extract.descriptions import first_paragraph
from dagster_lineage.model import Asset, Read
from dagster_lineage.model.interface import AssetKind

_KINDS: dict[str, AssetKind] = {"model": "model", "seed": "seed", "snapshot": "snapshot"}
_YAML = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class _Written:
    """The code of a node in its file: line of its definition, lines before the code."""

    file: str
    own_line: int
    code: str
    calls: tuple[Call, ...]
    before: int


class Nodes:
    """Reads the assets of one manifest.

    Args:
        nodes: By unique id.
        sources: By unique id.
        dependencies: Between them.
        tests: Data tests by unique id of what they are about.
        groups: By name.
        keys: Of nodes and sources.
        files: Of the project.
    """

    def __init__(
        self,
        nodes: Mapping[str, ManifestNode],
        sources: Mapping[str, ManifestSource],
        *,
        dependencies: Dependencies,
        tests: Mapping[str, list[DataTest]],
        groups: Mapping[str, ManifestGroup],
        keys: Keys,
        files: ProjectFiles,
    ) -> None:
        self._nodes = nodes
        self._sources = sources
        self._dependencies = dependencies
        self._tests = tests
        self._groups = groups
        self._keys = keys
        self._files = files
        self._written: dict[str, _Written] = {}

    def asset(self, unique_id: str) -> Asset:
        """Return a model, seed or snapshot as an asset."""
        node = self._nodes[unique_id]
        kind = node.resource_type
        tests = self._tests.get(unique_id, [])
        guarantees = guarantees_of(node, tests)
        file = self._files.file_of(node)
        described_in, described = self._files.description_of(node)
        header = header_of(node, self._files.text(file)) if kind == "seed" else ()
        columns, complete = columns_of(node, guarantees, described, header)
        group = node.config.group or node.group or ""
        access = node.access or node.config.access or ""
        return Asset(
            key=self._keys.of(node),
            # dbt's mark of a node that another project produces (`is_external_node`).
            kind=_KINDS[kind] if file or node.path else "external",
            at=self._files.at(file, self._line(node, file)),
            described_at=self._files.at(described_in, described.line if described else 1),
            description=first_paragraph(node.description),
            relation=relation_of(node),
            name=node.name,
            package=node.package_name,
            unique_id=unique_id,
            version=node.version,
            latest_version=node.latest_version,
            deprecation_date=node.deprecation_date or "",
            group=node.dagster.group or group,
            owners=self._owners(node, group),
            access=access if kind == "model" else "",
            contract=node.contract_is_enforced,
            materialized=node.config.materialized or "",
            grain=guarantees.grain,
            columns=columns,
            columns_known=complete,
            reads=self._reads(unique_id),
            checks=tuple(test.check for test in tests),
        )

    def code(self, unique_id: str) -> Code:
        """Return the code of a model, for tracing its columns."""
        node = self._nodes[unique_id]
        kind = node.resource_type
        file = self._files.file_of(node)
        return Code(
            unique_id=unique_id,
            package=node.package_name,
            is_ephemeral=node.is_ephemeral,
            language="" if kind == "seed" else node.language or "sql",
            raw=node.code,
            reads=node.parents,
            at=self._files.at(file, self._line(node, file)),
        )

    def _owners(self, node: ManifestNode, group: str) -> tuple[str, ...]:
        named = strings(node.dagster.owners)
        if named or group not in self._groups:
            return named
        # Dagster knows a group's owner by e-mail alone; a team's name in Dagster's spelling
        # (`team:finance`) can only be meant as one.
        owner = self._groups[group].owner
        name = owner.name or ""
        return strings(owner.email) or ((name,) if name.startswith("team:") else ())

    def _reads(self, unique_id: str) -> tuple[Read, ...]:
        reads = []
        for dependency in self._dependencies.of(unique_id):
            source = self._sources.get(dependency.target)
            target = source or self._nodes[dependency.target]
            reads.append(
                Read(
                    key=self._keys.of(target),
                    at=self._place_of_call(dependency.named_by, target),
                    via="source" if source else "ref",
                    source=source.full_name if source else "",
                    relation="" if source else self._relation_in_package(target),
                )
            )
        return tuple(reads)

    def _relation_in_package(self, node: ManifestNode | ManifestSource) -> str:
        """Return the relation of a package's model; that of an injected one is its project's."""
        file = self._files.file_of(node)
        installed = file and not self._files.is_own(node.package_name)
        return relation_of(node) if installed else ""

    def _place_of_call(self, reader_id: str, target: ManifestNode | ManifestSource) -> str:
        found = self._written.get(reader_id)
        if found is None:
            found = self._written[reader_id] = self._find_calls(self._nodes[reader_id])
        line = line_of_call(target, found.calls, found.code)
        return self._files.at(found.file, found.before + line if line else found.own_line)

    def _find_calls(self, reader: ManifestNode) -> _Written:
        file = self._files.file_of(reader)
        own_line = self._line(reader, file)
        if file.endswith(_YAML):
            # A snapshot, whose code dbt generated from its `relation`.
            described = self._files.description_of(reader)[1]
            return _Written(file, (described.relation if described else 0) or own_line, "", (), 0)
        code = reader.code
        return _Written(file, own_line, code, calls_in(code), self._lines_before(code, file))

    def _line(self, node: ManifestNode, file: str) -> int:
        """Line of a node's definition: 1, but for what shares its file with others."""
        if file.endswith(_YAML):
            described = self._files.description_of(node)[1]
            return described.line if described else 1
        if node.resource_type != "snapshot":
            return 1
        content = self._files.text(file) or ""
        block = re.search(rf"\{{%-?\s*snapshot\s+{re.escape(node.name)}\b", content)
        return content.count("\n", 0, block.start()) + 1 if block else 1

    def _lines_before(self, code: str, file: str) -> int:
        """How many lines of its file come before the code that the manifest has of a node.

        dbt strips the blank lines at the file's beginning, and takes a snapshot's block alone.
        """
        content = self._files.text(file)
        start = content.find(code.replace("\r\n", "\n")) if content and code else -1
        return content.count("\n", 0, start) if content and start > 0 else 0
