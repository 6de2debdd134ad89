"""The dbt sources of one location, under the keys that its assets read them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from dagster_lineage.extract.dbt.manifest_graph import Code, ManifestGraph
from dagster_lineage.model import Asset, Check, Read, Source


def sorted_checks(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return checks in an order that does not depend on that of a manifest."""
    return tuple(sorted(checks, key=lambda one: (one.name, one.kind, one.at)))


class DraftSources:
    """Sources by manifest, unique id and key.

    A package that several projects install, and a project that is behind two manifests, repeat
    their unique ids; two definitions with two translators give one source two keys.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Source] = {}
        self._by_name: dict[tuple[str, str], list[tuple[str, Source]]] = {}

    def add_all(self, manifest_name: str, manifest: ManifestGraph) -> None:
        """Add each source of a manifest under its own key."""
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
        """Add the sources that this location is responsible for.

        They are those that its assets read, under the keys that these have for them, and those
        that only tests and exposures use. Sources that nothing uses are added too: they may be a
        mistake. Sources of models outside of this location's selections are left out.

        Args:
            manifest_name: In this location.
            manifest: It.
            code: Of the location's assets in that manifest, by key.
            assets: Of the location, by key.
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
        """The source that an asset's read goes through, as its manifest has it."""
        return self._meant(manifest_name, read, code)[1] if read.source else None

    def all(self) -> tuple[Source, ...]:
        """Return all of them."""
        return tuple(self._found.values())

    def _index(self, manifest_name: str, manifest: ManifestGraph) -> None:
        for unique_id, source in manifest.sources.items():
            named = self._by_name.setdefault((manifest_name, source.name), [])
            named.append((unique_id, source))

    def _meant(self, manifest_name: str, read: Read, code: Code) -> tuple[str, Source | None]:
        """Of several packages' sources of one name, the one that the code names, or its own."""
        named = self._by_name.get((manifest_name, read.source), ())
        if len(named) == 1:
            return named[0]
        return min(
            named,
            # Through an ephemeral model the code does not name it itself.
            key=lambda one: (one[0] not in code.reads, one[1].package != code.package, one[0]),
            default=("", None),
        )
