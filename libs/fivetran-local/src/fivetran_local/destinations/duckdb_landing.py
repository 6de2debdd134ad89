"""How rows land in a DuckDB file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fivetran_local.destinations.incoming import incoming
from fivetran_local.destinations.sql_landing import SqlLanding
from fivetran_local.names import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fivetran_local.destinations.destination import LandingTable
    from fivetran_local.sources.source import Rows

# A bit for every number between the smallest and the largest key: 8 bytes a row and 120 MB at most.
_BITS_PER_ROW = 64
_MOST_BITS = 1_000_000_000


class DuckDBLanding(SqlLanding):
    """An open transaction on a DuckDB file."""

    # `duckdb` is the connection to the file itself; its transaction has begun.

    def fill(self, table: LandingTable, rows: Rows, synced_at: str) -> int:
        """See `Landing.fill`: straight into the table, never held in between."""
        with incoming(self.duckdb, table, rows, self.checkpoint) as query:
            added = ", ".join(
                f"{value} as {name}" for name, value in table.arrival(synced_at).items()
            )
            written = self.run(
                f"insert into {table.relation} by name select *, {added} from ({query})"
            )
        self.check_key(table, table.relation)
        return written

    def stage(self, table: LandingTable, rows: Rows) -> None:
        """See `Landing.stage`."""
        with incoming(self.duckdb, table, rows, self.checkpoint) as query:
            self.run(f"create or replace temp table staged as {query}")
        self.check_key(table, "staged")

    @contextmanager
    def living_keys(self, table: LandingTable) -> Iterator[str]:
        """See `SqlLanding.living_keys`."""
        names = ", ".join(map(quoted, table.key))
        yield f"select {names} from {table.relation} as d where {table.current('d')}"

    def bring_gone(self, table: LandingTable) -> None:
        """See `SqlLanding.bring_gone`: it is here already."""

    def check_key(self, table: LandingTable, relation: str) -> None:
        """See `SqlLanding.check_key`: whole numbers that lie close together need no grouping."""
        types = {column.name: column.type for column in table.columns}
        if table.key_is_proven or not table.key:
            return
        if [types[name] for name in table.key] == ["BIGINT"] and self._are_distinct(
            quoted(*table.key), relation
        ):
            return
        super().check_key(table, relation)

    def _are_distinct(self, key: str, relation: str) -> bool:
        """Tell whether whole numbers are all there and all different; false where it is unknown."""
        [(rows, low, high)] = self.rows(f"select count(*), min({key}), max({key}) from {relation}")
        if not rows:
            return True
        if high - low >= min(rows * _BITS_PER_ROW, _MOST_BITS):
            return False
        [(different,)] = self.rows(
            f"select bit_count(bitstring_agg({key}, {low}, {high})) from {relation}"
        )
        return bool(different == rows)

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
        found = self.duckdb.execute(statement).fetchall()
        return int(found[0][0]) if found else 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See `SqlLanding.rows`."""
        found: list[tuple[Any, ...]] = self.duckdb.execute(query).fetchall()
        return found

    def spelled(self, column_type: str) -> str:
        """See `SqlLanding.spelled`: the vocabulary is DuckDB's own."""
        return column_type

    def utc_text(self, expression: str) -> str:
        """See `SqlLanding.utc_text`."""
        return f"strftime(timezone('UTC', {expression}), '%Y-%m-%dT%H:%M:%S.%fZ')"
