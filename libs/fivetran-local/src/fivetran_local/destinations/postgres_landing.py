"""How rows land in PostgreSQL: by COPY into a temporary table, then by one MERGE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fivetran_local.column_types import type_of_postgres
from fivetran_local.destinations.destination import DELETED, ID, SYNCED
from fivetran_local.destinations.incoming import incoming
from fivetran_local.destinations.sql_landing import SqlLanding
from fivetran_local.names import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb
    import pyarrow as pa
    from adbc_driver_manager import dbapi

    from fivetran_local.destinations.destination import LandingTable

_ROWS_PER_BATCH = 100_000

_TYPES = {
    "BLOB": "bytea",
    "DOUBLE": "double precision",
    "JSON": "jsonb",
    "VARCHAR": "text",
}

# What COPY cannot write from Arrow: it arrives as text and is cast on its way into the table.
_AS_TEXT = {"JSON", "UUID"}


class PostgresLanding(SqlLanding):
    """An open transaction on a PostgreSQL database."""

    # Key columns are never null there, and only `=` can be hashed.
    same = "="

    def __init__(
        self,
        connection: dbapi.Connection,
        caster: duckdb.DuckDBPyConnection,
        checkpoint: Callable[[int], None],
    ) -> None:
        """Work on a connection that has begun a transaction.

        Args:
            connection: The connection to PostgreSQL.
            caster: An empty DuckDB, which gives the source's values their types.
            checkpoint: Called with the number of rows of each batch; raises to end the sync.
        """
        self._connection = connection
        self._caster = caster
        self._checkpoint = checkpoint

    def fill(self, table: LandingTable, rows: pa.RecordBatchReader, synced_at: str) -> int:
        """See `Landing.fill`."""
        self.stage(table, rows)
        names = ", ".join(map(quoted, table.value_names))
        return self.run(
            f"insert into {table.relation} ({names}, {DELETED}, {SYNCED})"
            f" select {names}, false, cast({literal(synced_at)} as timestamptz) from staged"
        )

    def stage(self, table: LandingTable, rows: pa.RecordBatchReader) -> None:
        """See `Landing.stage`."""
        self.run("drop view if exists staged")
        self.run("drop table if exists arrived")
        present = set(rows.schema.names)
        columns = [column for column in table.columns if column.source_name in present]
        types = {column.name: self.spelled(column.type) for column in columns}
        if not table.key:
            types[ID] = "text"
        as_text = ", ".join(
            f"cast({quoted(column.name)} as varchar) as {quoted(column.name)}"
            for column in columns
            if column.type in _AS_TEXT
        )
        with incoming(self._caster, table, rows, self._checkpoint) as query:
            plain = f"select * replace ({as_text}) from ({query})" if as_text else query
            typed = self._caster.sql(plain).to_arrow_reader(_ROWS_PER_BATCH)
            with self._connection.cursor() as cursor:
                cursor.adbc_ingest("arrived", typed, mode="create", temporary=True)
        listed = ", ".join(
            f"cast({quoted(name)} as {type_}) as {quoted(name)}" for name, type_ in types.items()
        )
        self.run(f"create temp view staged as select {listed} from arrived")
        self.check_key(table, "staged")
        # Without statistics the join below would be planned for a handful of rows.
        self.run("analyze arrived")

    def column_types(self, schema_name: str, name: str) -> dict[str, str]:
        """See `SqlLanding.column_types`."""
        found = self.rows(
            "select a.attname, format_type(a.atttypid, a.atttypmod)"
            " from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid"
            " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
            f" where n.nspname = {literal(schema_name)} and c.relname = {literal(name)}"
            " and a.attnum > 0 and not a.attisdropped order by a.attnum"
        )
        return {column: type_of_postgres(type_) for column, type_ in found}

    def create(self, table: LandingTable, columns: dict[str, str]) -> None:
        """See `SqlLanding.create`: with the key as primary key, as Fivetran does."""
        listed = ", ".join(
            f"{quoted(name)} {self.spelled(type_)}" for name, type_ in columns.items()
        )
        key = ", ".join(map(quoted, table.row_key))
        self.run(f"create table {table.relation} ({listed}, primary key ({key}))")

    def run(self, statement: str) -> int:
        """See `SqlLanding.run`."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return max(0, int(cursor.rowcount))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `SqlLanding.rows`."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def spelled(self, column_type: str) -> str:
        """See `SqlLanding.spelled`."""
        return _TYPES.get(column_type, column_type)

    def utc_text(self, expression: str) -> str:
        """See `SqlLanding.utc_text`."""
        return f"to_char({expression} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
