"""Values of expressions: the upstream columns that they are computed from, and their types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dagster_lineage.extract.sql.schema import RelationName


class TracedColumn:
    """One column of a relation that a query reads. Each column is one object."""

    __slots__ = ("name", "table", "value")

    def __init__(self, table: TracedTable, name: str, type_: str) -> None:
        self.table = table
        self.name = name
        self.value = Value(frozenset((self,)), type_, copy=True)
        """The value of the column itself."""


class TracedTable:
    """One relation that a query reads, and the columns that it uses."""

    __slots__ = ("columns", "complete", "missing", "relation", "unknown_use", "used")

    def __init__(
        self, relation: RelationName, columns: Iterable[tuple[str, str]], *, complete: bool
    ) -> None:
        self.relation = relation
        self.columns = {name.casefold(): TracedColumn(self, name, type_) for name, type_ in columns}
        """By casefolded name: the columns of the schema in their order. For an incomplete relation,
        also the columns that the query reads."""
        self.complete = complete
        """No other column exists."""
        self.used: set[TracedColumn] = set()
        self.missing: dict[str, str] = {}
        """Columns that the query reads and that do not exist, by casefolded name."""
        self.unknown_use = False
        """The query may use columns that cannot be named."""


class UnknownColumn(TracedColumn):
    """Stands for upstream columns that cannot be named. Its name is the reason."""

    __slots__ = ()

    def __init__(self, reason: str) -> None:
        super().__init__(TracedTable(RelationName("", "", ""), (), complete=False), reason, "")

    def __eq__(self, other: object) -> bool:
        """Two of them are the same if their reasons are."""
        return isinstance(other, UnknownColumn) and other.name == self.name

    def __hash__(self) -> int:
        """Return a hash of the reason."""
        return hash(self.name)


Fields = tuple[tuple[str, "Value"], ...]
"""Names and values of the fields of a struct."""


class Value(NamedTuple):
    """Lineage and type of an expression."""

    sources: frozenset[TracedColumn]
    """The upstream columns that it is computed from."""
    type: str
    """In the engine's spelling; empty if unknown. `LITERAL`: an integer literal, whose type
    adapts to that of the other operand."""
    copy: bool
    """It is its one source, unchanged."""
    fields: Fields = ()
    """The fields of a struct, if the query builds it; see `structs`."""


NO_COLUMNS: frozenset[TracedColumn] = frozenset()
NOTHING = Value(NO_COLUMNS, "", copy=False)
LITERAL = "integer literal"


def computed(sources: frozenset[TracedColumn], type_: str = "", fields: Fields = ()) -> Value:
    """Return a value that is computed from columns."""
    return Value(sources, type_, copy=False, fields=fields)


def unknown(reason: str) -> Value:
    """Return a value of which not all upstream columns are known.

    Args:
        reason: Why they are unknown, in a sentence without a period.
    """
    return computed(frozenset((UnknownColumn(reason),)))


def sources_of(values: Iterable[Value]) -> frozenset[TracedColumn]:
    """Return the upstream columns of several values."""
    return NO_COLUMNS.union(*(value.sources for value in values))


def record_use(values: Iterable[Value]) -> None:
    """Record that a query uses the upstream columns of values, and does not only pass them on."""
    for value in values:
        for column in value.sources:
            column.table.used.add(column)
