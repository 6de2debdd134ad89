"""A directory of CSV, Parquet or JSON files as a source, read by DuckDB."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from fivetran_local.column_types import type_of_duckdb
from fivetran_local.errors import SourceDataError, SourceUnreachableError
from fivetran_local.names import literal, quoted
from fivetran_local.sources.source import (
    FileRows,
    HighWaterMark,
    SourceColumn,
    SourceTable,
    SyncSource,
)

# Types are inferred from all rows of a CSV or JSON file: those of a sample would vary.
_CSV = "read_csv([{paths}], sample_size = -1, union_by_name = true)"
_JSON = "read_json([{paths}], sample_size = -1, union_by_name = true)"
_READERS = {
    ".csv": _CSV,
    ".json": _JSON,
    ".jsonl": _JSON,
    ".ndjson": _JSON,
    ".parquet": "read_parquet([{paths}], union_by_name = true)",
}


@dataclass(frozen=True, slots=True)
class _TableFiles:
    """The files of one table, all of the same kind."""

    suffix: str
    paths: tuple[str, ...]

    @property
    def relation(self) -> str:
        """The SQL that reads the files."""
        return _READERS[self.suffix].format(paths=", ".join(map(literal, self.paths)))


@dataclass(frozen=True, slots=True)
class FileDirectory(SyncSource):
    """A directory in which every file, or subdirectory of files of one kind, is a table."""

    path: Path
    schema_name: str
    """Name of the source's only schema."""

    def check(self) -> None:
        """See `SyncSource.check`."""
        if not self.path.is_dir():
            raise SourceUnreachableError(
                f"{self.path}: no such directory. Create it, or fix 'path' in the declaration."
            )

    def fingerprint(self) -> str | None:
        """Return names, sizes and times of all files: writing a file changes its time."""
        try:
            stats = [(path, path.stat()) for path in sorted(self.path.rglob("*"))]
        except OSError:
            return None
        return " ".join(
            f"{path}:{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}" for path, stat in stats
        )

    @contextmanager
    def snapshot(self) -> Iterator["DirectorySnapshot"]:
        """See `SyncSource.snapshot`. Files have no transactions: replace them by renaming."""
        self.check()
        with duckdb.connect() as connection:
            # No downloads: files that need more than CSV, JSON and Parquet readers are an error.
            connection.execute(
                "set timezone = 'UTC'; set memory_limit = '512MB';"
                "set autoinstall_known_extensions = false"
            )
            yield DirectorySnapshot(connection, self.schema_name, _files_by_table(self.path))


@dataclass(frozen=True, slots=True)
class DirectorySnapshot:
    """The files of a directory at one moment."""

    connection: duckdb.DuckDBPyConnection
    schema_name: str
    files: dict[str, _TableFiles]
    """By table name."""

    def tables(self) -> Sequence[SourceTable]:
        """See `SourceSnapshot.tables`."""
        return [
            SourceTable(self.schema_name, name, self._columns(name, files))
            for name, files in sorted(self.files.items())
        ]

    def _columns(self, name: str, files: _TableFiles) -> tuple[SourceColumn, ...]:
        try:
            found = self.connection.execute(f"describe from {files.relation}").fetchall()
        except duckdb.Error as error:
            raise SourceDataError(
                f"{self.schema_name}.{name} cannot be read from {files.paths[0]}: {error}"
            ) from error
        return tuple(SourceColumn(column, type_of_duckdb(type_)) for column, type_, *_ in found)

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> FileRows:
        """See `SourceSnapshot.rows`."""
        select = ", ".join(f"{_expression(column)} as {quoted(column.name)}" for column in columns)
        condition = "true"
        if since is not None:
            name = quoted(since.column.name)
            mark = f"cast({literal(since.value)} as {since.column.type})"
            condition = f"({name} is null or {name} >= {mark})"
        files = self.files[table.name]
        return FileRows(
            f"select {select} from {files.relation} where {condition}",
            tuple(column.name for column in columns),
            files.paths,
        )


def _expression(column: SourceColumn) -> str:
    name = quoted(column.name)
    return f"cast(to_json({name}) as varchar)" if column.type == "JSON" else name


def _files_by_table(directory: Path) -> dict[str, _TableFiles]:
    tables: dict[str, _TableFiles] = {}
    for entry in sorted(directory.iterdir()):
        if entry.name.startswith("."):
            continue
        paths = sorted(entry.iterdir()) if entry.is_dir() else [entry]
        kinds = {path.suffix.lower() for path in paths} & set(_READERS)
        if not kinds:
            continue
        name = entry.name if entry.is_dir() else entry.stem
        if len(kinds) > 1 or name in tables:
            raise SourceDataError(
                f"{directory}: table '{name}' has files of more than one kind. "
                "Provide one file per table, or one directory of files of the same kind."
            )
        (suffix,) = kinds
        tables[name] = _TableFiles(
            suffix, tuple(str(path) for path in paths if path.suffix.lower() == suffix)
        )
    return tables
