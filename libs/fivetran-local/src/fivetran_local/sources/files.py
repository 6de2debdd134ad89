"""A folder of CSV, Parquet or JSON files as a source, read by DuckDB."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from fivetran_local.column_types import type_of_duckdb
from fivetran_local.errors import SourceDataError, SourceUnreachableError
from fivetran_local.names import literal, quoted
from fivetran_local.sources.source import FileRows, HighWaterMark, SourceColumn, SourceTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# Types come from all rows of a CSV or JSON file: from a sample they would change between syncs.
_READERS = {
    ".csv": "read_csv([{paths}], sample_size = -1, union_by_name = true)",
    ".json": "read_json([{paths}], sample_size = -1, union_by_name = true)",
    ".jsonl": "read_json([{paths}], sample_size = -1, union_by_name = true)",
    ".ndjson": "read_json([{paths}], sample_size = -1, union_by_name = true)",
    ".parquet": "read_parquet([{paths}], union_by_name = true)",
}


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of one table, all of one kind."""

    suffix: str
    paths: tuple[Path, ...]

    @property
    def relation(self) -> str:
        """The SQL that reads them."""
        return _READERS[self.suffix].format(
            paths=", ".join(literal(str(path)) for path in self.paths)
        )


class FileFolder:
    """A folder in which every file, or every subfolder of files of one kind, is a table."""

    def __init__(self, path: Path, schema_name: str) -> None:
        """Describe the source; nothing is opened.

        Args:
            path: The folder.
            schema_name: What to call its one schema.
        """
        self._path = path
        self._schema_name = schema_name

    def check(self) -> None:
        """See `Source.check`."""
        if not self._path.is_dir():
            raise SourceUnreachableError(
                f"{self._path}: no such folder. Make it, or mend 'path' in the declaration."
            )

    def fingerprint(self) -> str | None:
        """Return names, sizes and times of all files: whoever writes a file changes its time."""
        try:
            stats = [(path, path.stat()) for path in sorted(self._path.rglob("*"))]
        except OSError:
            return None
        return " ".join(
            f"{path}:{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}" for path, stat in stats
        )

    @contextmanager
    def snapshot(self) -> Iterator[FolderSnapshot]:
        """See `Source.snapshot`. Files have no transactions: replace them whole, by renaming."""
        self.check()
        with closing(duckdb.connect()) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute("set memory_limit = '512MB'")
            # Nothing is downloaded: what a file needs beyond CSV, JSON and Parquet is an error.
            connection.execute("set autoinstall_known_extensions = false")
            yield FolderSnapshot(connection, self._schema_name, _files_by_table(self._path))


class FolderSnapshot:
    """The files of a folder at one moment."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, schema_name: str, files: dict[str, _Files]
    ) -> None:
        self._connection = connection
        self._schema_name = schema_name
        self._files = files

    def tables(self) -> Sequence[SourceTable]:
        """See `Snapshot.tables`."""
        return [
            SourceTable(self._schema_name, name, self._columns(name, files))
            for name, files in sorted(self._files.items())
        ]

    def _columns(self, name: str, files: _Files) -> tuple[SourceColumn, ...]:
        try:
            found = self._connection.execute(f"describe from {files.relation}").fetchall()
        except duckdb.Error as error:
            raise SourceDataError(
                f"{self._schema_name}.{name} cannot be read from {files.paths[0]}: {error}"
            ) from error
        return tuple(SourceColumn(column, type_of_duckdb(type_)) for column, type_, *_ in found)

    def rows(
        self, table: SourceTable, columns: Sequence[SourceColumn], since: HighWaterMark | None
    ) -> FileRows:
        """See `Snapshot.rows`."""
        select = ", ".join(f"{_expression(column)} as {quoted(column.name)}" for column in columns)
        condition = "true"
        if since is not None:
            name = quoted(since.column.name)
            mark = f"cast({literal(since.value)} as {since.column.type})"
            condition = f"({name} is null or {name} >= {mark})"
        files = self._files[table.name]
        return FileRows(
            f"select {select} from {files.relation} where {condition}",
            tuple(column.name for column in columns),
            tuple(map(str, files.paths)),
        )


def _expression(column: SourceColumn) -> str:
    name = quoted(column.name)
    return f"cast(to_json({name}) as varchar)" if column.type == "JSON" else name


def _files_by_table(folder: Path) -> dict[str, _Files]:
    tables: dict[str, _Files] = {}
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        paths = sorted(entry.iterdir()) if entry.is_dir() else [entry]
        kinds = {path.suffix.lower() for path in paths} & set(_READERS)
        if not kinds:
            continue
        name = entry.name if entry.is_dir() else entry.stem
        if len(kinds) > 1 or name in tables:
            raise SourceDataError(
                f"{folder}: table '{name}' has files of more than one kind. "
                "Give each table one file, or one folder of files of the same kind."
            )
        (suffix,) = kinds
        tables[name] = _Files(
            suffix, tuple(path for path in paths if path.suffix.lower() == suffix)
        )
    return tables
