"""Writing rows to PostgreSQL: by COPY into a temporary table, then by one MERGE."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from adbc_driver_manager import dbapi
from duckdb import DuckDBPyConnection

from fivetran_local.adbc import fetch_all
from fivetran_local.column_types import NATIVE_TYPES, type_of_postgres
from fivetran_local.destinations.incoming_rows import column_names, incoming
from fivetran_local.destinations.key_comparison import GONE
from fivetran_local.destinations.target_table import ID, START, TargetColumn, TargetTable
from fivetran_local.destinations.writer import DestinationWriter
from fivetran_local.names import literal, quoted, quoted_list
from fivetran_local.sources.source import Rows

_ROWS_PER_BATCH = 100_000

_TYPES = {
    "BLOB": "bytea",
    "DOUBLE": "double precision",
    "JSON": "jsonb",
    "VARCHAR": "text",
}

# Types that COPY cannot write from Arrow: the values are sent as text and cast in PostgreSQL.
_AS_TEXT = {"JSON", "UUID"}


class PostgresWriter(DestinationWriter):
    """An open transaction on a PostgreSQL database."""

    # Key columns are never null there, and only `=` can use a hash join.
    same = "="

    def __init__(
        self,
        connection: dbapi.Connection,
        caster: DuckDBPyConnection,
        checkpoint: Callable[[], None],
    ) -> None:
        """Write to a connection with an open transaction.

        Args:
            connection: The connection to PostgreSQL.
            caster: An empty DuckDB database, in which source values get their types.
            checkpoint: Called often; raises to end the sync.
        """
        super().__init__(caster, checkpoint)
        self._connection = connection

    def fill(self, table: TargetTable, rows: Rows, synced_at: str) -> int:
        """See `DestinationWriter.fill`."""
        self.stage(table, rows)
        names = quoted_list(table.value_names)
        arrival = table.arrival(synced_at)
        return self.run(
            f"insert into {table.relation} ({names}, {', '.join(arrival)})"
            f" select {names}, {', '.join(arrival.values())} from staged"
        )

    def stage(self, table: TargetTable, rows: Rows) -> None:
        """See `DestinationWriter.stage`."""
        present = column_names(rows)
        columns = [column for column in table.columns if column.source_name in present]
        with incoming(self.duckdb, table, rows, self.checkpoint) as query:
            self._load(query, "staged", columns, with_id=not table.key)
        self.check_key(table, "staged")

    def load_gone_keys(self, table: TargetTable) -> None:
        """See `DestinationWriter.load_gone_keys`."""
        self._load(f"from {GONE}", GONE, table.columns, with_id=False)

    @contextmanager
    def current_keys(self, table: TargetTable) -> Iterator[str]:
        """See `DestinationWriter.current_keys`."""
        named = [(quoted(column.name), column.type) for column in table.key_columns]
        selected = ", ".join(
            name if type_ in NATIVE_TYPES else f"cast({name} as text) as {name}"
            for name, type_ in named
        )
        typed = ", ".join(f"cast({name} as {type_}) as {name}" for name, type_ in named)
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"select {selected} from {table.relation} as d where {table.current('d')}"
            )
            self.duckdb.register("current_keys", cursor.fetch_record_batch())
            yield f"select {typed} from current_keys"
            self.duckdb.unregister("current_keys")

    def _load(
        self, query: str, name: str, columns: Sequence[TargetColumn], *, with_id: bool
    ) -> None:
        """Copy the result of a query of `duckdb` into the view `name`, in the columns' types."""
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
        # Without statistics PostgreSQL would plan joins with it for a handful of rows.
        self.run(f"analyze {name}_arrived")

    def column_types(self, schema_name: str, name: str) -> dict[str, str]:
        """See `DestinationWriter.column_types`."""
        found = self.rows(
            "select a.attname, format_type(a.atttypid, a.atttypmod)"
            " from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid"
            " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
            f" where n.nspname = {literal(schema_name)} and c.relname = {literal(name)}"
            " and a.attnum > 0 and not a.attisdropped order by a.attnum"
        )
        return {column: type_of_postgres(type_) for column, type_ in found}

    def create(self, table: TargetTable, columns: dict[str, str]) -> None:
        """See `DestinationWriter.create`: with the key as primary key, as Fivetran does."""
        listed = ", ".join(
            f"{quoted(name)} {self.spelled(type_)}" for name, type_ in columns.items()
        )
        versions = (START,) if table.keeps_history else ()
        key = quoted_list((*table.row_key, *versions))
        self.run(f"create table {table.relation} ({listed}, primary key ({key}))")

    def run(self, statement: str) -> int:
        """See `DestinationWriter.run`."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return max(0, int(cursor.rowcount))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `DestinationWriter.rows`."""
        return fetch_all(self._connection, query)

    def spelled(self, column_type: str) -> str:
        """See `DestinationWriter.spelled`."""
        return _TYPES.get(column_type, column_type)

    def utc_text(self, expression: str) -> str:
        """See `DestinationWriter.utc_text`."""
        return f"to_char({expression} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
