"""Writing rows to a DuckDB file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fivetran_local.destinations.incoming_rows import incoming
from fivetran_local.destinations.target_table import TargetTable
from fivetran_local.destinations.writer import DestinationWriter
from fivetran_local.names import literal, quoted, quoted_list
from fivetran_local.sources.source import Rows

# A bit for every number between the smallest and the largest key: at most 8 bytes a row and 120 MB.
_BITS_PER_ROW = 64
_MAX_BITS = 1_000_000_000


class DuckDBWriter(DestinationWriter):
    """An open transaction on a DuckDB file; `duckdb` is the connection to the file itself."""

    def fill(self, table: TargetTable, rows: Rows, synced_at: str) -> int:
        """See `DestinationWriter.fill`: rows are streamed into the table."""
        with incoming(self.duckdb, table, rows, self.checkpoint) as query:
            arrival = table.arrival(synced_at)
            added = ", ".join(f"{value} as {name}" for name, value in arrival.items())
            written = self.run(
                f"insert into {table.relation} by name select *, {added} from ({query})"
            )
        self.check_key(table, table.relation)
        return written

    def stage(self, table: TargetTable, rows: Rows) -> None:
        """See `DestinationWriter.stage`."""
        with incoming(self.duckdb, table, rows, self.checkpoint) as query:
            self.run(f"create or replace temp table staged as {query}")
        self.check_key(table, "staged")

    @contextmanager
    def current_keys(self, table: TargetTable) -> Iterator[str]:
        """See `DestinationWriter.current_keys`."""
        yield (
            f"select {quoted_list(table.key)} from {table.relation} as d where {table.current('d')}"
        )

    def load_gone_keys(self, table: TargetTable) -> None:
        """See `DestinationWriter.load_gone_keys`: the table is in this database."""

    def is_provably_unique(self, table: TargetTable, relation: str) -> bool:
        """See `DestinationWriter.is_provably_unique`: counts the bits of dense whole numbers."""
        if [column.type for column in table.key_columns] != ["BIGINT"]:
            return False
        key = quoted(*table.key)
        [(rows, low, high)] = self.rows(f"select count(*), min({key}), max({key}) from {relation}")
        if not rows:
            return True
        if high - low >= min(rows * _BITS_PER_ROW, _MAX_BITS):
            return False
        [(distinct,)] = self.rows(
            f"select bit_count(bitstring_agg({key}, {low}, {high})) from {relation}"
        )
        return bool(distinct == rows)

    def column_types(self, schema_name: str, name: str) -> dict[str, str]:
        """See `DestinationWriter.column_types`."""
        found = self.rows(
            "select column_name, data_type from information_schema.columns"
            f" where table_catalog = current_database() and table_schema = {literal(schema_name)}"
            f" and table_name = {literal(name)} order by ordinal_position"
        )
        return {
            column: "TIMESTAMPTZ" if type_ == "TIMESTAMP WITH TIME ZONE" else type_
            for column, type_ in found
        }

    def create(self, table: TargetTable, columns: dict[str, str]) -> None:
        """See `DestinationWriter.create`: without a key constraint, whose index uses memory."""
        listed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
        self.run(f"create table {table.relation} ({listed})")

    def run(self, statement: str) -> int:
        """See `DestinationWriter.run`."""
        found = self.rows(statement)
        return int(found[0][0]) if found else 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `DestinationWriter.rows`."""
        found: list[tuple[Any, ...]] = self.duckdb.execute(query).fetchall()
        return found

    def spelled(self, column_type: str) -> str:
        """See `DestinationWriter.spelled`: the types have DuckDB's names."""
        return column_type

    def utc_text(self, expression: str) -> str:
        """See `DestinationWriter.utc_text`."""
        return f"strftime(timezone('UTC', {expression}), '%Y-%m-%dT%H:%M:%S.%fZ')"
