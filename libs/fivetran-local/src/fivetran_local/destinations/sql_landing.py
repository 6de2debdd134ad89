"""Landing by SQL: what DuckDB and PostgreSQL say in the same words, and hooks for the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fivetran_local.column_types import wider
from fivetran_local.destinations.destination import (
    ACTIVE,
    DELETED,
    END,
    ID,
    SYNCED,
    LandingColumn,
    LandingTable,
    moment,
)
from fivetran_local.destinations.incoming import incoming
from fivetran_local.destinations.key_comparison import CAME, GONE, compare_keys
from fivetran_local.destinations.sync_mode import change_sync_mode
from fivetran_local.errors import SourceDataError
from fivetran_local.names import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import duckdb

    from fivetran_local.sources.source import Rows


class SqlLanding(ABC):
    """An open transaction; the public methods are those of `destination.Landing`."""

    # How two keys are compared: `is not distinct from` where keys may hold nulls.
    same = "is not distinct from"

    def __init__(self, duckdb: duckdb.DuckDBPyConnection, checkpoint: Callable[[], None]) -> None:
        """Work on a database.

        Args:
            duckdb: Where the source's values get their types and keys are compared.
            checkpoint: Called often; raises to end the sync.
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
        wanted |= {**table.state_columns, SYNCED: "TIMESTAMPTZ"}
        if not present:
            self.run(f"create schema if not exists {quoted(table.schema_name)}")
            self.create(table, wanted)
            present = wanted
        elif not present.keys() >= table.state_columns.keys():
            present = change_sync_mode(self, table, present)
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
        if table.keeps_history:
            return self._add_versions(table, synced_at)
        arrival = table.arrival(synced_at)
        settings = ", ".join(
            [f"{quoted(name)} = s.{quoted(name)}" for name in _values(table)]
            + [f"{name} = {value}" for name, value in arrival.items()]
        )
        differs = f"d.{DELETED} or {_differs(table)}"
        names = table.value_names
        return self.run(
            f"merge into {table.relation} as d using staged as s on {self.same_key(table)}"
            f" when matched and ({'true' if rewrite else differs}) then update set {settings}"
            f" when not matched then insert ({_listed(names, arrival)})"
            f" values ({', '.join([*(f's.{quoted(name)}' for name in names), *arrival.values()])})"
        )

    def _add_versions(self, table: LandingTable, synced_at: str) -> int:
        """End the versions that are no longer current, then insert those that are.

        As documented, a version ends a millisecond before the next one starts, and a re-sync adds
        none where nothing has changed.
        """
        self.run(
            f"update {table.relation} as d set {ACTIVE} = false,"
            f" {END} = {moment(synced_at)} - interval '1 millisecond',"
            f" {SYNCED} = {moment(synced_at)}"
            f" from staged as s where d.{ACTIVE} and {self.same_key(table)}"
            f" and ({_differs(table)})"
        )
        arrival = table.arrival(synced_at)
        names = table.value_names
        values = [*(f"s.{quoted(name)}" for name in names), *arrival.values()]
        return self.run(
            f"insert into {table.relation} ({_listed(names, arrival)}) select {', '.join(values)}"
            f" from staged as s where not exists (select 1 from {table.relation} as d"
            f" where d.{ACTIVE} and {self.same_key(table)})"
        )

    def delete_unstaged(self, table: LandingTable, synced_at: str, *, touch: bool) -> int:
        """See `Landing.delete_unstaged`."""
        return self.run(
            f"update {table.relation} as d set {_departure(table, synced_at, touch=touch)}"
            f" where {table.current('d')}"
            f" and not exists (select 1 from staged as s where {self.same_key(table)})"
        )

    def delete_gone(
        self, table: LandingTable, keys: Callable[[], Rows], synced_at: str
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
            f"update {table.relation} as d set {_departure(table, synced_at, touch=True)}"
            f" from {GONE} as s where {table.current('d')} and {self.same_key(table)}"
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

    def same_key(self, table: LandingTable) -> str:
        """Return the condition that `d` and `s` are the same row of the source."""
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
    def stage(self, table: LandingTable, rows: Rows) -> None:
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


def _values(table: LandingTable) -> list[str]:
    return [name for name in table.value_names if name not in table.row_key]


def _differs(table: LandingTable) -> str:
    differing = (f"d.{quoted(name)} is distinct from s.{quoted(name)}" for name in _values(table))
    return " or ".join(differing) or "false"


def _listed(names: Iterable[str], added: Iterable[str]) -> str:
    return ", ".join([*map(quoted, names), *added])


def _departure(table: LandingTable, synced_at: str, *, touch: bool) -> str:
    if table.keeps_history:
        return f"{ACTIVE} = false, {END} = {moment(synced_at)}"
    return f"{DELETED} = true" + (f", {SYNCED} = {moment(synced_at)}" if touch else "")
