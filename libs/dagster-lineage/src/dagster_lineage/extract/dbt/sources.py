"""dbt sources: the tables that a project reads but does not produce, and its expectations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from dagster_lineage.extract.dbt.columns import expected_of
from dagster_lineage.extract.dbt.constraints import guarantees_of
from dagster_lineage.extract.dbt.data_tests import DataTest
from dagster_lineage.extract.dbt.keys import Keys, default_key, explicit_key, key_is_string
from dagster_lineage.extract.dbt.lines import Described
from dagster_lineage.extract.dbt.manifest_nodes import Freshness, ManifestSource
from dagster_lineage.extract.dbt.project_files import ProjectFiles
from dagster_lineage.extract.dbt.relations import relation_of
from dagster_lineage.model import Source
from dagster_lineage.model.interface import KeyOrigin


class Sources:
    """Reads the sources of one manifest.

    Args:
        sources: By unique id.
        tests: Data tests by unique id of what they are about.
        keys: Of the sources.
        files: Of the project.
        used: Unique ids that some model, test, exposure or metric depends on.
    """

    def __init__(
        self,
        sources: Mapping[str, ManifestSource],
        *,
        tests: Mapping[str, list[DataTest]],
        keys: Keys,
        files: ProjectFiles,
        used: Collection[str],
    ) -> None:
        self._sources = sources
        self._tests = tests
        self._keys = keys
        self._files = files
        self._used = used
        self._shared = Counter(_explicit_in_source(node) for node in sources.values())

    def source(self, unique_id: str) -> Source:
        """One table of a source."""
        node = self._sources[unique_id]
        file = self._files.file_of(node)
        in_file = self._files.described(file)
        name = node.source_name
        table = in_file.tables.get((name, node.name))
        whole = in_file.sources.get(name)
        tests = self._tests.get(unique_id, [])
        nearest = table or whole
        given = self._key_given(node, table, whole)
        key_line = (table.key_line if table else 0) or (whole.key_line if whole else 0)
        written = bool(explicit_key(node))
        return Source(
            name=node.full_name,
            key=self._keys.of(node),
            at=self._files.at(file, nearest.line if nearest else 1),
            key_at=self._files.at(file, key_line) if written and key_line else "",
            key_origin=given,
            relation=relation_of(node),
            columns=expected_of(node, guarantees_of(node, tests), table),
            checks=tuple(test.check for test in tests),
            package=node.package_name,
            read=unique_id in self._used,
            freshness=freshness_text(node.freshness),
        )

    def _key_given(
        self, node: ManifestSource, table: Described | None, whole: Described | None
    ) -> KeyOrigin:
        explicit = explicit_key(node)
        key = self._keys.of(node)
        if key != (explicit or default_key(node)):
            return "translator"
        if not explicit:
            return "default"
        if self._inherited(node, table, whole):
            return "source"
        return "string" if key_is_string(node) else "table"

    def _inherited(
        self, node: ManifestSource, table: Described | None, whole: Described | None
    ) -> bool:
        """The key is written on the source, so that all its tables share it."""
        if table is not None:
            return not table.key_line and whole is not None and bool(whole.key_line)
        # Without the YAML: dbt keeps the source's own meta, newer releases not always all of it.
        written = node.source_dagster.asset_key
        if written:
            return written == node.dagster.asset_key
        return self._shared[_explicit_in_source(node)] > 1


def freshness_text(freshness: Freshness | None) -> str:
    """`warn after 12 hours, error after 1 day`; empty without freshness."""
    if freshness is None:
        return ""
    details = []
    for level, after in (("warn", freshness.warn_after), ("error", freshness.error_after)):
        if after and after.count not in (None, "") and after.period:
            plural = "" if str(after.count) == "1" else "s"
            details.append(f"{level} after {after.count} {after.period}{plural}")
    return ", ".join(details)


def _explicit_in_source(node: ManifestSource) -> tuple[str, str, str]:
    return node.package_name, node.source_name, explicit_key(node)
