"""The prompt of `platform sql`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from rich.console import Console
from rich.text import Text

from environment import Environment
from platform_commands.published import open_published
from platform_commands.query_output import one_line, print_table
from platform_commands.query_table import query_table

HELP = (
    "A statement ends with ';'. .tables lists what is published, .refresh takes in what was "
    "published meanwhile, .quit or Ctrl-D ends."
)
HISTORY_FILE = ".sql_history"
HISTORY_LINES = 1000


class SqlPrompt:
    """Reads statements, answers them, and sees one unchanging state until `.refresh`."""

    def __init__(self, environment: Environment, console: Console) -> None:
        """Prepare, and open nothing.

        Args:
            environment: Whose published files.
            console: Where answers go.
        """
        self._environment = environment
        self._console = console
        self._tables: list[str] = []

    def run(self) -> None:
        """Answer until the person has had enough.

        Raises:
            PublicationCorrupt: a published file cannot be read.
        """
        with _line_editing(self, self._environment.folder / HISTORY_FILE):
            self._console.print(HELP)
            again = True
            while again:
                with open_published(self._environment) as connection:
                    self._tables = [name for (name,) in _tables(connection)]
                    again = self._session(connection)

    def complete(self, text: str, number: int) -> str | None:
        """The `number`th table that begins with `text`, for the Tab key."""
        found = [name for name in self._tables if name.startswith(text)]
        return found[number] if number < len(found) else None

    def _session(self, connection: duckdb.DuckDBPyConnection) -> bool:
        """Answer on one connection; True if a new one is wanted."""
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
            if not lines and line.strip().startswith("."):
                if line.strip() in {".quit", ".exit"}:
                    return False
                if line.strip() == ".refresh":
                    return True
                self._dot_command(connection, line.strip())
                continue
            lines.append(line)
            statement = "\n".join(lines).strip()
            if statement.endswith(";") or not statement:
                lines.clear()
                self._answer(connection, statement)

    def _dot_command(self, connection: duckdb.DuckDBPyConnection, command: str) -> None:
        if command == ".tables":
            self._console.print(query_table(["table"], _tables(connection)))
        else:
            self._console.print(HELP)

    def _answer(self, connection: duckdb.DuckDBPyConnection, statement: str) -> None:
        if not statement:
            return
        try:
            result = connection.sql(statement)
            if result is not None:
                print_table(result, self._console)
        except duckdb.Error as error:
            self._console.print(Text(one_line(error), "red"))
        except KeyboardInterrupt:
            self._console.print(Text("The query was stopped.", "yellow"))


def _tables(connection: duckdb.DuckDBPyConnection) -> Sequence[tuple[str]]:
    return connection.execute(
        "select database_name || '.' || schema_name || '.' || name from ("
        "select database_name, schema_name, table_name as name from duckdb_tables() union all "
        "select database_name, schema_name, view_name from duckdb_views() where not internal) "
        "where not starts_with(schema_name, '_') order by all"
    ).fetchall()


@contextmanager
def _line_editing(prompt: SqlPrompt, history: Path) -> Iterator[None]:
    """Arrow keys, history over sessions, and Tab for table names, where there is readline."""
    try:
        import readline  # noqa: PLC0415 - some Pythons are built without it
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
