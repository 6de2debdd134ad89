"""How rows land in a DuckDB file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fivetran_local.destinations.destination import DELETED, SYNCED
from fivetran_local.destinations.incoming import incoming
from fivetran_local.destinations.sql_landing import SqlLanding
from fivetran_local.names import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb
    import pyarrow as pa

    from fivetran_local.destinations.destination import LandingTable


class DuckDBLanding(SqlLanding):
    """An open transaction on a DuckDB file."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, checkpoint: Callable[[int], None]
    ) -> None:
        """Work on a connection that has begun a transaction.

        Args:
            connection: The connection.
            checkpoint: Called with the number of rows of each batch; raises to end the sync.
        """
        self._connection = connection
        self._checkpoint = checkpoint

    def fill(self, table: LandingTable, rows: pa.RecordBatchReader, synced_at: str) -> int:
        """See `Landing.fill`: straight into the table, never held in between."""
        with incoming(self._connection, table, rows, self._checkpoint) as query:
            written = self.run(
                f"insert into {table.relation} by name select *, false as {DELETED},"
                f" cast({literal(synced_at)} as timestamptz) as {SYNCED} from ({query})"
            )
        self.check_key(table, table.relation)
        return written

    def stage(self, table: LandingTable, rows: pa.RecordBatchReader) -> None:
        """See `Landing.stage`."""
        with incoming(self._connection, table, rows, self._checkpoint) as query:
            self.run(f"create or replace temp table staged as {query}")
        self.check_key(table, "staged")

    def column_types(self, schema_name: str, name: str) -> dict[str, str]:
        """See `SqlLanding.column_types`."""
        found = self.rows(
            "select column_name, data_type from information_schema.columns"
            f" where table_catalog = current_database() and table_schema = {literal(schema_name)}"
            f" and table_name = {literal(name)} order by ordinal_position"
        )
        return {
            column: "TIMESTAMPTZ" if type_ == "TIMESTAMP WITH TIME ZONE" else type_
            for column, type_ in found
        }

    def create(self, table: LandingTable, columns: dict[str, str]) -> None:
        """See `SqlLanding.create`: without a key constraint, whose index would cost memory."""
        listed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
        self.run(f"create table {table.relation} ({listed})")

    def run(self, statement: str) -> int:
        """See `SqlLanding.run`."""
        found = self._connection.execute(statement).fetchall()
        return int(found[0][0]) if found else 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `SqlLanding.rows`."""
        found: list[tuple[Any, ...]] = self._connection.execute(query).fetchall()
        return found

    def spelled(self, column_type: str) -> str:
        """See `SqlLanding.spelled`: the vocabulary is DuckDB's own."""
        return column_type

    def utc_text(self, expression: str) -> str:
        """See `SqlLanding.utc_text`."""
        return f"strftime(timezone('UTC', {expression}), '%Y-%m-%dT%H:%M:%S.%fZ')"
