"""What a FROM clause offers under one name: a table, a query, or something opaque."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dagster_lineage.extract.sql.values import (
    NO_COLUMNS,
    NOTHING,
    TableRead,
    Upstream,
    Value,
    computed,
    copy_of,
)


class Source(ABC):
    """Columns under one name."""

    @property
    @abstractmethod
    def open(self) -> bool:
        """It may have columns that are not known."""

    @abstractmethod
    def known(self, name: str) -> Value | None:
        """The column of that folded name, if it certainly has it."""

    @abstractmethod
    def guess(self, name: str) -> Value:
        """A column that an open source is asked for, so it is held to have it."""

    @abstractmethod
    def columns(self) -> Iterator[tuple[str, Value]]:
        """The known columns with their names as spelled, in order."""

    @abstractmethod
    def tables(self) -> Iterator[TableRead]:
        """The tables that a column which it should have would have come from."""

    def doubt(self) -> None:  # noqa: B027 - what has no table behind it has nothing to doubt
        """Somebody uses columns of it that cannot be told, so of the tables behind it."""


class TableSource(Source):
    """A relation."""

    def __init__(self, table: TableRead) -> None:
        self.table = table

    @property
    def open(self) -> bool:
        """Whether columns may exist that are not known."""
        return not self.table.complete

    def known(self, name: str) -> Value | None:
        """The column of that folded name, if it certainly has it."""
        column = self.table.columns.get(name)
        return copy_of(column) if column is not None else None

    def guess(self, name: str) -> Value:
        """A column that it is held to have."""
        column = self.table.columns[name] = Upstream(self.table, name, "")
        return copy_of(column)

    def columns(self) -> Iterator[tuple[str, Value]]:
        """The known columns, in order."""
        for column in self.table.columns.values():
            yield column.name, copy_of(column)

    def tables(self) -> Iterator[TableRead]:
        """The tables behind it."""
        yield self.table

    def doubt(self) -> None:
        """Columns of it are used that cannot be told."""
        if not self.table.complete:
            self.table.unsure = True


@dataclass
class Star:
    """A star in a query: what it stands for and what it leaves out."""

    source: Source
    hidden: frozenset[str] = frozenset()


@dataclass
class Output:
    """What a query gives.

    Attributes:
        names: Names of the columns that are known, in order; an empty one has no known name.
        values: What each is.
        stars: Every star in it: a column that is not among the known ones is one of an open one's,
            and if none is open it is missing in what they stand for.
    """

    names: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    stars: list[Star] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """There may be columns that are not known."""
        return any(star.source.open for star in self.stars)

    def add(self, name: str, value: Value) -> None:
        """One more column."""
        self.names.append(name)
        self.values.append(value)

    def renamed(self, names: Sequence[str]) -> Output:
        """The same under other names, as `alias(a, b)` gives them to the first columns."""
        if self.open:
            # Positions are not known: names tell nothing of what is behind them.
            self.doubt()
            sources = NO_COLUMNS.union(*(value.sources for value in self.values))
            unknown = computed(sources)
            return Output(list(names), [unknown] * len(names))
        return Output([*names, *self.names[len(names) :]], self.values, self.stars)

    def doubt(self) -> None:
        """Columns of it are used that cannot be told."""
        for star in self.stars:
            star.source.doubt()


class QuerySource(Source):
    """A CTE or a subquery."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.open_stars = [star for star in output.stars if star.source.open]
        self._by_name: dict[str, Value] = {}
        for name, value in zip(output.names, output.values, strict=True):
            self._by_name.setdefault(name.casefold(), value)

    @property
    def open(self) -> bool:
        """Whether columns may exist that are not known."""
        return bool(self.open_stars) or "" in self._by_name

    def known(self, name: str) -> Value | None:
        """The column of that folded name, if it certainly has it."""
        return self._by_name.get(name)

    def guess(self, name: str) -> Value:
        """A column that it is held to have."""
        found = [star.source for star in self.open_stars if name not in star.hidden]
        known = [value for source in found if (value := source.known(name)) is not None]
        if known:
            return known[0]
        if len(found) == 1:
            return found[0].guess(name)
        for source in found:
            source.doubt()
        return NOTHING

    def columns(self) -> Iterator[tuple[str, Value]]:
        """The known columns, in order."""
        return zip(self.output.names, self.output.values, strict=True)

    def tables(self) -> Iterator[TableRead]:
        """The tables behind it."""
        for star in self.output.stars:
            yield from star.source.tables()

    def doubt(self) -> None:
        """Columns of it are used that cannot be told."""
        self.output.doubt()


class OpaqueSource(Source):
    """A table function, an unnested list, a pivot: any column, made of what went in.

    Args:
        made_of: The columns that went in.
        columns: Those of its columns that are known.
        complete: There are no others.
    """

    def __init__(
        self,
        made_of: frozenset[Upstream],
        columns: Sequence[tuple[str, Value]] = (),
        *,
        complete: bool = False,
    ) -> None:
        self.made_of = made_of
        self._columns = list(columns)
        self._by_name = {name.casefold(): value for name, value in columns}
        self._complete = complete

    @property
    def open(self) -> bool:
        """Whether columns may exist that are not known."""
        return not self._complete

    def known(self, name: str) -> Value | None:
        """The column of that folded name, if it certainly has it."""
        return self._by_name.get(name)

    def guess(self, name: str) -> Value:  # noqa: ARG002 - any name will do
        """A column that it is held to have."""
        return computed(self.made_of)

    def columns(self) -> Iterator[tuple[str, Value]]:
        """The known columns, in order."""
        return iter(self._columns)

    def tables(self) -> Iterator[TableRead]:
        """The tables behind it."""
        return iter(())
