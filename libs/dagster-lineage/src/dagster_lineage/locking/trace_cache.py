"""Traces of queries that were read before: a lock after one changed model traces one model."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from dagster_lineage.locking.rendered_nodes import RenderedNode
    from dagster_lineage.sql.schema import Table

VERSION = 2
"""Counted up whenever the same query would give another trace."""


class CachedColumn(Struct, frozen=True, array_like=True):
    """A column that a query gives; `comes_from` are relation (dotted) and column."""

    name: str
    type: str
    comes_from: tuple[tuple[str, str], ...]
    copy: bool


class CachedTrace(Struct, frozen=True, array_like=True):
    """What a query gives and reads, as `sql.trace.Trace`, with relations as dotted texts."""

    columns: tuple[CachedColumn, ...]
    columns_known: bool
    reads: dict[str, tuple[str, ...] | None]
    problems: tuple[str, ...]


class Kept(Struct, array_like=True):
    """What the file holds: traces and rendered SQL, by what they depend on."""

    traces: dict[str, CachedTrace]
    rendered: dict[str, tuple[tuple[str, ...], str]]


class TraceCache:
    """Traces by what they depend on: the query, its dialect, and what is known of its tables.

    Args:
        file: Where they are kept from one lock to the next; None: not at all. A file that cannot
            be read is begun anew: it holds nothing that could not be made again.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._before = Kept({}, {})
        self._used = Kept({}, {})
        self.traced = 0
        if file is not None:
            with contextlib.suppress(OSError, msgspec.DecodeError):
                self._before = msgspec.msgpack.decode(file.read_bytes(), type=Kept)

    def trace(self, query: str, dialect: str, tables: Sequence[Table]) -> CachedTrace:
        """The trace of a query, from the cache if it is there."""
        digest = _digest(query, dialect, tables)
        found = self._used.traces.get(digest) or self._before.traces.get(digest)
        if found is None:
            found = _trace(query, dialect, tables)
            self.traced += 1
        self._used.traces[digest] = found
        return found

    def rendered(self, digest: str, render: Callable[[], RenderedNode]) -> RenderedNode:
        """A node's SQL, rendered if the cache does not know it.

        Args:
            digest: Of everything that it depends on.
            render: Makes it.
        """
        from dagster_lineage.locking.rendered_nodes import RenderedNode  # noqa: PLC0415

        found = self._before.rendered.get(digest)
        if found is not None:
            self._used.rendered[digest] = found
            return RenderedNode(*found)
        made = render()
        self._used.rendered[digest] = (made.queries, made.problem)
        return made

    def keep(self) -> None:
        """Write what this lock has used, if that differs from what was there."""
        if self._file is None or (
            self._used.traces.keys() == self._before.traces.keys()
            and self._used.rendered.keys() == self._before.rendered.keys()
        ):
            return
        # A cache that cannot be written costs time, and nothing else.
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            beside.write_bytes(msgspec.msgpack.encode(self._used))
            beside.replace(self._file)


def _digest(query: str, dialect: str, tables: Sequence[Table]) -> str:
    facts = [
        (table.relation, tuple(table.columns.items()), table.complete)
        for table in sorted(tables, key=lambda one: one.relation)
    ]
    text = msgspec.msgpack.encode((VERSION, query, dialect, facts))
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _trace(query: str, dialect: str, tables: Sequence[Table]) -> CachedTrace:
    from dagster_lineage.sql.schema import Schema  # noqa: PLC0415 - sqlglot only where it is needed
    from dagster_lineage.sql.trace import trace_query  # noqa: PLC0415

    trace = trace_query(query, dialect, Schema(tables))
    return CachedTrace(
        tuple(
            CachedColumn(
                column.name,
                column.type,
                tuple((str(relation), name) for relation, name in column.comes_from),
                column.copy,
            )
            for column in trace.columns
        ),
        trace.columns_known,
        {str(relation): columns for relation, columns in trace.reads.items()},
        trace.problems,
    )
