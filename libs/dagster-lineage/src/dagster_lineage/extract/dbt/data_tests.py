"""Data tests: their subject, columns and place, and whether each is a guarantee."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from dagster_lineage.extract.dbt.keys import Keys
from dagster_lineage.extract.dbt.lines import Described
from dagster_lineage.extract.dbt.manifest_nodes import (
    ManifestNode,
    ManifestSource,
    NodeConfig,
    TestMetadata,
)
from dagster_lineage.extract.dbt.project_files import ProjectFiles
from dagster_lineage.extract.dbt.quoted_names import unquoted
from dagster_lineage.extract.dbt.test_subjects import Subjects
from dagster_lineage.model import Check

COLUMN_ARGUMENTS = ("column_name", "combination_of_columns", "column_list", "column_names")
_HARMLESS_ARGUMENTS = frozenset({*COLUMN_ARGUMENTS, "model", "quote_columns"})
_NAME = re.compile(r"[^\W\d][\w$]*")
_FAILS_ON_ANY_ROW = frozenset({"", "!=0", ">0", ">=1", "<>0"})


class DataTest(Struct, frozen=True, kw_only=True):
    """A dbt data test, generic or singular; unit tests are none."""

    unique_id: str
    package: str
    on: str
    """Unique id of the node or source that it is about; empty when none of them is in the
    manifest. For a test over several, the one that it is attached to, or the one that
    `meta.dagster.ref` names, or else the first."""
    key: str = ""
    """Asset key of what it is about; empty for ephemeral models, which are no assets."""
    source: str = ""
    """`source.table`, when it is about a source."""
    check: Check
    guarantee: bool = False
    """Its failure stops the run whatever rows fail, so it may be relied on (see `guarantees`)."""


class DataTests:
    """Reads the data tests of one manifest.

    Args:
        nodes: Nodes and sources by unique id.
        files: Where the tests are written.
        keys: The keys of what they are about.
        root_package: Name of the project.
    """

    def __init__(
        self,
        nodes: Mapping[str, ManifestNode | ManifestSource],
        files: ProjectFiles,
        keys: Keys,
        root_package: str,
    ) -> None:
        self._nodes = nodes
        self._files = files
        self._keys = keys
        self._subjects = Subjects(nodes, root_package)
        self._claimed: dict[tuple[str, str, str, str], int] = {}

    def read(self) -> dict[str, DataTest]:
        """Every enabled data test by unique id, in the order of the manifest."""
        return {
            unique_id: self._test(unique_id, node)
            for unique_id, node in self._nodes.items()
            if isinstance(node, ManifestNode) and node.resource_type == "test" and node.is_enabled
        }

    def _test(self, unique_id: str, node: ManifestNode) -> DataTest:
        on = self._subjects.of(node)
        subject = self._nodes.get(on)
        columns, plain = _columns(node, subject.columns if subject else ())
        arguments = node.test_metadata.kwargs if node.test_metadata else {}
        kind = test_kind(node.test_metadata)
        return DataTest(
            unique_id=unique_id,
            package=node.package_name,
            on=on,
            key=self._keys.of(subject) if subject and not subject.is_ephemeral else "",
            source=subject.full_name if isinstance(subject, ManifestSource) else "",
            check=Check(
                name=node.name,
                at=self._at(node, subject, kind),
                kind=kind,
                columns=columns,
                blocking=_severity_is_error(node.config),
            ),
            guarantee=plain
            and arguments.keys() <= _HARMLESS_ARGUMENTS
            and _stops_every_time(node.config),
        )

    def _at(
        self, node: ManifestNode, subject: ManifestNode | ManifestSource | None, kind: str
    ) -> str:
        file = self._files.file_of(node)
        if not node.test_metadata or subject is None:
            return self._files.at(file, 1)
        described = self._entry(file, subject)
        return self._files.at(file, self._line(node, described, kind) if described else 1)

    def _entry(self, file: str, subject: ManifestNode | ManifestSource) -> Described | None:
        in_file = self._files.described(file)
        if isinstance(subject, ManifestSource):
            table = in_file.tables.get((subject.source_name, subject.name))
            return table or in_file.sources.get(subject.source_name)
        return in_file.entries.get((f"{subject.resource_type}s", subject.name))

    def _line(self, node: ManifestNode, described: Described, kind: str) -> int:
        attached = self._nodes.get(node.attached_node or "")
        version = attached.version if isinstance(attached, ManifestNode) else ""
        column = unquoted(node.column_name or "")
        items = described.tests_of(column, kind, version)
        for item in items:
            if item.name and item.name == node.name:
                return item.line
        unnamed = [item.line for item in items if not item.name]
        if not unnamed:
            return described.column(column, version) or described.line
        # Several tests of one kind on one column come in the order of the file.
        counter = (node.attached_node or "", str(described.line), column, kind)
        index = self._claimed.get(counter, 0)
        self._claimed[counter] = index + 1
        return unnamed[min(index, len(unnamed) - 1)]


def test_kind(metadata: TestMetadata | None) -> str:
    """`not_null`, `dbt_utils.unique_combination_of_columns`, …; `singular` for a separate query.

    The name as projects write it: with the package, but for dbt's own and the project's tests.
    """
    if metadata is None or not metadata.name:
        return "singular"
    if metadata.namespace in (None, "", "dbt"):
        return metadata.name
    return f"{metadata.namespace}.{metadata.name}"


def tests_by_subject(tests: Iterable[DataTest]) -> dict[str, list[DataTest]]:
    """Data tests by unique id of what they are about."""
    found: dict[str, list[DataTest]] = {}
    for test in tests:
        if test.on:
            found.setdefault(test.on, []).append(test)
    return found


def _columns(node: ManifestNode, declared: Collection[str]) -> tuple[tuple[str, ...], bool]:
    """The columns that a test is about, and whether all that it names are plain columns."""
    metadata = node.test_metadata or TestMetadata()
    written = [name for one in COLUMN_ARGUMENTS for name in metadata.texts(one)]
    if not written and node.column_name:
        written = [node.column_name]
    columns = [unquoted(name) for name in written]
    plain = [
        column
        for column, name in zip(columns, written, strict=True)
        if column != name or _NAME.fullmatch(name) or name in declared
    ]
    return tuple(dict.fromkeys(plain)), bool(plain) and len(plain) == len(written)


def _severity_is_error(config: NodeConfig) -> bool:
    return (config.severity or "error").lower() == "error"


def _stops_every_time(config: NodeConfig) -> bool:
    condition = "".join((config.error_if or "").split())
    counted = "".join((config.fail_calc or "").lower().split())
    return (
        _severity_is_error(config)
        and not config.where
        and condition in _FAILS_ON_ANY_ROW
        and counted in ("", "count(*)")
    )
