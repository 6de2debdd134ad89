"""A query's result, in the format that was asked for."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import duckdb
from rich.console import Console

from platform_commands.display import PLAIN_WIDTH, new_console
from platform_commands.errors import Misuse
from platform_commands.query_table import ROWS_SHOWN, query_table

_COPY_OPTIONS = {
    "csv": "format csv, header true",
    "json": "format json, array true",
    "parquet": "format parquet",
}


def write_result(result: duckdb.DuckDBPyRelation, output_format: str, output: Path | None) -> None:
    """Write all rows of a result (as a table: the first ones) to a file or standard output.

    A file appears whole or not at all.

    Args:
        result: Not yet fetched.
        output_format: "table", "csv", "json" or "parquet".
        output: File to write; None: standard output.

    Raises:
        Misuse: the file cannot be written.
        duckdb.Error: the query fails while it runs.
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
        raise Misuse(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def print_table(result: duckdb.DuckDBPyRelation, console: Console) -> None:
    """Print the first rows of a result for people."""
    rows = result.limit(ROWS_SHOWN + 1).fetchall()
    console.print(query_table(result.columns, rows))
    if len(rows) > ROWS_SHOWN:
        console.print(f"the first {ROWS_SHOWN} rows; --format csv, json or parquet gives all")


def one_line(error: duckdb.Error) -> str:
    """DuckDB's message without the picture of the query that follows it."""
    return " ".join(str(error).partition("\n\nLINE ")[0].split())


def _write(result: duckdb.DuckDBPyRelation, output_format: str, file: Path) -> None:
    if output_format == "table":
        with file.open("w", encoding="utf-8") as target:
            print_table(result, Console(file=target, width=PLAIN_WIDTH, highlight=False))
        return
    # The connection that answers queries cannot write files, so another one does, without copy.
    with file.open("wb"), closing(duckdb.connect(":memory:")) as writer:
        writer.register("result", result.to_arrow_reader())
        options = _COPY_OPTIONS[output_format]
        quoted_path = str(file).replace("'", "''")
        writer.execute(f"copy (from result) to '{quoted_path}' ({options})")
