"""Which column a name in a query means."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dagster_lineage.extract.sql.schema import Relation
from dagster_lineage.extract.sql.sources import Output, Source
from dagster_lineage.extract.sql.values import NO_COLUMNS, NOTHING, TableRead, Value, computed, use

PLACEHOLDER = "__unknown_"
"""What a renderer writes for a text that nobody told it: no column of any table."""


@dataclass(frozen=True)
class Missing:
    """A column that a query asks for and that no relation in reach has.

    Attributes:
        column: Its name as the query spells it.
        relations: The relations that it may have been meant of, the likeliest first.
        line: Line in the SQL, from 1; 0 when not known.
    """

    column: str
    relations: tuple[Relation, ...]
    line: int = 0


@dataclass
class Scope:
    """The names that one SELECT sees.

    Attributes:
        sources: What FROM offers, by folded name, in order.
        parent: The SELECT around it, whose names a subquery sees too.
        merged: Columns that USING or NATURAL has made one, by folded name.
        aliases: Columns of the SELECT's own list so far, by folded name.
        see_aliases: The clause that is being read may use `aliases`.
        aliases_first: It prefers them to columns of `sources` (ORDER BY does).
        unstarred: Names in `sources` that `*` leaves out: the right side of semi joins.
        ctes: What the names of common table expressions stand for, by folded name.
        given: Names that ClickHouse lets any part of the query use, also before they are given: of
            expressions in WITH and in the SELECT's list. By folded name, how their value is read
            where somebody uses it.
    """

    parent: Scope | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    merged: dict[str, Value] = field(default_factory=dict)
    aliases: dict[str, Value] = field(default_factory=dict)
    see_aliases: bool = False
    aliases_first: bool = False
    unstarred: set[str] = field(default_factory=set)
    ctes: dict[str, Output] = field(default_factory=dict)
    given: dict[str, Callable[[Scope], Value]] = field(default_factory=dict)

    def levels(self) -> Iterator[Scope]:
        """This scope and those around it, the innermost first."""
        level: Scope | None = self
        while level is not None:
            yield level
            level = level.parent

    def source(self, name: str) -> Source | None:
        """What a folded alias means."""
        for level in self.levels():
            found = level.sources.get(name)
            if found is not None:
                return found
        return None

    def value_given(self, name: str, user: Scope) -> Value | None:
        """What a folded name of `given` stands for.

        While it is read, the name means a column: `upper(name) as name` does not call itself.
        """
        read = self.given.pop(name, None)
        if read is None:
            return None
        value = read(user)
        self.given[name] = read
        return value


class Names:
    """Resolves names, and notes what is read and what is missing.

    Args:
        pseudocolumns: Folded names that any relation may be asked for, such as `rowid`.

    Attributes:
        missing: What was asked for and does not exist.
        problems: Sentences on what could not be told, each once.
    """

    def __init__(self, pseudocolumns: frozenset[str] = frozenset()) -> None:
        self.pseudocolumns = pseudocolumns
        self.missing: dict[tuple[str, str], Missing] = {}
        self.problems: dict[str, None] = {}

    def column(self, scope: Scope, name: str, qualifiers: tuple[str, ...], line: int) -> Value:
        """The column that a name means.

        Args:
            scope: Where it stands.
            name: The name as spelled.
            qualifiers: What stands before it, the nearest last: `("schema", "table")`.
            line: Line in the SQL.
        """
        value = (
            self._qualified(scope, name, qualifiers, line)
            if qualifiers
            else self._unqualified(scope, name, line)
        )
        for column in value.sources:
            column.table.used.add(column)
        return value

    def _qualified(self, scope: Scope, name: str, qualifiers: tuple[str, ...], line: int) -> Value:
        folded = name.casefold()
        source = scope.source(qualifiers[-1].casefold())
        if source is not None:
            found = source.known(folded)
            if found is not None:
                return found
            if source.open:
                return source.guess(folded) if folded == name else _named(source, folded, name)
            return self._missing(name, [source], line)
        # `a.b` and `a.b.c` may be fields of a struct: of a table's column, or of a column.
        for position, qualifier in enumerate(qualifiers):
            rest = (*qualifiers[position + 1 :], name)
            source = scope.source(qualifier.casefold())
            if source is not None:
                return _field(self._qualified(scope, rest[0], (qualifier,), line))
        found = self._certain(scope, qualifiers[0].casefold())
        if found is not None or any(source.open for source in scope.sources.values()):
            return _field(self._unqualified(scope, qualifiers[0], line))
        self.problems[
            f"nothing is called {qualifiers[-1]} where {'.'.join((*qualifiers, name))} is read"
        ] = None
        return NOTHING

    def _certain(self, scope: Scope, folded: str) -> Value | None:
        for level in scope.levels():
            if level.see_aliases and level.aliases_first and folded in level.aliases:
                return level.aliases[folded]
            found = level.merged.get(folded)
            if found is not None:
                return found
            for source in level.sources.values():
                found = source.known(folded)
                if found is not None:
                    return found
            if level.see_aliases and folded in level.aliases:
                return level.aliases[folded]
            given = level.value_given(folded, scope)
            if given is not None:
                return given
        return None

    def _unqualified(self, scope: Scope, name: str, line: int) -> Value:
        folded = name.casefold()
        found = self._certain(scope, folded)
        if found is not None:
            return found
        whole = scope.source(folded)
        if whole is not None:
            return _row(whole)
        for level in scope.levels():
            opened = [source for source in level.sources.values() if source.open]
            if len(opened) == 1:
                return _named(opened[0], folded, name)
            if opened:
                for source in opened:
                    source.doubt()
                self.problems[f"{name} may belong to any of several tables"] = None
                return NOTHING
        sources = next((level.sources for level in scope.levels() if level.sources), {})
        return self._missing(name, list(sources.values()), line)

    def _missing(self, name: str, sources: list[Source], line: int) -> Value:
        folded = name.casefold()
        if folded in self.pseudocolumns or folded.startswith(PLACEHOLDER):
            return NOTHING
        tables = list(dict.fromkeys(table for source in sources for table in source.tables()))
        tables = [table for table in tables if table.complete]
        if not tables:
            self.problems[f"column {name} is read and nothing in the query has it"] = None
            return NOTHING
        tables.sort(key=lambda table: -_likeness(folded, table))
        tables[0].missing.setdefault(folded, name)
        relations = tuple(table.relation for table in tables)
        self.missing.setdefault((folded, str(relations[0])), Missing(name, relations, line))
        return NOTHING


def _likeness(folded: str, table: TableRead) -> float:
    near = difflib.get_close_matches(folded, table.columns, n=1, cutoff=0.0)
    return difflib.SequenceMatcher(None, near[0], folded).ratio() if near else 0.0


def _named(source: Source, folded: str, name: str) -> Value:
    """A column that an open source is held to have, in the spelling of the query."""
    value = source.guess(folded)
    if value.copy and name != folded:
        (column,) = value.sources
        if column.name == folded:
            column.name = name
    return value


def _field(value: Value) -> Value:
    return computed(value.sources)


def _row(source: Source) -> Value:
    """A whole row, as `count(t)` or `to_json(t)` takes it."""
    sources = NO_COLUMNS.union(*(value.sources for _, value in source.columns()))
    if source.open:
        source.doubt()
    value = computed(sources)
    use(value)
    return value
