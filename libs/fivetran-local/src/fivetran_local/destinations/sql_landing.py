"""Landing by SQL: what DuckDB and PostgreSQL say in the same words, and hooks for the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fivetran_local.column_types import wider
from fivetran_local.destinations.destination import (
    DELETED,
    ID,
    SYNCED,
    LandingColumn,
    LandingTable,
)
from fivetran_local.destinations.incoming import incoming
from fivetran_local.destinations.key_comparison import CAME, GONE, compare_keys
from fivetran_local.errors import SourceDataError
from fivetran_local.names import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import duckdb
    import pyarrow as pa


class SqlLanding(ABC):
    """An open transaction; the public methods are those of `destination.Landing`."""

    # How two keys are compared: `is not distinct from` where keys may hold nulls.
    same = "is not distinct from"

    def __init__(
        self, duckdb: duckdb.DuckDBPyConnection, checkpoint: Callable[[int], None]
    ) -> None:
        """Work on a database.

        Args:
            duckdb: Where the source's values get their types and keys are compared.
            checkpoint: Called with the number of rows of each batch; raises to end the sync.
        """
        self.duckdb = duckdb
        self.checkpoint = checkpoint

    def has(self, schema_name: str, name: str) -> bool:
        """See `Landing.has`."""
        return bool(self.column_types(schema_name, name))

    def prepare(self, table: LandingTable) -> LandingTable:
        """See `Landing.prepare`."""
        present = self.column_types(table.schema_name, table.name)
        wanted = {
            column.name: "VARCHAR" if column.hashed else column.type for column in table.columns
        }
        if not table.key:
            wanted[ID] = "VARCHAR"
        wanted |= {DELETED: "BOOLEAN", SYNCED: "TIMESTAMPTZ"}
        if not present:
            self.run(f"create schema if not exists {quoted(table.schema_name)}")
            self.create(table, wanted)
            present = wanted
        types = {}
        for name, type_ in wanted.items():
            types[name] = wider(present.get(name, type_), type_)
            column = f"{quoted(name)} {self.spelled(types[name])}"
            if name not in present:
                self.run(f"alter table {table.relation} add column {column}")
            elif present[name] != types[name]:
                self.run(
                    f"alter table {table.relation} alter column {quoted(name)} set data type"
                    f" {self.spelled(types[name])}"
                    f" using cast({quoted(name)} as {self.spelled(types[name])})"
                )
        columns = tuple(replace(column, type=types[column.name]) for column in table.columns)
        return replace(table, columns=columns)

    def upsert_staged(self, table: LandingTable, synced_at: str, *, rewrite: bool) -> int:
        """See `Landing.upsert_staged`."""
        names = table.value_names
        values = [name for name in names if name not in table.row_key]
        differs = " or ".join(
            [f"d.{DELETED}"]
            + [f"d.{quoted(name)} is distinct from s.{quoted(name)}" for name in values]
        )
        settings = ", ".join(
            [f"{quoted(name)} = s.{quoted(name)}" for name in values]
            + [f"{DELETED} = false", f"{SYNCED} = {_moment(synced_at)}"]
        )
        return self.run(
            f"merge into {table.relation} as d using staged as s on {self._same_key(table)}"
            f" when matched and ({'true' if rewrite else differs}) then update set {settings}"
            " when not matched then insert"
            f" ({', '.join(map(quoted, names))}, {DELETED}, {SYNCED})"
            f" values ({', '.join(f's.{quoted(name)}' for name in names)}, false,"
            f" {_moment(synced_at)})"
        )

    def delete_unstaged(self, table: LandingTable, synced_at: str | None) -> int:
        """See `Landing.delete_unstaged`."""
        touch = f", {SYNCED} = {_moment(synced_at)}" if synced_at else ""
        return self.run(
            f"update {table.relation} as d set {DELETED} = true{touch} where not d.{DELETED}"
            f" and not exists (select 1 from staged as s where {self._same_key(table)})"
        )

    def delete_gone(
        self, table: LandingTable, keys: Callable[[], pa.RecordBatchReader], synced_at: str
    ) -> int | None:
        """See `Landing.delete_gone`."""
        only_key = replace(table, columns=self.key_columns(table))

        @contextmanager
        def source() -> Iterator[str]:
            with incoming(self.duckdb, only_key, keys(), self.checkpoint) as query:
                yield query

        missing = compare_keys(self.duckdb, table.key, source, lambda: self.living_keys(table))
        if missing is None:
            return 0
        self._refuse_doubles(table, self.duckdb.execute(doubles(table, CAME)).fetchall())
        if missing:
            return None
        self.bring_gone(only_key)
        return self.run(
            f"update {table.relation} as d set {DELETED} = true, {SYNCED} = {_moment(synced_at)}"
            f" from {GONE} as s where not d.{DELETED} and {self._same_key(table)}"
        )

    def key_columns(self, table: LandingTable) -> tuple[LandingColumn, ...]:
        """Return the columns of the key, in the table's order."""
        return tuple(column for column in table.columns if column.name in table.key)

    def highest(self, table: LandingTable, column: LandingColumn) -> str | None:
        """See `Landing.highest`."""
        largest = f"max({quoted(column.name)})"
        if column.type == "TIMESTAMPTZ":
            largest = self.utc_text(largest)
        ((value,),) = self.rows(f"select cast({largest} as varchar) from {table.relation}")
        return None if value is None else str(value)

    def check_key(self, table: LandingTable, relation: str) -> None:
        """Refuse rows with the same key, unless the source rules them out.

        Raises:
            SourceDataError: Two rows in `relation` have the same key.
        """
        if table.key_is_proven or not table.key:
            return
        self._refuse_doubles(table, self.rows(doubles(table, relation)))

    def _refuse_doubles(self, table: LandingTable, found: Sequence[tuple[Any, ...]]) -> None:
        if found:
            *values, count = found[0]
            raise SourceDataError(
                f"{table.place}: {count} rows have the key"
                f" ({', '.join(table.key)}) = ({', '.join(map(str, values))})."
                " Mend 'primary_key' in the declaration, or the rows in the source."
            )

    def _same_key(self, table: LandingTable) -> str:
        return " and ".join(
            f"d.{quoted(name)} {self.same} s.{quoted(name)}" for name in table.row_key
        )

    @abstractmethod
    def living_keys(self, table: LandingTable) -> AbstractContextManager[str]:
        """Offer the keys of the rows that are not marked as deleted, as a query of `duckdb`."""

    @abstractmethod
    def bring_gone(self, table: LandingTable) -> None:
        """Make the keys in the table `GONE` of `duckdb` available to this database."""

    @abstractmethod
    def column_types(self, schema_name: str, name: str) -> dict[str, str]:
        """Return a table's columns with their types; empty where there is no such table."""

    @abstractmethod
    def create(self, table: LandingTable, columns: dict[str, str]) -> None:
        """Create a table with these columns, in a schema that is there."""

    @abstractmethod
    def stage(self, table: LandingTable, rows: pa.RecordBatchReader) -> None:
        """See `Landing.stage`: makes the relation `staged`."""

    @abstractmethod
    def run(self, statement: str) -> int:
        """Run a statement; returns how many rows it changed."""

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query returns."""

    @abstractmethod
    def spelled(self, column_type: str) -> str:
        """Return the type as this database spells it."""

    @abstractmethod
    def utc_text(self, expression: str) -> str:
        """Return the SQL that writes a timestamp with zone as `2024-01-01T10:00:00.000000Z`."""


def doubles(table: LandingTable, relation: str) -> str:
    """Return the query for one key that several rows of `relation` have, and for how many."""
    key = ", ".join(map(quoted, table.key))
    return f"select {key}, count(*) from {relation} group by {key} having count(*) > 1 limit 1"


def _moment(timestamp: str) -> str:
    return f"cast({literal(timestamp)} as timestamptz)"
