"""The cache of traced SQL: a lock after a change of one model traces one model."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from dagster_lineage.model import Column

VERSION = 13
"""Version of the cache; increased when the same query is traced differently."""


class RenderedNode(Struct, frozen=True, array_like=True):
    """A dbt node's SQL."""

    queries: tuple[str, ...] = ()
    """Possible queries, those of a full build first; empty if it cannot be rendered."""
    problem: str = ""
    """Why the queries of a full build are uncertain or missing."""
    hooks: str = ""
    """Jinja and SQL of its hooks, which run with the model."""
    full_builds: int = 1
    """Number of queries of a full build: several if the SQL depends on a setting that the manifest
    lacks."""
    differ_by: tuple[str, ...] = ()
    """These settings: `target.name`."""
    columns_requested: bool = False
    """Its Jinja uses columns of a relation whose columns are unknown."""
    only_set: tuple[str, ...] = ()
    """Relations that it names only for unused Jinja variables."""
    incremental_problem: str = ""
    """Why the query of an incremental build is uncertain."""


class QueryFacts(Struct, frozen=True, array_like=True):
    """Columns and reads of an asset, from its SQL."""

    columns: dict[str, Column] = {}
    """Columns of a full build."""
    columns_known: bool = False
    """`columns` is complete."""
    reads: dict[str, tuple[str, ...] | None] = {}
    """Used columns by upstream key; None if unknown."""
    whole: bool = False
    """All tables that it reads are known."""
    idle: tuple[str, ...] = ()
    """Keys of tables that are named only in comments or for unused variables, so they are not
    read."""
    named: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """Relations that it names without `ref` or `source`, with the key (or "") and columns of the
    asset. The facts are invalid if these have changed."""
    problems: tuple[str, ...] = ()
    """Facts that could not be determined, one sentence each."""
    empty: bool = False
    """There is no SQL."""


class CacheContent(Struct, array_like=True):
    """Content of the cache file by digest; entries are decoded on access."""

    version: int
    facts: dict[str, Raw]
    rendered: dict[str, Raw]


class TraceCache:
    """The facts and SQL of models, by a digest of everything that they depend on.

    Args:
        file: File of the cache; None: no file. An unreadable file is replaced, because its content
            can be computed again.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._before = CacheContent(VERSION, {}, {})
        self._used = CacheContent(VERSION, {}, {})
        self.traced = 0
        if file is not None:
            with contextlib.suppress(OSError, msgspec.DecodeError):
                before = msgspec.msgpack.decode(file.read_bytes(), type=CacheContent)
                if before.version == VERSION:
                    self._before = before

    def facts(
        self,
        digest: str,
        rendered: str,
        read: Callable[[], QueryFacts],
        is_valid: Callable[[QueryFacts], bool],
    ) -> QueryFacts:
        """Return the facts of an asset's SQL, and trace the SQL if the cache does not have them.

        Args:
            digest: Digest of everything that they depend on.
            rendered: Digest of the SQL, which is kept as long as the facts.
            read: Traces the SQL.
            is_valid: Returns whether cached facts are still valid.
        """
        known = self._used.facts.get(digest) or self._before.facts.get(digest)
        if known is not None:
            facts = _FACTS.decode(known)
            if is_valid(facts):
                self._used.facts[digest] = known
                if rendered in self._before.rendered:
                    self._used.rendered[rendered] = self._before.rendered[rendered]
                return facts
        facts = read()
        self.traced += not facts.empty
        self._used.facts[digest] = Raw(_ENCODER.encode(facts))
        return facts

    def rendered(self, digest: str, render: Callable[[], RenderedNode]) -> RenderedNode:
        """Return a node's SQL, and render it if the cache does not have it.

        Args:
            digest: Digest of everything that it depends on.
            render: Renders the SQL.
        """
        known = self._used.rendered.get(digest) or self._before.rendered.get(digest)
        if known is not None:
            self._used.rendered[digest] = known
            return _RENDERED.decode(known)
        producer = render()
        self._used.rendered[digest] = Raw(_ENCODER.encode(producer))
        return producer

    def keep(self) -> None:
        """Write the entries that this lock has used, if they differ from the file."""
        if self._file is None or (
            self._used.facts.keys() == self._before.facts.keys()
            and self._used.rendered.keys() == self._before.rendered.keys()
        ):
            return
        # A cache that cannot be written only costs time.
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            hooks = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            hooks.write_bytes(_ENCODER.encode(self._used))
            # Replacing a file waits for the disk on ext4, and losing the cache does no harm.
            self._file.unlink(missing_ok=True)
            hooks.replace(self._file)


def digest_of(value: object) -> str:
    """A hash of a value, the same in every process."""
    return hashlib.blake2b(_ENCODER.encode(value), digest_size=16).hexdigest()


_ENCODER = msgspec.msgpack.Encoder()
_FACTS = msgspec.msgpack.Decoder(QueryFacts)
_RENDERED = msgspec.msgpack.Decoder(RenderedNode)
