"""Sources of a FROM clause: tables, queries and table functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from dagster_lineage.extract.sql.values import (
    NO_COLUMNS,
    TracedColumn,
    TracedTable,
    Value,
    computed,
    sources_of,
    unknown,
)


class ColumnSource(ABC):
    """Columns that a query can read under one name."""

    @property
    @abstractmethod
    def open(self) -> bool:
        """Whether it may have columns that are not listed."""

    @abstractmethod
    def listed(self, name: str) -> Value | None:
        """Return the listed column with a casefolded name, or None."""

    @abstractmethod
    def assumed(self, name: str) -> Value:
        """Return a column that is not listed. An open source is assumed to have it."""

    @abstractmethod
    def columns(self) -> Iterable[tuple[str, Value]]:
        """Return the listed columns with their names as spelled, in their order."""

    def tables(self) -> Iterable[TracedTable]:
        """Return the tables that a missing column would have come from."""
        return ()

    def record_unknown_use(self) -> None:  # noqa: B027 - a source without tables has no columns to use
        """Record that a query may use any column of it that is not listed."""


class TableSource(ColumnSource):
    """A relation."""

    def __init__(self, table: TracedTable) -> None:
        self.table = table

    @property
    def open(self) -> bool:
        """See `ColumnSource`."""
        return not self.table.complete

    def listed(self, name: str) -> Value | None:
        """See `ColumnSource`."""
        column = self.table.columns.get(name)
        return column.value if column is not None else None

    def assumed(self, name: str) -> Value:
        """See `ColumnSource`."""
        column = self.table.columns[name] = TracedColumn(self.table, name, "")
        return column.value

    def columns(self) -> Iterator[tuple[str, Value]]:
        """See `ColumnSource`."""
        for column in self.table.columns.values():
            yield column.name, column.value

    def tables(self) -> Iterable[TracedTable]:
        """See `ColumnSource`."""
        return (self.table,)

    def record_unknown_use(self) -> None:
        """See `ColumnSource`."""
        if self.open:
            self.table.unknown_use = True


class OpaqueSource(ColumnSource):
    """A table function, an unnested list or a pivot. Any column is computed from its input.

    Args:
        inputs: The columns of its input.
        columns: The columns whose names are known.
        complete: It has no others.
    """

    def __init__(
        self,
        inputs: frozenset[TracedColumn],
        columns: Sequence[tuple[str, Value]] = (),
        *,
        complete: bool = False,
    ) -> None:
        self.inputs = inputs
        self._complete = complete
        self._columns = columns
        self._by_name = {name.casefold(): value for name, value in columns}

    @property
    def open(self) -> bool:
        """See `ColumnSource`."""
        return not self._complete

    def listed(self, name: str) -> Value | None:
        """See `ColumnSource`."""
        return self._by_name.get(name)

    def assumed(self, name: str) -> Value:  # noqa: ARG002 - every column has the same origin
        """See `ColumnSource`."""
        if not self.inputs:
            return unknown("it reads a file or a table function")
        return computed(self.inputs)

    def columns(self) -> Iterable[tuple[str, Value]]:
        """See `ColumnSource`."""
        return self._columns


class Star:
    """A `*` in a query.

    Args:
        source: The source whose columns it stands for.
        hidden: Casefolded names of columns that it leaves out, or that are listed already.
    """

    def __init__(self, source: ColumnSource, hidden: frozenset[str] = frozenset()) -> None:
        self.source = source
        self.hidden = hidden
        self.open = source.open


class Output(ColumnSource):
    """Columns that a query returns, and which a CTE or subquery offers to the query around it.

    Args:
        names: Names of the listed columns, in their order; empty if a name is unknown.
        values: Value of each column.
        stars: Every star in the query. A column that is not listed belongs to an open star. If no
            star is open, it is missing in the tables behind the stars.
    """

    def __init__(
        self, names: Iterable[str] = (), values: Iterable[Value] = (), stars: Iterable[Star] = ()
    ) -> None:
        self.names = list(names)
        self.values = list(values)
        self.stars = list(stars)
        self.deciding = NO_COLUMNS
        """Inside of EXISTS: the columns that decide whether there are rows."""
        self._by_name: dict[str, Value] = {}

    def add(self, name: str, value: Value) -> None:
        """Add a column, while the query is read."""
        self.names.append(name)
        self.values.append(value)

    @property
    def open_stars(self) -> list[Star]:
        """Stars over sources that may have more columns: positions of columns are unknown."""
        return [star for star in self.stars if star.open]

    @property
    def open(self) -> bool:
        """See `ColumnSource`."""
        return "" in self.names or any(star.open for star in self.stars)

    def listed(self, name: str) -> Value | None:
        """See `ColumnSource`."""
        if not self._by_name:
            # The first of several columns with one name.
            names = [one.casefold() for one in reversed(self.names)]
            self._by_name = dict(zip(names, reversed(self.values), strict=True))
        return self._by_name.get(name)

    def assumed(self, name: str) -> Value:
        """See `ColumnSource`."""
        sources = [star.source for star in self.open_stars if name not in star.hidden]
        for source in sources:
            value = source.listed(name)
            if value is not None:
                return value
        if len(sources) == 1:
            return sources[0].assumed(name)
        for source in sources:
            source.record_unknown_use()
        return unknown(f"several tables may have the column: {name}")

    def columns(self) -> Iterable[tuple[str, Value]]:
        """See `ColumnSource`."""
        return zip(self.names, self.values, strict=True)

    def tables(self) -> Iterator[TracedTable]:
        """See `ColumnSource`."""
        for star in self.stars:
            yield from star.source.tables()

    def record_unknown_use(self) -> None:
        """See `ColumnSource`."""
        for star in self.stars:
            star.source.record_unknown_use()

    def renamed(self, names: Sequence[str]) -> Output:
        """Return the output with other names for the first columns, as `alias(a, b)` gives them."""
        if not names:
            return self
        if self.open_stars:  # the positions of columns are unknown, so any name may be any column
            self.record_unknown_use()
            return Output(names, [computed(sources_of(self.values))] * len(names))
        return Output([*names, *self.names[len(names) :]], self.values, self.stars)


def columns_of_all(sources: Iterable[ColumnSource]) -> frozenset[TracedColumn]:
    """Return the upstream columns of all listed columns of several sources."""
    return NO_COLUMNS.union(*(value.sources for source in sources for _, value in source.columns()))
