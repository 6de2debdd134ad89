"""Queries over the published files, and their results as tables and files."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from environment import Environment
from platform_commands.display import PLAIN_WIDTH, new_console
from platform_commands.errors import UsageError
from warehouse import attach_published

ROWS_SHOWN = 200
"""Rows of a table for people; other formats contain all rows."""
_COPY_OPTIONS = {
    "csv": "format csv, header true",
    "json": "format json, array true",
    "parquet": "format parquet",
}


@contextmanager
def open_published(environment: Environment) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory database with every published file attached under its project's name.

    The files are attached read-only, and the connection can then access neither the file system nor
    its settings: no COPY, no ATTACH, no extension. Tables that a query creates are in memory and
    end with the connection. The connection reads the files as they were when it was opened, also
    after a project has published again.

    Raises:
        PublicationCorrupt: A published file cannot be read.
    """
    with closing(duckdb.connect(":memory:")) as connection:
        attach_published(connection, environment)
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def published_files(environment: Environment) -> list[Path]:
    """Return the published files of all projects, sorted."""
    return sorted(environment.published_dir.glob("[!.]*.duckdb"))


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return database, schema and name of every published table and view, sorted."""
    return connection.execute(
        "select database_name, schema_name, table_name as name from duckdb_tables() "
        "where not starts_with(schema_name, '_') union "
        "select database_name, schema_name, view_name from duckdb_views() "
        "where not internal and not starts_with(schema_name, '_') order by all"
    ).fetchall()


def query_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Return the first rows as a table: numbers right-aligned, nulls distinct from empty texts."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for position, column in enumerate(columns):
        values = [row[position] for row in rows if row[position] is not None]
        right = bool(values) and all(
            isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            for value in values
        )
        table.add_column(Text(column), justify="right" if right else "left", overflow="fold")
    for row in rows[:ROWS_SHOWN]:
        table.add_row(*(_cell(value) for value in row))
    return table


def print_table(result: duckdb.DuckDBPyRelation, console: Console) -> None:
    """Print the first rows of a result."""
    rows = result.limit(ROWS_SHOWN + 1).fetchall()
    console.print(query_table(result.columns, rows))
    if len(rows) > ROWS_SHOWN:
        console.print(
            f"Only the first {ROWS_SHOWN} rows; use --format csv, json or parquet for all rows."
        )


def write_result(result: duckdb.DuckDBPyRelation, output_format: str, output: Path | None) -> None:
    """Write a result to a file or standard output: all rows, or the first ones as a table.

    The file is written completely or not at all.

    Args:
        result: The result, not fetched yet.
        output_format: "table", "csv", "json" or "parquet".
        output: The file; None for standard output.

    Raises:
        UsageError: The file cannot be written.
        duckdb.Error: The query fails during its execution.
    """
    if output is None:
        if output_format == "table":
            print_table(result, new_console())
            return
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "result"
            _write(result, output_format, file)
            with file.open("rb") as source:
                shutil.copyfileobj(source, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        _write(result, output_format, part)
        part.replace(output)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def one_line(error: duckdb.Error) -> str:
    """Return DuckDB's message in one line, without the excerpt of the query after it."""
    return " ".join(str(error).partition("\n\nLINE ")[0].split())


def _write(result: duckdb.DuckDBPyRelation, output_format: str, file: Path) -> None:
    if output_format == "table":
        with file.open("w", encoding="utf-8") as target:
            print_table(result, Console(file=target, width=PLAIN_WIDTH, highlight=False))
        return
    # The connection of the query cannot write files, so another one does; no row is copied.
    with file.open("wb"), closing(duckdb.connect(":memory:")) as writer:
        writer.register("result", result.to_arrow_reader())
        path = str(file).replace("'", "''")
        writer.execute(f"copy (from result) to '{path}' ({_COPY_OPTIONS[output_format]})")


def _cell(value: object) -> Text:
    if value is None:
        return Text("null", "dim")
    if isinstance(value, float):
        return Text(f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.2f}")  # noqa: PLR2004
    return Text(str(value))
