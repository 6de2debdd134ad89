"""The dbt sources of a code location, under the keys by which its assets read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from dagster_lineage.extract.assembly.assets import sorted_checks
from dagster_lineage.extract.dbt.manifest_graph import Code, ManifestGraph
from dagster_lineage.model import Asset, Check, Read, Source


class DraftSources:
    """Sources by manifest, unique id and key.

    Packages that several projects install, and projects with two manifests, repeat unique ids. Two
    definitions with two translators give one source two keys.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Source] = {}
        self._by_name: dict[tuple[str, str], list[tuple[str, Source]]] = {}

    def add_all(self, manifest_name: str, manifest: ManifestGraph) -> None:
        """Add each source of a manifest under its key."""
        self._index(manifest_name, manifest)
        for unique_id, source in manifest.sources.items():
            checks = sorted_checks(source.checks)
            self._found[manifest_name, unique_id, source.key] = replace(source, checks=checks)

    def add_read(
        self,
        manifest_name: str,
        manifest: ManifestGraph,
        code: Mapping[str, Code],
        assets: Mapping[str, Asset],
        checks: Mapping[str, Sequence[Check]],
    ) -> None:
        """Add the sources that this location uses.

        These are the sources that its assets read, under the keys of the reads, and those that only
        tests and exposures use. Unused sources are added too, because they may be a mistake.
        Sources of models outside of this location's selections are left out.

        Args:
            manifest_name: Name of the manifest in this location.
            manifest: The manifest.
            code: Code of the location's assets in that manifest, by key.
            assets: Assets of the location, by key.
            checks: Data tests by unique id of the source.
        """
        self._index(manifest_name, manifest)
        for key, its_code in code.items():
            for read in assets[key].reads:
                if read.source:
                    unique_id, source = self._meant(manifest_name, read, its_code)
                    if source is not None:
                        self._found[manifest_name, unique_id, read.key] = replace(
                            source,
                            key=read.key,
                            checks=sorted_checks(checks.get(unique_id, ())),
                        )
        found = {(manifest, unique_id) for manifest, unique_id, _ in self._found}
        read_by_models = {
            read.source for asset in manifest.assets.values() for read in asset.reads if read.source
        }
        for unique_id, source in manifest.sources.items():
            if (manifest_name, unique_id) not in found and source.name not in read_by_models:
                self._found[manifest_name, unique_id, source.key] = replace(
                    source, checks=sorted_checks(checks.get(unique_id, ()))
                )

    def read_by(self, manifest_name: str, read: Read, code: Code) -> Source | None:
        """Return the source of an asset's read, as in its manifest."""
        return self._meant(manifest_name, read, code)[1] if read.source else None

    def all(self) -> tuple[Source, ...]:
        """Return all sources."""
        return tuple(self._found.values())

    def _index(self, manifest_name: str, manifest: ManifestGraph) -> None:
        for unique_id, source in manifest.sources.items():
            named = self._by_name.setdefault((manifest_name, source.name), [])
            named.append((unique_id, source))

    def _meant(self, manifest_name: str, read: Read, code: Code) -> tuple[str, Source | None]:
        """Return, of several sources with one name, the one that the code names."""
        named = self._by_name.get((manifest_name, read.source), ())
        if len(named) == 1:
            return named[0]
        return min(
            named,
            # Reads through an ephemeral model do not name the source.
            key=lambda one: (one[0] not in code.reads, one[1].package != code.package, one[0]),
            default=("", None),
        )
