"""Sources of rows: one module per kind, all with the interface in `source`."""

from fivetran_local.declaration import FilesSource, SourceDeclaration, SqliteSource
from fivetran_local.sources.files import FileDirectory
from fivetran_local.sources.postgres import PostgresDatabase
from fivetran_local.sources.source import SyncSource
from fivetran_local.sources.sqlite import SqliteDatabase


def open_source(declared: SourceDeclaration) -> SyncSource:
    """Return a connector's source; nothing is opened yet."""
    if isinstance(declared, SqliteSource):
        return SqliteDatabase(declared.path, declared.schema_name)
    if isinstance(declared, FilesSource):
        return FileDirectory(declared.path, declared.schema_name)
    return PostgresDatabase(declared.dsn.get_secret_value(), declared.schema_names)
