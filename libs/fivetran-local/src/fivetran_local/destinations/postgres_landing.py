"""How rows land in PostgreSQL: by COPY into a temporary table, then by one MERGE."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fivetran_local.column_types import NATIVE_TYPES, type_of_postgres
from fivetran_local.destinations.destination import ID, START
from fivetran_local.destinations.incoming import column_names, incoming
from fivetran_local.destinations.key_comparison import GONE
from fivetran_local.destinations.sql_landing import SqlLanding
from fivetran_local.names import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb
    from adbc_driver_manager import dbapi

    from fivetran_local.destinations.destination import LandingColumn, LandingTable
    from fivetran_local.sources.source import Rows

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
        checkpoint: Callable[[], None],
    ) -> None:
        """Work on a connection that has begun a transaction.

        Args:
            connection: The connection to PostgreSQL.
            caster: An empty DuckDB, which gives the source's values their types.
            checkpoint: Called often; raises to end the sync.
        """
        super().__init__(caster, checkpoint)
        self._connection = connection

    def fill(self, table: LandingTable, rows: Rows, synced_at: str) -> int:
        """See `Landing.fill`."""
        self.stage(table, rows)
        names = ", ".join(map(quoted, table.value_names))
        arrival = table.arrival(synced_at)
        return self.run(
            f"insert into {table.relation} ({names}, {', '.join(arrival)})"
            f" select {names}, {', '.join(arrival.values())} from staged"
        )

    def stage(self, table: LandingTable, rows: Rows) -> None:
        """See `Landing.stage`."""
        present = column_names(rows)
        columns = [column for column in table.columns if column.source_name in present]
        with incoming(self.duckdb, table, rows, self.checkpoint) as query:
            self._bring(query, "staged", columns, with_id=not table.key)
        self.check_key(table, "staged")

    def bring_gone(self, table: LandingTable) -> None:
        """See `SqlLanding.bring_gone`."""
        self._bring(f"from {GONE}", GONE, table.columns, with_id=False)

    @contextmanager
    def living_keys(self, table: LandingTable) -> Iterator[str]:
        """See `SqlLanding.living_keys`."""
        columns = self.key_columns(table)
        selected = ", ".join(
            quoted(column.name)
            if column.type in NATIVE_TYPES
            else f"cast({quoted(column.name)} as text) as {quoted(column.name)}"
            for column in columns
        )
        typed = ", ".join(
            f"cast({quoted(column.name)} as {column.type}) as {quoted(column.name)}"
            for column in columns
        )
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"select {selected} from {table.relation} as d where {table.current('d')}"
            )
            self.duckdb.register("living", cursor.fetch_record_batch())
            yield f"select {typed} from living"
            self.duckdb.unregister("living")

    def _bring(
        self, query: str, name: str, columns: Sequence[LandingColumn], *, with_id: bool
    ) -> None:
        """Copy what a query of `duckdb` returns into the view `name`, in the columns' types."""
        self.run(f"drop view if exists {name}")
        self.run(f"drop table if exists {name}_arrived")
        types = {column.name: self.spelled(column.type) for column in columns}
        if with_id:
            types[ID] = "text"
        as_text = ", ".join(
            f"cast({quoted(column.name)} as varchar) as {quoted(column.name)}"
            for column in columns
            if column.type in _AS_TEXT
        )
        plain = f"select * replace ({as_text}) from ({query})" if as_text else query
        typed = self.duckdb.sql(plain).to_arrow_reader(_ROWS_PER_BATCH)
        with self._connection.cursor() as cursor:
            cursor.adbc_ingest(f"{name}_arrived", typed, mode="create", temporary=True)
        listed = ", ".join(
            f"cast({quoted(column)} as {type_}) as {quoted(column)}"
            for column, type_ in types.items()
        )
        self.run(f"create temp view {name} as select {listed} from {name}_arrived")
        # Without statistics the joins with it would be planned for a handful of rows.
        self.run(f"analyze {name}_arrived")

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
        versions = (START,) if table.keeps_history else ()
        key = ", ".join(map(quoted, (*table.row_key, *versions)))
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
