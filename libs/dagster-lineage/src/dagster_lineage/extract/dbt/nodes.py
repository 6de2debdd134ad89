"""dbt's models, seeds and snapshots as assets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dagster_lineage.extract.dbt.calls import Call, calls_in, line_of_call
from dagster_lineage.extract.dbt.columns import columns_of, header_of
from dagster_lineage.extract.dbt.constraints import promises_of
from dagster_lineage.extract.dbt.data_tests import DataTest
from dagster_lineage.extract.dbt.dependencies import Dependencies
from dagster_lineage.extract.dbt.fields import (
    Node,
    contract_is_enforced,
    dagster_meta,
    mapping,
    materialization,
    parents,
    source_name,
    text,
    texts,
)
from dagster_lineage.extract.dbt.keys import Keys
from dagster_lineage.extract.dbt.manifest_graph import Code, Group
from dagster_lineage.extract.dbt.project_files import ProjectFiles
from dagster_lineage.extract.dbt.relations import relation_of
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
        nodes: Nodes and sources by unique id.
        dependencies: Between them.
        tests: Data tests by unique id of what they are about.
        groups: By name.
        keys: Of nodes and sources.
        files: Of the project.
    """

    def __init__(
        self,
        nodes: Mapping[str, Node],
        *,
        dependencies: Dependencies,
        tests: Mapping[str, list[DataTest]],
        groups: Mapping[str, Group],
        keys: Keys,
        files: ProjectFiles,
    ) -> None:
        self._nodes = nodes
        self._dependencies = dependencies
        self._tests = tests
        self._groups = groups
        self._keys = keys
        self._files = files
        self._written: dict[str, _Written] = {}

    def asset(self, unique_id: str) -> Asset:
        """Everything that dbt knows of a model, seed or snapshot."""
        node = self._nodes[unique_id]
        kind = text(node, "resource_type")
        tests = self._tests.get(unique_id, [])
        promises = promises_of(node, tests)
        file = self._files.file_of(node)
        described_in, described = self._files.description_of(node)
        header = header_of(node, self._files.text(file)) if kind == "seed" else ()
        columns, complete = columns_of(node, promises, described, header)
        group = text(mapping(node, "config"), "group") or text(node, "group")
        config_access = text(mapping(node, "config"), "access")
        return Asset(
            key=self._keys.of(node),
            # dbt's own mark of a node that another project makes (`is_external_node`).
            kind=_KINDS[kind] if file or text(node, "path") else "external",
            at=self._files.at(file, self._line(node, file)),
            described_at=self._files.at(described_in, described.line if described else 1),
            relation=relation_of(node),
            name=text(node, "name"),
            package=text(node, "package_name"),
            unique_id=unique_id,
            version=text(node, "version"),
            latest_version=text(node, "latest_version"),
            deprecation_date=text(node, "deprecation_date"),
            group=text(dagster_meta(node), "group") or group,
            owners=self._owners(node, group),
            access=(text(node, "access") or config_access) if kind == "model" else "",
            contract=contract_is_enforced(node),
            materialized=materialization(node),
            grain=promises.grain,
            columns=columns,
            columns_known=complete,
            reads=self._reads(unique_id),
            checks=tuple(test.check for test in tests),
        )

    def code(self, unique_id: str) -> Code:
        """What is needed to trace the columns of a model."""
        node = self._nodes[unique_id]
        kind = text(node, "resource_type")
        file = self._files.file_of(node)
        return Code(
            unique_id=unique_id,
            name=text(node, "name"),
            package=text(node, "package_name"),
            resource_type=kind,
            materialized=materialization(node),
            language="" if kind == "seed" else text(node, "language") or "sql",
            raw=_raw_code(node),
            compiled=text(node, "compiled_code") or text(node, "compiled_sql"),
            relation=text(node, "relation_name"),
            reads=parents(node),
            at=self._files.at(file, self._line(node, file)),
        )

    def _owners(self, node: Node, group: str) -> tuple[str, ...]:
        named = texts(dagster_meta(node).get("owners"))
        if named or group not in self._groups:
            return named
        owning = self._groups[group]
        # Dagster knows a group's owner by e-mail alone; a team's name in Dagster's spelling
        # (`team:finance`) can only be meant as one.
        return owning.emails or ((owning.owner,) if owning.owner.startswith("team:") else ())

    def _reads(self, unique_id: str) -> tuple[Read, ...]:
        reads = []
        for dependency in self._dependencies.of(unique_id):
            target = self._nodes[dependency.target]
            is_source = text(target, "resource_type") == "source"
            reads.append(
                Read(
                    key=self._keys.of(target),
                    at=self._place_of_call(dependency.named_by, target),
                    via="source" if is_source else "ref",
                    source=source_name(target) if is_source else "",
                )
            )
        return tuple(reads)

    def _place_of_call(self, reader_id: str, target: Node) -> str:
        found = self._written.get(reader_id)
        if found is None:
            found = self._written[reader_id] = self._find_calls(self._nodes[reader_id])
        line = line_of_call(target, found.calls, found.code)
        return self._files.at(found.file, found.before + line if line else found.own_line)

    def _find_calls(self, reader: Node) -> _Written:
        file = self._files.file_of(reader)
        own_line = self._line(reader, file)
        if file.endswith(_YAML):
            # A snapshot, whose code dbt made up from its `relation`.
            described = self._files.description_of(reader)[1]
            return _Written(file, (described.relation if described else 0) or own_line, "", (), 0)
        code = _raw_code(reader)
        return _Written(file, own_line, code, calls_in(code), self._lines_before(code, file))

    def _line(self, node: Node, file: str) -> int:
        """Line of a node's definition: 1, but for what shares its file with others."""
        if file.endswith(_YAML):
            described = self._files.description_of(node)[1]
            return described.line if described else 1
        if text(node, "resource_type") != "snapshot":
            return 1
        content = self._files.text(file) or ""
        block = re.search(rf"\{{%-?\s*snapshot\s+{re.escape(text(node, 'name'))}\b", content)
        return content.count("\n", 0, block.start()) + 1 if block else 1

    def _lines_before(self, code: str, file: str) -> int:
        """How many lines of its file come before the code that the manifest has of a node.

        dbt strips the blank lines at the file's beginning, and takes a snapshot's block alone.
        """
        content = self._files.text(file)
        start = content.find(code.replace("\r\n", "\n")) if content and code else -1
        return content.count("\n", 0, start) if content and start > 0 else 0


def _raw_code(node: Node) -> str:
    return text(node, "raw_code") or text(node, "raw_sql")
