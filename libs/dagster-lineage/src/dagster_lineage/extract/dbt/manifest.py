"""A dbt manifest: its JSON, decoded into typed entries once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from dagster_lineage.extract.dbt.json_decoding import decode
from dagster_lineage.extract.dbt.manifest_nodes import (
    ManifestExposure,
    ManifestGroup,
    ManifestMacro,
    ManifestMetadata,
    ManifestNode,
    ManifestResource,
    ManifestSource,
)
from dagster_lineage.model.errors import LineageError

E = TypeVar("E", bound=Struct)


class ManifestUnreadable(LineageError):
    """A file that is not a dbt manifest."""


@dataclass(frozen=True)
class Manifest:
    """The entries of a manifest; each mapping is by unique id, in the order of the file."""

    metadata: ManifestMetadata
    nodes: Mapping[str, ManifestNode]
    """Models, seeds, snapshots, tests and analyses."""
    sources: Mapping[str, ManifestSource]
    exposures: Mapping[str, ManifestExposure]
    metrics: Mapping[str, ManifestResource]
    """Metrics, semantic models and saved queries."""
    functions: Mapping[str, ManifestNode]
    groups: Mapping[str, ManifestGroup]
    macros: Mapping[str, ManifestMacro]
    json: bytes
    """The file."""
    node_json: Mapping[str, Raw]
    """The JSON of each node."""

    def config_json(self, unique_id: str) -> bytes:
        """Return the JSON of a node's configuration."""
        found = decode(self.node_json[unique_id], _ConfigJson)
        return bytes(found.config) if found else b""

    def as_dbt_passes_it(self, unique_id: str) -> dict[str, Any]:
        """Return a node as dbt passes it to Jinja: a dictionary with all its fields."""
        node: dict[str, Any] = msgspec.json.decode(self.node_json[unique_id])
        return node


class ManifestDict(Mapping[str, Any]):
    """The manifest as dbt passes it to Jinja (`graph`), decoded when it is first used."""

    def __init__(self, manifest: Manifest) -> None:
        self._json = manifest.json
        self._decoded: dict[str, Any] | None = None

    def _content(self) -> dict[str, Any]:
        if self._decoded is None:
            self._decoded = msgspec.json.decode(self._json, type=dict[str, Any])
        return self._decoded

    def __getitem__(self, name: str) -> Any:
        return self._content()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content())

    def __len__(self) -> int:
        return len(self._content())


class _ConfigJson(Struct, frozen=True, gc=False):
    config: Raw = Raw(b"null")


class _Sections(Struct, frozen=True, gc=False):
    metadata: Raw = Raw(b"{}")
    nodes: dict[str, Raw] | None = None
    sources: dict[str, Raw] | None = None
    exposures: dict[str, Raw] | None = None
    metrics: dict[str, Raw] | None = None
    semantic_models: dict[str, Raw] | None = None
    saved_queries: dict[str, Raw] | None = None
    functions: dict[str, Raw] | None = None
    groups: dict[str, Raw] | None = None
    macros: dict[str, Raw] | None = None


def decode_manifest(content: bytes) -> Manifest:
    """Decode the manifest of dbt 1.3 (v7) to 1.11 (v12).

    An entry that is not a JSON object is left out; a field of a wrong type has its default.

    Raises:
        ManifestUnreadable: the content is not a manifest.
    """
    with without_garbage_collection():
        try:
            return _manifest(content)
        except msgspec.DecodeError as error:
            raise ManifestUnreadable(
                f"it is not JSON ({error}). Write it again with `dbt parse`."
            ) from error


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Pause the garbage collector while a manifest is read.

    Reading creates hundreds of thousands of objects that all stay. The collector would look at
    them again and again.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _manifest(content: bytes) -> Manifest:
    sections = decode(content, _Sections)
    if sections is None or sections.nodes is None:
        raise ManifestUnreadable(
            "it has no `nodes`. A dbt manifest is called manifest.json, and "
            "`dbt parse` writes it into the project's target folder."
        )
    metrics = [sections.metrics, sections.semantic_models, sections.saved_queries]
    return Manifest(
        metadata=decode(sections.metadata, ManifestMetadata) or ManifestMetadata(),
        nodes=_entries(sections.nodes, ManifestNode),
        sources=_entries(sections.sources, ManifestSource),
        exposures=_entries(sections.exposures, ManifestExposure),
        metrics={
            unique_id: resource
            for section in metrics
            for unique_id, resource in _entries(section, ManifestResource).items()
        },
        functions=_entries(sections.functions, ManifestNode),
        groups=_entries(sections.groups, ManifestGroup),
        macros=_entries(sections.macros, ManifestMacro),
        json=content,
        node_json=sections.nodes,
    )


def _entries(section: Mapping[str, Raw] | None, kind: type[E]) -> dict[str, E]:
    return {
        unique_id: entry
        for unique_id, content in (section or {}).items()
        if (entry := decode(content, kind)) is not None
    }
