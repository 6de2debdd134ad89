"""What was read of models before: a lock after one changed model reads one model's SQL."""

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
    beside: str = ""
    """Jinja and SQL that runs with it and is no part of it: its hooks."""
    full_builds: int = 1
    """How many of the queries build it in full: one for each thing that the manifest does not tell
    and that the SQL is different for."""
    differ_by: tuple[str, ...] = ()
    """What these things are: `target.name`."""
    columns_asked: bool = False
    """Its Jinja asks for columns of a relation that nobody knew."""
    only_set: tuple[str, ...] = ()
    """Relations that it names for variables of Jinja which nothing uses."""


class Told(Struct, frozen=True, array_like=True):
    """What an asset's SQL tells, in the words of the graph."""

    columns: dict[str, Column] = {}
    """What its full build gives."""
    columns_known: bool = False
    """These are all."""
    reads: dict[str, tuple[str, ...] | None] = {}
    """Columns used, by the key of what is read; None where they cannot be told."""
    whole: bool = False
    """All tables that it reads are known."""
    idle: tuple[str, ...] = ()
    """Keys of what is named in its comments, or for variables that nothing uses, and nowhere else:
    never read, beyond doubt."""
    named: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """Relations that it names without `ref` or `source`, with the key that each had (or an empty
    text), and that asset's columns: where these are others now, all this is void."""
    problems: tuple[str, ...] = ()
    """What could not be told."""
    empty: bool = False
    """There is no SQL."""


class Kept(Struct, array_like=True):
    """What the file holds, by a hash of what it depends on, undecoded until it is asked for."""

    version: int
    told: dict[str, Raw]
    rendered: dict[str, Raw]


class TraceCache:
    """What models' SQL tells, and the SQL itself, by what they depend on.

    Args:
        file: Where they are kept from one lock to the next; None: not at all. A file that cannot
            be read is begun anew: it holds nothing that could not be made again.
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

    def told(
        self,
        digest: str,
        rendered: str,
        read: Callable[[], Told],
        is_valid: Callable[[Told], bool],
    ) -> Told:
        """What an asset's SQL tells, read if the cache does not know it.

        Args:
            digest: Of everything that it depends on.
            rendered: Digest of the SQL, which is kept as long as this.
            read: Reads it.
            is_valid: Whether what was told is still true.
        """
        known = self._used.told.get(digest) or self._before.told.get(digest)
        if known is not None:
            told = _TOLD.decode(known)
            if is_valid(told):
                self._used.told[digest] = known
                if rendered in self._before.rendered:
                    self._used.rendered[rendered] = self._before.rendered[rendered]
                return told
        told = read()
        self.traced += not told.empty
        self._used.told[digest] = Raw(_ENCODER.encode(told))
        return told

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
            self._used.told.keys() == self._before.told.keys()
            and self._used.rendered.keys() == self._before.rendered.keys()
        ):
            return
        # A cache that cannot be written costs time, and nothing else.
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            beside.write_bytes(_ENCODER.encode(self._used))
            # A rename onto a file waits for the disk, on ext4 at least, and nothing would be lost.
            self._file.unlink(missing_ok=True)
            beside.replace(self._file)


def digest_of(value: object) -> str:
    """A hash of a value, the same in every process."""
    return hashlib.blake2b(_ENCODER.encode(value), digest_size=16).hexdigest()


_ENCODER = msgspec.msgpack.Encoder()
_TOLD = msgspec.msgpack.Decoder(Told)
_RENDERED = msgspec.msgpack.Decoder(RenderedNode)
