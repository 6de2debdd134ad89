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

VERSION = 8
"""Counted up whenever the same query would give another trace."""


class RenderedNode(Struct, frozen=True, array_like=True):
    """A dbt node's SQL."""

    queries: tuple[str, ...] = ()
    """What it may run as; those of a full build are first. None where nothing can be rendered."""
    problem: str = ""
    """Why they are not certain, or not there."""
    hooks: str = ""
    """Jinja and SQL of its hooks, which run with the model."""
    full_builds: int = 1
    """How many of the queries build it in full: one for each thing that the manifest does not tell
    and that the SQL is different for."""
    differ_by: tuple[str, ...] = ()
    """What these things are: `target.name`."""
    columns_asked: bool = False
    """Its Jinja uses the columns of a relation whose columns are not known."""
    only_set: tuple[str, ...] = ()
    """Relations that it names for variables of Jinja which nothing uses."""


class QueryFacts(Struct, frozen=True, array_like=True):
    """The columns and reads of an asset, as its SQL has them."""

    columns: dict[str, Column] = {}
    """What its full build gives."""
    columns_known: bool = False
    """These are all."""
    reads: dict[str, tuple[str, ...] | None] = {}
    """Columns used, by the key of what is read; None where they are not known."""
    whole: bool = False
    """All tables that it reads are known."""
    idle: tuple[str, ...] = ()
    """Keys of what is named in its comments, or for variables that nothing uses, and nowhere else:
    never read, beyond doubt."""
    named: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """Relations that it names without `ref` or `source`, with the key that each had (or an empty
    text), and that asset's columns: where these are others now, all this is void."""
    problems: tuple[str, ...] = ()
    """What is not known, in sentences."""
    empty: bool = False
    """There is no SQL."""


class Kept(Struct, array_like=True):
    """The content of the cache file, by digest; entries are decoded when they are used."""

    version: int
    facts: dict[str, Raw]
    rendered: dict[str, Raw]


class TraceCache:
    """The facts of each model's SQL, and the SQL, by a digest of what they depend on.

    Args:
        file: Where they are kept from one lock to the next; None: not at all. A file that cannot
            be read is replaced: all of its content can be computed again.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._before = Kept(VERSION, {}, {})
        self._used = Kept(VERSION, {}, {})
        self.traced = 0
        if file is not None:
            with contextlib.suppress(OSError, msgspec.DecodeError):
                before = msgspec.msgpack.decode(file.read_bytes(), type=Kept)
                if before.version == VERSION:
                    self._before = before

    def facts(
        self,
        digest: str,
        rendered: str,
        read: Callable[[], QueryFacts],
        is_valid: Callable[[QueryFacts], bool],
    ) -> QueryFacts:
        """Return the facts of an asset's SQL; trace the SQL if the cache does not have them.

        Args:
            digest: Of everything that it depends on.
            rendered: Digest of the SQL, which is kept as long as this.
            read: Reads it.
            is_valid: whether the facts are still true.
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
        """A node's SQL, rendered if the cache does not know it.

        Args:
            digest: Of everything that it depends on.
            render: Makes it.
        """
        known = self._used.rendered.get(digest) or self._before.rendered.get(digest)
        if known is not None:
            self._used.rendered[digest] = known
            return _RENDERED.decode(known)
        producer = render()
        self._used.rendered[digest] = Raw(_ENCODER.encode(producer))
        return producer

    def keep(self) -> None:
        """Write what this lock has used, if that differs from what was there."""
        if self._file is None or (
            self._used.facts.keys() == self._before.facts.keys()
            and self._used.rendered.keys() == self._before.rendered.keys()
        ):
            return
        # A cache that cannot be written costs time, and nothing else.
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            hooks = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            hooks.write_bytes(_ENCODER.encode(self._used))
            # A rename onto a file waits for the disk, on ext4 at least, and nothing would be lost.
            self._file.unlink(missing_ok=True)
            hooks.replace(self._file)


def digest_of(value: object) -> str:
    """A hash of a value, the same in every process."""
    return hashlib.blake2b(_ENCODER.encode(value), digest_size=16).hexdigest()


_ENCODER = msgspec.msgpack.Encoder()
_FACTS = msgspec.msgpack.Decoder(QueryFacts)
_RENDERED = msgspec.msgpack.Decoder(RenderedNode)
