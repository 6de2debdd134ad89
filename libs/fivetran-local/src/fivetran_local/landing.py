"""How rows land in the destination, within one transaction on a DuckDB connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from fivetran_local.column_types import wider
from fivetran_local.errors import SourceDataError
from fivetran_local.names import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_ID = "_fivetran_id"
_DELETED = "_fivetran_deleted"
_SYNCED = "_fivetran_synced"


@dataclass(frozen=True, slots=True)
class LandingColumn:
    """One column of a destination table, and where its values come from."""

    source_name: str
    name: str
    type: str
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class LandingTable:
    """One destination table as a sync wants it."""

    schema_name: str
    name: str
    columns: tuple[LandingColumn, ...]
    key: tuple[str, ...]
    """Destination names of the key columns; empty: rows are told apart by `_fivetran_id`."""
    key_is_proven: bool
    """The source itself keeps the key unique; otherwise every load checks it."""

    @property
    def relation(self) -> str:
        """The quoted name."""
        return quoted(self.schema_name, self.name)

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that tell rows apart."""
        return self.key or (_ID,)


class Landing:
    """An open transaction on the destination."""

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

    def has(self, schema_name: str, name: str) -> bool:
        """Tell whether a table is there."""
        return bool(self._column_types(schema_name, name))

    def prepare(self, table: LandingTable) -> LandingTable:
        """Create a table, or give it the columns that it lacks, each wide enough.

        Columns that the source dropped stay, with the values that they had.

        Returns:
            The table with the types that its columns now have.
        """
        present = self._column_types(table.schema_name, table.name)
        wanted = [(column.name, _landed_type(column)) for column in table.columns]
        if not table.key:
            wanted.append((_ID, "VARCHAR"))
        wanted += [(_DELETED, "BOOLEAN"), (_SYNCED, "TIMESTAMPTZ")]
        if not present:
            columns = ", ".join(f"{quoted(name)} {type_}" for name, type_ in wanted)
            self._execute(f"create schema if not exists {quoted(table.schema_name)}")
            self._execute(f"create table {table.relation} ({columns})")
            return table
        types = {}
        for name, type_ in wanted:
            types[name] = type_
            if name not in present:
                self._execute(f"alter table {table.relation} add column {quoted(name)} {type_}")
            elif present[name] != type_:
                types[name] = wider(present[name], type_)
                if types[name] != present[name]:
                    self._execute(
                        f"alter table {table.relation}"
                        f" alter column {quoted(name)} set data type {types[name]}"
                    )
        columns_now = tuple(
            LandingColumn(column.source_name, column.name, types[column.name], column.hashed)
            for column in table.columns
        )
        return LandingTable(
            table.schema_name, table.name, columns_now, table.key, table.key_is_proven
        )

    def fill(self, table: LandingTable, rows: pa.RecordBatchReader, synced_at: str) -> int:
        """Write all rows into a table that was just created; returns how many."""
        source = self._incoming(table, rows)
        if not table.key:
            source = f"select distinct on ({_ID}) * from ({source})"
        written = self._count(
            table,
            f"insert into {table.relation} by name"
            f" select *, false as {_DELETED}, cast(? as timestamptz) as {_SYNCED} from ({source})",
            rows,
            (synced_at,),
        )
        self._check_key(table, table.relation)
        return written

    def stage(self, table: LandingTable, rows: pa.RecordBatchReader) -> int:
        """Collect rows beside the table, for the methods below; returns how many."""
        source = self._incoming(table, rows)
        if not table.key:
            source = f"select distinct on ({_ID}) * from ({source})"
        staged = self._count(table, f"create or replace temp table staged as {source}", rows)
        self._check_key(table, "staged")
        return staged

    def upsert_staged(self, table: LandingTable, synced_at: str, *, rewrite: bool) -> int:
        """Bring the staged rows into the table; returns how many rows that wrote.

        Args:
            table: The table.
            synced_at: What `_fivetran_synced` becomes.
            rewrite: Write rows too that are the same already, as a historical re-sync does.
        """
        names = [column.name for column in table.columns] + ([] if table.key else [_ID])
        values = [name for name in names if name not in table.row_key]
        differs = " or ".join(
            [f"d.{_DELETED}"]
            + [f"d.{quoted(name)} is distinct from s.{quoted(name)}" for name in values]
        )
        settings = ", ".join(
            [f"{quoted(name)} = s.{quoted(name)}" for name in values]
            + [f"{_DELETED} = false", f"{_SYNCED} = cast($synced_at as timestamptz)"]
        )
        return self._count(
            table,
            f"merge into {table.relation} as d using staged as s on {_same_key(table)}"
            f" when matched and ({'true' if rewrite else differs}) then update set {settings}"
            " when not matched then insert"
            f" ({', '.join(map(quoted, names))}, {_DELETED}, {_SYNCED})"
            f" values ({', '.join(f's.{quoted(name)}' for name in names)}, false,"
            " cast($synced_at as timestamptz))",
            None,
            {"synced_at": synced_at},
        )

    def delete_unstaged(self, table: LandingTable, synced_at: str | None) -> int:
        """Mark rows as deleted whose keys are not staged; returns how many.

        Args:
            table: The table.
            synced_at: What their `_fivetran_synced` becomes; None leaves it, as Fivetran does
                where a re-sync finds rows gone.
        """
        touch = f", {_SYNCED} = cast(? as timestamptz)" if synced_at else ""
        return self._count(
            table,
            f"update {table.relation} as d set {_DELETED} = true{touch} where not d.{_DELETED}"
            f" and not exists (select 1 from staged as s where {_same_key(table)})",
            None,
            (synced_at,) if synced_at else (),
        )

    def staged_but_absent(self, table: LandingTable) -> int:
        """Return how many staged keys have no living row in the table."""
        return self._scalar(
            f"select count(*) from staged as s where not exists (select 1 from {table.relation}"
            f" as d where not d.{_DELETED} and {_same_key(table)})"
        )

    def stage_keys(self, table: LandingTable, keys: pa.RecordBatchReader) -> None:
        """Collect nothing but keys beside the table, for `delete_unstaged`."""
        only_key = tuple(column for column in table.columns if column.name in table.key)
        self.stage(
            LandingTable(table.schema_name, table.name, only_key, table.key, table.key_is_proven),
            keys,
        )

    def highest(self, table: LandingTable, column: LandingColumn) -> str | None:
        """Return the largest value of a column as text, timestamps in UTC; None of no rows."""
        largest = f"max({quoted(column.name)})"
        if column.type == "TIMESTAMPTZ":
            largest = f"strftime(timezone('UTC', {largest}), '%Y-%m-%dT%H:%M:%S.%fZ')"
        (value,) = self._rows(f"select cast({largest} as varchar) from {table.relation}")[0]
        return None if value is None else str(value)

    def _incoming(self, table: LandingTable, rows: pa.RecordBatchReader) -> str:
        """Return the query that turns a source's batches into the table's columns."""
        names = set(rows.schema.names)
        values = ", ".join(
            f"{_value(column)} as {quoted(column.name)}"
            for column in table.columns
            if column.source_name in names
        )
        query = f"select {values} from incoming"
        if table.key:
            return query
        return f"select *, md5(cast(to_json(r) as varchar)) as {_ID} from ({query}) as r"

    def _check_key(self, table: LandingTable, relation: str) -> None:
        if table.key_is_proven or not table.key:
            return
        key = ", ".join(map(quoted, table.key))
        doubles = self._rows(
            f"select {key}, count(*) from {relation} group by {key} having count(*) > 1 limit 1"
        )
        if doubles:
            *values, count = doubles[0]
            raise SourceDataError(
                f"{table.schema_name}.{table.name}: {count} rows have the key"
                f" ({', '.join(table.key)}) = ({', '.join(map(str, values))})."
                " Mend 'primary_key' in the declaration, or the rows in the source."
            )

    def _column_types(self, schema_name: str, name: str) -> dict[str, str]:
        found = self._rows(
            "select column_name, data_type from information_schema.columns"
            " where table_catalog = current_database() and table_schema = ? and table_name = ?",
            (schema_name, name),
        )
        return {
            column: "TIMESTAMPTZ" if type_ == "TIMESTAMP WITH TIME ZONE" else type_
            for column, type_ in found
        }

    def _execute(self, statement: str) -> None:
        self._connection.execute(statement)

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._connection.execute(query, parameters).fetchall()
        return found

    def _scalar(self, query: str) -> int:
        return int(self._rows(query)[0][0])

    def _count(
        self,
        table: LandingTable,
        statement: str,
        incoming: pa.RecordBatchReader | None,
        parameters: Sequence[object] | dict[str, object] = (),
    ) -> int:
        """Run a statement that answers with a number of rows, fed by `incoming` where given."""
        if incoming is None:
            return int(self._connection.execute(statement, parameters).fetchall()[0][0])
        watched = _Watched(incoming, self._checkpoint)
        self._connection.register("incoming", watched.reader)
        try:
            count = int(self._connection.execute(statement, parameters).fetchall()[0][0])
        except duckdb.Error as error:
            # DuckDB turns what a reader raises into text; the real error says what to mend.
            if watched.error is not None:
                raise watched.error from None
            if isinstance(error, duckdb.ConversionException | duckdb.InvalidInputException):
                reason = str(error).partition("\n\nLINE ")[0]
                raise SourceDataError(
                    f"{table.schema_name}.{table.name}: a value does not fit its column: {reason}."
                    " Mend the value in the source."
                ) from error
            raise
        self._connection.unregister("incoming")
        return count


class _Watched:
    """A reader that passes a checkpoint with every batch, and keeps the error that ended it."""

    def __init__(self, rows: pa.RecordBatchReader, checkpoint: Callable[[int], None]) -> None:
        self.error: Exception | None = None
        self._rows = rows
        self._checkpoint = checkpoint
        self.reader = pa.RecordBatchReader.from_batches(rows.schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._rows:
                self._checkpoint(batch.num_rows)
                yield batch
        except Exception as error:
            self.error = error
            raise


def _same_key(table: LandingTable) -> str:
    return " and ".join(
        f"d.{quoted(name)} is not distinct from s.{quoted(name)}" for name in table.row_key
    )


def _landed_type(column: LandingColumn) -> str:
    return "VARCHAR" if column.hashed else column.type


def _value(column: LandingColumn) -> str:
    name = quoted(column.source_name)
    if column.hashed:
        return f"to_base64(unhex(sha256(cast({name} as varchar))))"
    return f"cast({name} as {column.type})"
