"""Where rows come from: one module per kind of source, all with the same face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fivetran_local.sources.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from fivetran_local.declaration import SourceDeclaration
    from fivetran_local.sources.source import Source


def open_source(declared: SourceDeclaration) -> Source:
    """Return the source that a connector declares; nothing is opened yet."""
    return SqliteDatabase(declared.path, declared.schema_name)
