"""`platform sql`: query the published tables of all projects."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from rich.console import Console
from rich.text import Text

from environment import Environment
from platform_commands.display import new_console
from platform_commands.errors import PlatformError, QueryFailed, UsageError
from platform_commands.query_results import (
    one_line,
    open_published,
    print_table,
    published_files,
    published_tables,
    query_table,
    write_result,
)

PROMPT_HELP = (
    "End a statement with ';'. .tables lists the published tables, .refresh reads the latest "
    "publications, .quit or Ctrl-D exits."
)
HISTORY_FILE = ".sql_history"
HISTORY_LINES = 1000


class NothingPublished(PlatformError):
    """The environment has no published file."""


def sql(query: str | None, *, output_format: str, output: Path | None) -> int:
    """Execute a query, or start a prompt.

    Args:
        query: SQL; of several statements, the result of the last one is written. None: read from
            standard input, or from a prompt if that is a terminal.
        output_format: "table", "csv", "json" (an array of objects) or "parquet".
        output: The file to write; None for standard output.

    Returns:
        0; errors are raised.

    Raises:
        NothingPublished: No project has published a table.
        QueryFailed: DuckDB rejects the query; contains its message in one line.
        UsageError: The format and the output cannot be combined.
        PublicationCorrupt: A published file cannot be read.
    """
    if output_format == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet cannot be written to a terminal: add --output FILE.")
    environment = Environment.from_environ()
    if not published_files(environment):
        raise NothingPublished(
            f"No table is published in the environment '{environment.name}' "
            f"({environment.published_dir}). Materialize assets first: platform run"
        )
    if query is None and sys.stdin.isatty():
        if output is not None or output_format != "table":
            raise UsageError("--format and --output require a query; the prompt prints tables.")
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


class SqlPrompt:
    """A prompt for statements; all of them read the same publications until `.refresh`."""

    def __init__(self, environment: Environment, console: Console) -> None:
        self._environment = environment
        self._console = console
        self._tables: list[str] = []

    def run(self) -> None:
        """Read and execute statements until `.quit` or Ctrl-D.

        Raises:
            PublicationCorrupt: A published file cannot be read.
        """
        with _line_editing(self, self._environment.folder / HISTORY_FILE):
            self._console.print(PROMPT_HELP)
            refresh = True
            while refresh:
                with open_published(self._environment) as connection:
                    self._tables = [".".join(table) for table in published_tables(connection)]
                    refresh = self._session(connection)

    def complete(self, text: str, number: int) -> str | None:
        """Return the `number`th table that begins with `text`, for the Tab key."""
        found = [name for name in self._tables if name.startswith(text)]
        return found[number] if number < len(found) else None

    def _session(self, connection: duckdb.DuckDBPyConnection) -> bool:
        """Execute statements on one connection; True after `.refresh`."""
        lines: list[str] = []
        while True:
            try:
                line = input("       … " if lines else "platform> ")
            except EOFError:
                self._console.print()
                return False
            except KeyboardInterrupt:
                self._console.print()
                lines.clear()
                continue
            command = "" if lines else line.strip()
            if command in {".quit", ".exit"}:
                return False
            if command == ".refresh":
                return True
            if command == ".tables":
                tables = [(".".join(table),) for table in published_tables(connection)]
                self._console.print(query_table(["table"], tables))
            elif command.startswith("."):
                self._console.print(PROMPT_HELP)
            else:
                lines.append(line)
                statement = "\n".join(lines).strip()
                if statement.endswith(";") or not statement:
                    lines.clear()
                    self._execute(connection, statement)

    def _execute(self, connection: duckdb.DuckDBPyConnection, statement: str) -> None:
        try:
            result = connection.sql(statement) if statement else None
            if result is not None:
                print_table(result, self._console)
        except duckdb.Error as error:
            self._console.print(Text(one_line(error), "red"))
        except KeyboardInterrupt:
            self._console.print(Text("Query canceled.", "yellow"))


@contextmanager
def _line_editing(prompt: SqlPrompt, history: Path) -> Iterator[None]:
    """Enable arrow keys, a history and Tab for table names, if Python has readline."""
    try:
        import readline  # noqa: PLC0415 - missing in some builds of Python
    except ImportError:
        yield
        return
    with suppress(OSError):
        readline.read_history_file(history)
    readline.set_history_length(HISTORY_LINES)
    readline.set_completer(prompt.complete)
    readline.set_completer_delims(" \t\n,;()")
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        with suppress(OSError):
            readline.write_history_file(history)
