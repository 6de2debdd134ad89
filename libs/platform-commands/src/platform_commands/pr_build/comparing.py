"""Two states of one table side by side: rows, keys, values, sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from warehouse import quoted

LONGEST_KEY = 3
"""Columns that a key is looked for in, from the left, where none is promised."""
_NUMBER = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
    *("FLOAT", "DOUBLE", "DECIMAL"),
)


@dataclass(frozen=True)
class ColumnChange:
    """What became of one column that both states have.

    Attributes:
        name: Of the column.
        types: Of the base and of the branch.
        changed: Rows, of those with a key in both, whose value differs; None without a key.
        sums: Of the base and of the branch, as text; None for what is no number.
    """

    name: str
    types: tuple[str, str]
    changed: int | None = None
    sums: tuple[str, str] | None = None

    @property
    def differs(self) -> bool:
        """Something about it is not as it was."""
        return (
            self.types[0] != self.types[1]
            or bool(self.changed)
            or (self.sums is not None and self.sums[0] != self.sums[1])
        )


@dataclass(frozen=True)
class TableComparison:
    """One table in the base and in the branch.

    Attributes:
        table: Schema and name.
        rows: Of the base and of the branch; None where the table is not there.
        key: Columns whose combination tells rows apart in both; empty when there are none.
        added: Keys that only the branch has; None without a key.
        removed: Keys that only the base has; None without a key.
        shared: Keys that both have; None without a key.
        other_rows: Without a key: rows of either state that the other one lacks.
        columns: Those that both have, in the order of the branch.
        columns_added: Those that only the branch has.
        columns_removed: Those that only the base has.
    """

    table: tuple[str, str]
    rows: tuple[int | None, int | None]
    key: tuple[str, ...] = ()
    added: int | None = None
    removed: int | None = None
    shared: int | None = None
    other_rows: int | None = None
    columns: tuple[ColumnChange, ...] = field(default=())
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Row for row, column for column the same table."""
        return not (
            self.rows[0] != self.rows[1]
            or self.added
            or self.removed
            or self.other_rows
            or self.columns_added
            or self.columns_removed
            or any(column.differs for column in self.columns)
        )


def compare(
    connection: duckdb.DuckDBPyConnection,
    databases: tuple[str, str],
    table: tuple[str, str],
    promised_key: Sequence[str] = (),
) -> TableComparison:
    """Compare a table of two attached databases.

    Args:
        connection: Has both attached.
        databases: Names of the base's and of the branch's.
        table: Schema and name.
        promised_key: Columns that are said to tell rows apart. Without them, or where they do
            not, the first columns are tried.
    """
    types = [_columns(connection, database, table) for database in databases]
    relations = [quoted(database, *table) for database in databases]
    counts = [
        _one(connection, f"select count(*) from {relation}") if found else None
        for relation, found in zip(relations, types, strict=True)
    ]
    rows = (counts[0], counts[1])
    if not types[0] or not types[1]:
        return TableComparison(table, rows)
    before, after = types
    common = [name for name in after if name in before]
    new = tuple(name for name in after if name not in before)
    gone = tuple(name for name in before if name not in after)
    sums = _sums(connection, relations, [name for name in common if _number(before, after, name)])
    key = _key(connection, relations, common, promised_key)
    if not key:
        return TableComparison(
            table,
            rows,
            other_rows=_other_rows(connection, relations, common),
            columns=tuple(
                ColumnChange(name, (before[name], after[name]), sums=sums.get(name))
                for name in common
            ),
            columns_added=new,
            columns_removed=gone,
        )
    added, removed, shared, changed = _by_key(connection, relations, key, common)
    return TableComparison(
        table,
        rows,
        key=key,
        added=added,
        removed=removed,
        shared=shared,
        columns=tuple(
            ColumnChange(name, (before[name], after[name]), changed.get(name), sums.get(name))
            for name in common
        ),
        columns_added=new,
        columns_removed=gone,
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str, table: tuple[str, str]
) -> dict[str, str]:
    return dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where database_name = ? "
            "and schema_name = ? and table_name = ? order by column_index",
            [database, *table],
        ).fetchall()
    )


def _number(before: dict[str, str], after: dict[str, str], name: str) -> bool:
    return before[name].startswith(_NUMBER) and after[name].startswith(_NUMBER)


def _sums(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[str], names: Sequence[str]
) -> dict[str, tuple[str, str]]:
    if not names:
        return {}
    # As text: a sum of decimals is exact, and a float's is shown as far as it is certain.
    listed = ", ".join(
        f"case when typeof(any_value({quoted(name)})) in ('FLOAT', 'DOUBLE') "
        f"then printf('%.9g', sum({quoted(name)})::double) else sum({quoted(name)})::varchar end"
        for name in names
    )
    found = [
        connection.execute(f"select {listed} from {one}").fetchone() or () for one in relations
    ]
    return {
        name: (found[0][index] or "0", found[1][index] or "0") for index, name in enumerate(names)
    }


def _key(
    connection: duckdb.DuckDBPyConnection,
    relations: Sequence[str],
    common: Sequence[str],
    promised: Sequence[str],
) -> tuple[str, ...]:
    candidates = [tuple(common[:length]) for length in range(1, LONGEST_KEY + 1)]
    if promised and set(promised) <= set(common):
        candidates.insert(0, tuple(promised))
    for candidate in candidates:
        listed = ", ".join(quoted(name) for name in candidate)
        missing = " or ".join(f"{quoted(name)} is null" for name in candidate)
        if all(
            _one(
                connection,
                f"select count(*) from (select 1 from {relation} group by {listed} "
                f"having count(*) > 1 union all select 1 from {relation} where {missing})",
            )
            == 0
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
    values = [name for name in common if name not in key]
    using = ", ".join(quoted(name) for name in key)
    # Marks a row that is there: in a full join every column of a missing one is null.
    here = quoted("this row is here")
    both = f"old.{here} and new.{here}"
    differ = "".join(
        f", count(*) filter ({both} and old.{quoted(name)} is distinct from new.{quoted(name)})"
        for name in values
    )
    found = connection.execute(
        f"select count(*) filter (old.{here} is null), count(*) filter (new.{here} is null), "
        f"count(*) filter ({both}){differ} "
        f"from (select *, true as {here} from {relations[0]}) as old "
        f"full join (select *, true as {here} from {relations[1]}) as new using ({using})"
    ).fetchone()
    added, removed, shared, *changed = found or (0, 0, 0)
    return added, removed, shared, dict(zip(values, changed, strict=True))


def _other_rows(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[str], common: Sequence[str]
) -> int:
    listed = ", ".join(quoted(name) for name in common)
    one, other = (f"select {listed} from {relation}" for relation in relations)
    return _one(
        connection,
        f"select count(*) from (({one} except all {other}) union all ({other} except all {one}))",
    )


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0
