"""Comparison of a table in two databases: rows, keys, columns, values and sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from warehouse import quoted

LONGEST_KEY = 3
"""Number of first columns that are tried as a key if no declared key is unique."""
_NUMBER_TYPES = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
    *("FLOAT", "DOUBLE", "DECIMAL"),
)


@dataclass(frozen=True)
class ColumnComparison:
    """One column that both tables have."""

    name: str
    types: tuple[str, str]
    """Its types in the base and in the branch."""
    changed: int | None = None
    """Rows with the same key and another value; None without a key."""
    sums: tuple[str, str] | None = None
    """Its sums in the base and in the branch, as text; None unless it is a number."""

    @property
    def differs(self) -> bool:
        """Whether its type, a value or its sum differs."""
        sums_differ = self.sums is not None and self.sums[0] != self.sums[1]
        return self.types[0] != self.types[1] or bool(self.changed) or sums_differ


@dataclass(frozen=True)
class TableComparison:
    """One table in the base and in the branch."""

    table: tuple[str, str]
    """Schema and name."""
    rows: tuple[int | None, int | None]
    """Rows in the base and in the branch; None if the table does not exist there."""
    key: tuple[str, ...] = ()
    """Columns that identify a row in both; empty if there are none."""
    added: int | None = None
    """Keys that only the branch has; None without a key."""
    removed: int | None = None
    """Keys that only the base has; None without a key."""
    shared: int | None = None
    """Keys that both have; None without a key."""
    unmatched: int | None = None
    """Rows of either table without an equal row in the other one; None with a key."""
    columns: tuple[ColumnComparison, ...] = ()
    """Columns of both, in the order of the branch."""
    columns_added: tuple[str, ...] = ()
    """Columns that only the branch has."""
    columns_removed: tuple[str, ...] = ()
    """Columns that only the base has."""

    @property
    def same(self) -> bool:
        """Whether both tables have the same columns and rows."""
        return self.rows[0] == self.rows[1] and not (
            self.added
            or self.removed
            or self.unmatched
            or self.columns_added
            or self.columns_removed
            or any(column.differs for column in self.columns)
        )


def compare(
    connection: duckdb.DuckDBPyConnection,
    databases: tuple[str, str],
    table: tuple[str, str],
    declared_key: Sequence[str] = (),
) -> TableComparison:
    """Compare a table of two attached databases.

    Args:
        connection: Connection with both databases.
        databases: Names of the base's and of the branch's database.
        table: Schema and name.
        declared_key: Columns that are declared to identify a row. If they do not, or without them,
            the first columns are tried.
    """
    before, after = (_columns(connection, database, table) for database in databases)
    base, branch = relations = [quoted(database, *table) for database in databases]
    rows = (
        _number(connection, f"select count(*) from {base}") if before else None,
        _number(connection, f"select count(*) from {branch}") if after else None,
    )
    if not before or not after:
        return TableComparison(table, rows)
    common = [name for name in after if name in before]
    numeric = [
        name
        for name in common
        if before[name].startswith(_NUMBER_TYPES) and after[name].startswith(_NUMBER_TYPES)
    ]
    sums = _sums(connection, relations, numeric)
    key = _key(connection, relations, common, declared_key)
    added = removed = shared = unmatched = None
    changed: dict[str, int] = {}
    if key:
        added, removed, shared, changed = _by_key(connection, relations, key, common)
    else:
        unmatched = _unmatched(connection, relations, common)
    return TableComparison(
        table,
        rows,
        key=key,
        added=added,
        removed=removed,
        shared=shared,
        unmatched=unmatched,
        columns=tuple(
            ColumnComparison(name, (before[name], after[name]), changed.get(name), sums.get(name))
            for name in common
        ),
        columns_added=tuple(name for name in after if name not in before),
        columns_removed=tuple(name for name in before if name not in after),
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str, table: tuple[str, str]
) -> dict[str, str]:
    """Return the columns with their types, in their order; empty if there is no such table."""
    return dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where database_name = ? "
            "and schema_name = ? and table_name = ? order by column_index",
            [database, *table],
        ).fetchall()
    )


def _sums(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[str], names: Sequence[str]
) -> dict[str, tuple[str, str]]:
    if not names:
        return {}
    # As text: sums of decimals are exact, those of floats have the digits that are certain.
    sums = ", ".join(
        f"case when typeof(any_value({quoted(name)})) in ('FLOAT', 'DOUBLE') "
        f"then printf('%.9g', sum({quoted(name)})::double) else sum({quoted(name)})::varchar end"
        for name in names
    )
    before, after = (
        [value or "0" for value in connection.execute(f"select {sums} from {one}").fetchone() or ()]
        for one in relations
    )
    return dict(zip(names, zip(before, after, strict=True), strict=True))


def _key(
    connection: duckdb.DuckDBPyConnection,
    relations: Sequence[str],
    common: Sequence[str],
    declared: Sequence[str],
) -> tuple[str, ...]:
    candidates = [tuple(common[:length]) for length in range(1, LONGEST_KEY + 1)]
    if declared and set(declared) <= set(common):
        candidates.insert(0, tuple(declared))
    for candidate in candidates:
        columns = ", ".join(quoted(name) for name in candidate)
        has_null = " or ".join(f"{quoted(name)} is null" for name in candidate)
        if not any(
            _number(
                connection,
                f"select count(*) from (select 1 from {relation} group by {columns} "
                f"having count(*) > 1 union all select 1 from {relation} where {has_null})",
            )
            for relation in relations
        ):
            return candidate
    return ()


def _by_key(
    connection: duckdb.DuckDBPyConnection,
    relations: Sequence[str],
    key: Sequence[str],
    common: Sequence[str],
) -> tuple[int, int, int, dict[str, int]]:
    """Return the keys added, removed and shared, and the number of changed values by column."""
    values = [name for name in common if name not in key]
    using = ", ".join(quoted(name) for name in key)
    # Marks existing rows: in a full join, every column of a missing row is null.
    exists = quoted("this row exists")
    both = f"old.{exists} and new.{exists}"
    differ = "".join(
        f", count(*) filter ({both} and old.{quoted(name)} is distinct from new.{quoted(name)})"
        for name in values
    )
    found = connection.execute(
        f"select count(*) filter (old.{exists} is null), count(*) filter (new.{exists} is null), "
        f"count(*) filter ({both}){differ} "
        f"from (select *, true as {exists} from {relations[0]}) as old "
        f"full join (select *, true as {exists} from {relations[1]}) as new using ({using})"
    ).fetchone()
    added, removed, shared, *changed = found or (0, 0, 0)
    return added, removed, shared, dict(zip(values, changed, strict=True))


def _unmatched(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[str], common: Sequence[str]
) -> int:
    columns = ", ".join(quoted(name) for name in common)
    one, other = (f"select {columns} from {relation}" for relation in relations)
    return _number(
        connection,
        f"select count(*) from (({one} except all {other}) union all ({other} except all {one}))",
    )


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0
