"""`platform sql`: query what the projects have published."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from environment import Environment
from platform_commands.display import new_console
from platform_commands.errors import Misuse, PlatformError, QueryFailed
from platform_commands.home import find_home
from platform_commands.published import open_published
from platform_commands.query_output import one_line, write_result
from platform_commands.sql_prompt import SqlPrompt


class NothingPublished(PlatformError):
    """There is no published file to query."""


def sql(query: str | None, *, output_format: str, output: Path | None) -> int:
    """Answer one query, or a person who types several.

    Args:
        query: SQL, several statements allowed; the last one's result counts. None: taken from
            standard input, and typed at a prompt if that is a terminal.
        output_format: "table", "csv", "json" (an array of objects) or "parquet".
        output: File to write; None: standard output.

    Returns:
        0; problems are raised.

    Raises:
        NothingPublished: no project has published anything.
        QueryFailed: DuckDB refuses the query; its message in one line.
        Misuse: the format does not go with the output.
        PublicationCorrupt: a published file cannot be read.
    """
    if output_format == "parquet" and output is None and sys.stdout.isatty():
        raise Misuse("Parquet is not for a terminal: name a file with --output FILE.")
    environment = find_home().environment
    _require_something(environment)
    if query is None and sys.stdin.isatty():
        if output is not None or output_format != "table":
            raise Misuse("--format and --output need a query: the prompt shows tables.")
        SqlPrompt(environment, new_console()).run()
        return 0
    text = sys.stdin.read() if query is None else query
    with open_published(environment) as connection:
        try:
            result = connection.sql(text)
            if result is not None:
                write_result(result, output_format, output)
        except duckdb.Error as error:
            raise QueryFailed(one_line(error)) from error
    return 0


def _require_something(environment: Environment) -> None:
    if not any(environment.published_dir.glob("[!.]*.duckdb")):
        raise NothingPublished(
            f"Nothing is published in the environment '{environment.name}' "
            f"({environment.published_dir}). Materialize something first: platform run"
        )
