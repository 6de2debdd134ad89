"""What an expression is to lineage: the upstream columns in it, its type, whether it copies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dagster_lineage.extract.sql.schema import Relation


class Upstream:
    """One column of one relation that a query reads; the same object wherever it is met."""

    __slots__ = ("name", "table", "type")

    def __init__(self, table: TableRead, name: str, type_: str) -> None:
        self.table = table
        self.name = name
        self.type = type_


class TableRead:
    """One relation that a query reads, however often, and the columns that it uses of it.

    Attributes:
        relation: Its name.
        columns: Its columns by folded name: those that the schema tells, in order, and for an
            incomplete one those that the query was seen to use.
        complete: No other column exists.
        used: Columns that the query uses.
        missing: Columns that it asks for and that do not exist, by folded name.
        unsure: Columns may be used that cannot be told.
    """

    __slots__ = ("columns", "complete", "missing", "relation", "unsure", "used")

    def __init__(
        self, relation: Relation, columns: Iterable[tuple[str, str]], *, complete: bool
    ) -> None:
        self.relation = relation
        self.columns = {name.casefold(): Upstream(self, name, type_) for name, type_ in columns}
        self.complete = complete
        self.used: set[Upstream] = set()
        self.missing: dict[str, str] = {}
        self.unsure = False


class Value(NamedTuple):
    """What an expression is made of."""

    sources: frozenset[Upstream]
    type: str
    """In the engine's spelling; empty when unknown. An integer literal that has not met a column
    yet is `LITERAL`: its type adapts to its neighbour's."""
    copy: bool
    """It is its one source, unchanged."""


NO_COLUMNS: frozenset[Upstream] = frozenset()
NOTHING = Value(NO_COLUMNS, "", copy=False)
LITERAL = "integer literal"


def copy_of(column: Upstream) -> Value:
    """The value that a column is by itself."""
    return Value(frozenset((column,)), column.type, copy=True)


def computed(sources: frozenset[Upstream], type_: str = "") -> Value:
    """A value that is made of columns and is none of them."""
    return Value(sources, type_, copy=False)


def use(value: Value) -> None:
    """Note that a query depends on a value, not only hands it on."""
    for column in value.sources:
        column.table.used.add(column)
