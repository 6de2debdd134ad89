"""Writing rows by SQL: the statements that DuckDB and PostgreSQL share, and hooks for the rest."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from duckdb import DuckDBPyConnection

from fivetran_local.column_types import wider
from fivetran_local.destinations.incoming_rows import incoming
from fivetran_local.destinations.key_comparison import CAME, GONE, compare_keys
from fivetran_local.destinations.sync_mode import change_sync_mode
from fivetran_local.destinations.target_table import (
    ACTIVE,
    DELETED,
    END,
    ID,
    SYNCED,
    TargetColumn,
    TargetTable,
    timestamp,
)
from fivetran_local.errors import SourceDataError
from fivetran_local.names import quoted, quoted_list
from fivetran_local.sources.source import Rows


class DestinationWriter(ABC):
    """An open transaction on a destination."""

    # Comparison of two keys; `is not distinct from` matches nulls.
    same = "is not distinct from"

    def __init__(self, duckdb: DuckDBPyConnection, checkpoint: Callable[[], None]) -> None:
        """Write to a database.

        Args:
            duckdb: Connection in which source values get their types and keys are compared.
            checkpoint: Called often; raises to end the sync.
        """
        self.duckdb = duckdb
        self.checkpoint = checkpoint

    def has(self, schema_name: str, name: str) -> bool:
        """Return whether a table exists."""
        return bool(self.column_types(schema_name, name))

    def prepare(self, table: TargetTable) -> TargetTable:
        """Create a table, or add and widen its columns where needed.

        Columns that the source dropped stay, with their values.

        Returns:
            The table with the types that its columns now have.
        """
        present = self.column_types(table.schema_name, table.name)
        wanted = {
            column.name: "VARCHAR" if column.hashed else column.type for column in table.columns
        }
        if not table.key:
            wanted[ID] = "VARCHAR"
        wanted |= {**table.status_columns, SYNCED: "TIMESTAMPTZ"}
        if not present:
            self.run(f"create schema if not exists {quoted(table.schema_name)}")
            self.create(table, wanted)
            present = wanted
        elif not present.keys() >= table.status_columns.keys():
            present = change_sync_mode(self, table, present)
        types = {name: wider(present.get(name, type_), type_) for name, type_ in wanted.items()}
        for name, type_ in types.items():
            column, spelled = quoted(name), self.spelled(type_)
            if name not in present:
                self.run(f"alter table {table.relation} add column {column} {spelled}")
            elif present[name] != type_:
                self.run(
                    f"alter table {table.relation} alter column {column} set data type {spelled}"
                    f" using cast({column} as {spelled})"
                )
        columns = tuple(replace(column, type=types[column.name]) for column in table.columns)
        return replace(table, columns=columns)

    @abstractmethod
    def fill(self, table: TargetTable, rows: Rows, synced_at: str) -> int:
        """Write all rows into a new table; return their number."""

    @abstractmethod
    def stage(self, table: TargetTable, rows: Rows) -> None:
        """Load rows into the temporary relation `staged`, for the methods below."""

    def upsert_staged(self, table: TargetTable, synced_at: str, *, rewrite: bool) -> int:
        """Merge the staged rows into the table; return the number of written rows.

        Args:
            table: The table.
            synced_at: New `_fivetran_synced` of the written rows.
            rewrite: Write unchanged rows too, as a historical re-sync does.
        """
        if table.keeps_history:
            return self._add_versions(table, synced_at)
        arrival = table.arrival(synced_at)
        settings = ", ".join(
            [f"{quoted(name)} = s.{quoted(name)}" for name in table.compared_names]
            + [f"{name} = {value}" for name, value in arrival.items()]
        )
        condition = "true" if rewrite else f"d.{DELETED} or {_differs(table)}"
        names, values = _inserted(table, arrival)
        return self.run(
            f"merge into {table.relation} as d using staged as s on {self.same_key(table)}"
            f" when matched and ({condition}) then update set {settings}"
            f" when not matched then insert ({names}) values ({values})"
        )

    def _add_versions(self, table: TargetTable, synced_at: str) -> int:
        """End the versions that changed, then insert the new ones.

        As documented by Fivetran, a version ends a millisecond before the next one starts, and a
        re-sync adds no version of an unchanged row.
        """
        now = timestamp(synced_at)
        self.run(
            f"update {table.relation} as d set {ACTIVE} = false,"
            f" {END} = {now} - interval '1 millisecond', {SYNCED} = {now}"
            f" from staged as s where d.{ACTIVE} and {self.same_key(table)}"
            f" and ({_differs(table)})"
        )
        names, values = _inserted(table, table.arrival(synced_at))
        return self.run(
            f"insert into {table.relation} ({names}) select {values}"
            f" from staged as s where not exists (select 1 from {table.relation} as d"
            f" where d.{ACTIVE} and {self.same_key(table)})"
        )

    def delete_unstaged(self, table: TargetTable, synced_at: str, *, touch: bool) -> int:
        """Mark rows as deleted whose keys are not staged; return their number.

        Args:
            table: The table.
            synced_at: New `_fivetran_synced` of these rows or, in history mode, their end.
            touch: False keeps `_fivetran_synced`, as Fivetran does for rows that a re-sync does not
                find. History mode always keeps it.
        """
        return self.run(
            f"update {table.relation} as d set {_departure(table, synced_at, touch=touch)}"
            f" where {table.current('d')}"
            f" and not exists (select 1 from staged as s where {self.same_key(table)})"
        )

    def delete_gone(
        self, table: TargetTable, keys: Callable[[], Rows], synced_at: str
    ) -> int | None:
        """Mark rows as deleted whose keys the source does not have.

        Args:
            table: The table.
            keys: Opens all keys of the source; called once, or twice if some differ.
            synced_at: New `_fivetran_synced` of these rows.

        Returns:
            The number of rows. None, without any change, if keys of the source have no row.
        """
        only_key = replace(table, columns=table.key_columns)

        @contextmanager
        def source_keys() -> Iterator[str]:
            with incoming(self.duckdb, only_key, keys(), self.checkpoint) as query:
                yield query

        missing = compare_keys(
            self.duckdb, table.key, source_keys, lambda: self.current_keys(table)
        )
        if missing is None:
            return 0
        _reject(table, self.duckdb.execute(_duplicates(table, CAME)).fetchall())
        if missing:
            return None
        self.load_gone_keys(only_key)
        return self.run(
            f"update {table.relation} as d set {_departure(table, synced_at, touch=True)}"
            f" from {GONE} as s where {table.current('d')} and {self.same_key(table)}"
        )

    def highest(self, table: TargetTable, column: TargetColumn) -> str | None:
        """Return a column's largest value as text, timestamps in UTC; None without rows."""
        largest = f"max({quoted(column.name)})"
        if column.type == "TIMESTAMPTZ":
            largest = self.utc_text(largest)
        [(value,)] = self.rows(f"select cast({largest} as varchar) from {table.relation}")
        return None if value is None else str(value)

    def check_key(self, table: TargetTable, relation: str) -> None:
        """Check that keys are unique, unless the source guarantees it.

        Raises:
            SourceDataError: Two rows of `relation` have the same key.
        """
        if table.key and not table.key_is_proven and not self.is_provably_unique(table, relation):
            _reject(table, self.rows(_duplicates(table, relation)))

    def is_provably_unique(self, table: TargetTable, relation: str) -> bool:
        """Return whether a cheap check proves the keys of `relation` unique; False if unknown."""
        del table, relation
        return False

    def same_key(self, table: TargetTable) -> str:
        """Return the condition that `d` and `s` are the same row of the source."""
        return " and ".join(
            f"d.{quoted(name)} {self.same} s.{quoted(name)}" for name in table.row_key
        )

    @abstractmethod
    def current_keys(self, table: TargetTable) -> AbstractContextManager[str]:
        """Offer the keys of all rows that are not deleted, as a query of `duckdb`."""

    @abstractmethod
    def load_gone_keys(self, table: TargetTable) -> None:
        """Load the table `GONE` of `duckdb` into this database."""

    @abstractmethod
    def column_types(self, schema_name: str, name: str) -> dict[str, str]:
        """Return a table's columns with their types; empty if the table does not exist."""

    @abstractmethod
    def create(self, table: TargetTable, columns: dict[str, str]) -> None:
        """Create a table with these columns, in an existing schema."""

    @abstractmethod
    def run(self, statement: str) -> int:
        """Run a statement; return the number of rows that it changed."""

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    @abstractmethod
    def spelled(self, column_type: str) -> str:
        """Return this database's name of a type."""

    @abstractmethod
    def utc_text(self, expression: str) -> str:
        """Return the SQL that formats a timestamp with zone as `2024-01-01T10:00:00.000000Z`."""


def _duplicates(table: TargetTable, relation: str) -> str:
    """Return a query for one key that several rows of `relation` have, and their number."""
    key = quoted_list(table.key)
    return f"select {key}, count(*) from {relation} group by {key} having count(*) > 1 limit 1"


def _reject(table: TargetTable, duplicates: Sequence[tuple[Any, ...]]) -> None:
    for *values, count in duplicates:
        raise SourceDataError(
            f"{table.place}: {count} rows have the key"
            f" ({', '.join(table.key)}) = ({', '.join(map(str, values))})."
            " Fix 'primary_key' in the declaration, or the rows in the source."
        )


def _differs(table: TargetTable) -> str:
    names = map(quoted, table.compared_names)
    return " or ".join(f"d.{name} is distinct from s.{name}" for name in names) or "false"


def _inserted(table: TargetTable, arrival: dict[str, str]) -> tuple[str, str]:
    """Return the columns of an insert from `s`, and their values."""
    names = [quoted(name) for name in table.value_names]
    return (
        ", ".join([*names, *arrival]),
        ", ".join([*(f"s.{name}" for name in names), *arrival.values()]),
    )


def _departure(table: TargetTable, synced_at: str, *, touch: bool) -> str:
    if table.keeps_history:
        return f"{ACTIVE} = false, {END} = {timestamp(synced_at)}"
    return f"{DELETED} = true" + (f", {SYNCED} = {timestamp(synced_at)}" if touch else "")
