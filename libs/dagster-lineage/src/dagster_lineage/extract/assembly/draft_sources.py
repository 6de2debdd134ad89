"""The dbt sources of one location, under the keys that its assets read them by."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from dagster_lineage.extract.dbt.manifest_graph import Code, ManifestGraph
from dagster_lineage.model import Asset, Check, Read, Source


class DraftSources:
    """Sources by manifest, unique id and key.

    A package that several projects install, and a project that is behind two manifests, repeat
    their unique ids; two definitions with two translators give one source two keys.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Source] = {}
        self._by_name: dict[tuple[str, str], list[tuple[str, Source]]] = {}

    def add_all(self, manifest_name: str, manifest: ManifestGraph) -> None:
        """Every source of a manifest as it is: nobody was asked for other keys."""
        self._index(manifest_name, manifest)
        for unique_id, source in manifest.sources.items():
            self._found[manifest_name, unique_id, source.key] = source

    def add_read(
        self,
        manifest_name: str,
        manifest: ManifestGraph,
        code: Mapping[str, Code],
        assets: Mapping[str, Asset],
    ) -> None:
        """The sources that this location is answerable for, without their checks.

        They are those that its assets read, under the keys that these have for them, and those
        that only tests and exposures use. Those that nothing uses are told too: they may be a
        mistake. What models outside of this location's selections read is theirs.

        Args:
            manifest_name: In this location.
            manifest: It.
            code: Of the location's assets in that manifest, by key.
            assets: Of the location, by key.
        """
        self._index(manifest_name, manifest)
        for key, its_code in code.items():
            for read in assets[key].reads:
                if read.source:
                    unique_id, source = self._meant(manifest_name, read, its_code)
                    if source is not None:
                        self._found[manifest_name, unique_id, read.key] = replace(
                            source, key=read.key, checks=()
                        )
        told = {(manifest, unique_id) for manifest, unique_id, _ in self._found}
        read_by_models = {
            read.source for asset in manifest.assets.values() for read in asset.reads if read.source
        }
        for unique_id, source in manifest.sources.items():
            if (manifest_name, unique_id) not in told and source.name not in read_by_models:
                self._found[manifest_name, unique_id, source.key] = replace(source, checks=())

    def add_check(self, manifest_name: str, unique_id: str, check: Check) -> None:
        """A data test about a source."""
        for place, source in self._found.items():
            if place[:2] == (manifest_name, unique_id):
                self._found[place] = replace(source, checks=(*source.checks, check))

    def read_by(self, manifest_name: str, read: Read, code: Code) -> Source | None:
        """The source that an asset's read goes through, as its manifest has it."""
        return self._meant(manifest_name, read, code)[1] if read.source else None

    def told(self) -> tuple[Source, ...]:
        """All of them, their checks sorted."""
        return tuple(
            replace(one, checks=tuple(sorted(one.checks, key=lambda it: (it.name, it.kind, it.at))))
            for one in self._found.values()
        )

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
