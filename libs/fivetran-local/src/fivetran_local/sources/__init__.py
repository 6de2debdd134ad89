"""Where rows come from: one module per kind of source, all with the same face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fivetran_local.declaration import FilesSource, SqliteSource
from fivetran_local.sources.files import FileFolder
from fivetran_local.sources.postgres import PostgresDatabase
from fivetran_local.sources.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from fivetran_local.declaration import SourceDeclaration
    from fivetran_local.sources.source import Source


def open_source(declared: SourceDeclaration) -> Source:
    """Return the source that a connector declares; nothing is opened yet."""
    if isinstance(declared, SqliteSource):
        return SqliteDatabase(declared.path, declared.schema_name)
    if isinstance(declared, FilesSource):
        return FileFolder(declared.path, declared.schema_name)
    return PostgresDatabase(declared.dsn.get_secret_value(), declared.schema_names)
