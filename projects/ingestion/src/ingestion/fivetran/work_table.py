"""A Fivetran table in the work file, and the SQL that applies changed rows to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingestion.fivetran.destination import ACTIVE, DELETED, SYNCED, Counts, gone
from warehouse import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from ingestion.fivetran.destination import Column
    from warehouse import TableKey, WorkSession

_BATCHES = "_fivetran_batches"
_INCOMING = quoted("temp", "_fivetran_incoming")
_NOTE = "From Fivetran, complete up to {}"


@dataclass(frozen=True)
class RowChanges:
    """Numbers of added, updated and deleted rows."""

    added: int = 0
    updated: int = 0
    deleted: int = 0
    """Newly marked as deleted at the source, or missing in the destination."""

    def __add__(self, other: RowChanges) -> RowChanges:
        return RowChanges(
            self.added + other.added, self.updated + other.updated, self.deleted + other.deleted
        )


class WorkTable:
    """A table of the work file that mirrors one of the destination.

    Args:
        session: The work session; the caller has begun a transaction on its connection.
        key: Schema and name of the table.
        columns: Columns of the destination's table.
        identity: Columns that identify a row; may be empty.
    """

    def __init__(
        self,
        session: WorkSession,
        key: TableKey,
        columns: Sequence[Column],
        identity: Sequence[str],
    ) -> None:
        self.key = tuple(identity)
        self._connection = session.connection
        self._relation = session.relation(key)
        self._schema = quoted(session.work_file.stem, key[0])
        self._names = [session.work_file.stem, *key]
        self._columns = list(columns)
        self._present = session.columns(key)
        self._arrived = _INCOMING

    @property
    def exists(self) -> bool:
        """Whether the work file has the table."""
        return bool(self._present)

    @property
    def has_same_columns(self) -> bool:
        """Whether its columns are the destination's, in name, type and order."""
        return self._present == [(column.name, column.type) for column in self._columns]

    def complete_up_to(self) -> datetime | None:
        """Return the time up to which the last import was complete, from the table's comment.

        The comment is written in the same transaction as the rows and published with them.
        """
        rows = self._connection.execute(
            "select comment from duckdb_tables() "
            "where database_name = ? and schema_name = ? and table_name = ?",
            self._names,
        ).fetchall()
        found = re.fullmatch(_NOTE.format(r"(\S+)"), (rows[0][0] if rows else None) or "")
        return datetime.fromisoformat(found[1]) if found else None

    def note_complete_up_to(self, moment: datetime | None) -> None:
        """Write the comment for the next import."""
        note = f"'{_NOTE.format(moment.isoformat())}'" if moment else "null"
        self._connection.execute(f"comment on table {self._relation} is {note}")

    def newest(self) -> datetime | None:
        """Return the latest time at which Fivetran wrote a row of the table."""
        newest: datetime | None
        (newest,) = self._row(f"select max({quoted(SYNCED)}) from {self._relation}")
        return newest

    def counts(self) -> Counts:
        """Count the rows, and those marked as deleted at the source."""
        return Counts(
            *self._row(
                f"select count(*), count(*) filter (where {self._deleted('t')}) "
                f"from {self._relation} as t"
            )
        )

    def stage(self, batches: pa.RecordBatchReader) -> None:
        """Load rows of the destination into a temporary table, with the types of the columns."""
        self._load(batches, f"temp table {_INCOMING}")
        self._arrived = _INCOMING

    def fill(self, batches: pa.RecordBatchReader) -> RowChanges:
        """Create the table from rows of the destination."""
        self._connection.execute(f"create schema if not exists {self._schema}")
        self._load(batches, f"table {self._relation}")
        self._arrived = self._relation
        return RowChanges(added=self._number(f"select count(*) from {self._relation}"))

    def _load(self, batches: pa.RecordBatchReader, table: str) -> None:
        typed = ", ".join(
            f"cast({quoted(column.name)} as {column.type}) as {quoted(column.name)}"
            for column in self._columns
        )
        self._connection.register(_BATCHES, batches)
        self._connection.execute(f"create or replace {table} as select {typed} from {_BATCHES}")
        # Not in a `finally`: after an error nothing may run before the caller's rollback.
        self._connection.unregister(_BATCHES)

    def repeated_keys(self) -> int:
        """Count the loaded rows whose key another row has."""
        if not self.key:
            return 0
        names = ", ".join(quoted(name) for name in self.key)
        return self._number(
            f"select (select count(*) from {self._arrived}) "
            f"- (select count(*) from (select distinct {names} from {self._arrived}))"
        )

    def merge(self) -> RowChanges:
        """Replace rows whose keys are staged, and add staged rows that are new."""
        changes = self._compare()
        self._connection.execute(
            f"merge into {self._relation} as t using {_INCOMING} as i on {self._same_key()} "
            "when matched then update by name when not matched then insert by name"
        )
        return changes

    def replace(self) -> RowChanges:
        """Replace the table by the staged rows."""
        changes = self._compare_whole()
        self._connection.execute(
            f"create or replace table {self._relation} as select * from {_INCOMING}"
        )
        return changes

    def _compare_whole(self) -> RowChanges:
        """Compare all rows by key, or only their number if there is no common key."""
        needed = {*self.key, SYNCED, DELETED, ACTIVE}
        common = {(column.name, column.type) for column in self._columns if column.name in needed}
        if self.key and common.issubset(self._present):
            return self._compare() + RowChanges(deleted=self._vanished())
        more = self._staged() - self._number(f"select count(*) from {self._relation}")
        return RowChanges(added=max(0, more), deleted=max(0, -more))

    def _compare(self) -> RowChanges:
        marked = f"{self._deleted('i')} and not {self._deleted('t')}"
        return RowChanges(
            *self._row(
                f"select count(*) filter (where t.rowid is null), "
                f"count(*) filter (where t.rowid is not null and not ({marked}) "
                f"and t.{quoted(SYNCED)} is distinct from i.{quoted(SYNCED)}), "
                f"count(*) filter (where t.rowid is not null and {marked}) "
                f"from {_INCOMING} as i left join {self._relation} as t on {self._same_key()}"
            )
        )

    def _vanished(self) -> int:
        return self._number(
            f"select count(*) from {self._relation} as t anti join {_INCOMING} as i "
            f"on {self._same_key()} where not {self._deleted('t')}"
        )

    def _staged(self) -> int:
        return self._number(f"select count(*) from {_INCOMING}")

    def _same_key(self) -> str:
        return " and ".join(f"t.{quoted(name)} = i.{quoted(name)}" for name in self.key)

    def _deleted(self, alias: str) -> str:
        """Return the condition that a row is marked as deleted; false if the table has no mark."""
        return gone(self._columns, alias)

    def _number(self, query: str) -> int:
        (number,) = self._row(query)
        return int(number)

    def _row(self, query: str) -> tuple[Any, ...]:
        """Return the one row of a query; all of it is fetched, else the connection stays in use."""
        [row] = self._connection.execute(query).fetchall()
        return tuple(row)
