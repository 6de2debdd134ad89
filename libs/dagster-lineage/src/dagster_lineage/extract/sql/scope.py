"""Names that a SELECT can read, and the columns that they refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from dagster_lineage.extract.sql.dialects import Dialect
from dagster_lineage.extract.sql.schema import PLACEHOLDER
from dagster_lineage.extract.sql.sources import ColumnSource, Output, columns_of_all
from dagster_lineage.extract.sql.structs import field_of
from dagster_lineage.extract.sql.values import (
    NOTHING,
    TracedTable,
    Value,
    computed,
    record_use,
    unknown,
)


@dataclass
class Scope:
    """Names that one SELECT can read. All names are casefolded."""

    parent: Scope | None = None
    """The SELECT around it, whose names a subquery can read too."""
    sources: dict[str, ColumnSource] = field(default_factory=dict)
    """Sources of FROM, in their order."""
    merged: dict[str, Value] = field(default_factory=dict)
    """Columns that USING or NATURAL merged into one."""
    aliases: dict[str, Value] = field(default_factory=dict)
    """Columns of the SELECT itself, as far as it has been read."""
    see_aliases: bool = False
    """The current clause can read `aliases`."""
    aliases_first: bool = False
    """The current clause prefers them to columns of `sources`, as ORDER BY does."""
    unstarred: set[str] = field(default_factory=set)
    """Names of `sources` that `*` leaves out: the right side of semi joins."""
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    """Definitions of named windows."""
    ctes: dict[str, Output] = field(default_factory=dict)
    """Common table expressions."""
    expressions: dict[str, Callable[[Scope], Value]] = field(default_factory=dict)
    """Aliases that any part of the query can read, even before their definition (ClickHouse), each
    with a function that reads its expression."""

    def levels(self) -> Iterator[Scope]:
        """Yield this scope and those around it, the innermost first."""
        level: Scope | None = self
        while level is not None:
            yield level
            level = level.parent

    def source(self, name: str) -> ColumnSource | None:
        """Return the source with a casefolded alias."""
        for level in self.levels():
            found = level.sources.get(name)
            if found is not None:
                return found
        return None

    def column(self, name: str, reader: Scope) -> Value | None:
        """Return the column of this level that has a casefolded name, if one certainly has it."""
        if self.see_aliases and self.aliases_first and name in self.aliases:
            return self.aliases[name]
        found = self.merged.get(name)
        if found is not None:
            return found
        for source in self.sources.values():
            found = source.listed(name)
            if found is not None:
                return found
        if self.see_aliases and name in self.aliases:
            return self.aliases[name]
        # Not while the expression itself is read: in `upper(name) as name`, `name` is a column.
        read = self.expressions.pop(name, None)
        if read is None:
            return None
        value = read(reader)
        self.expressions[name] = read
        return value


class Names:
    """Finds the columns that names refer to, and records their use.

    Args:
        dialect: Rules of the dialect.
        report: Called with a sentence on each name that cannot be resolved.
    """

    def __init__(self, dialect: Dialect, report: Callable[[str], None]) -> None:
        self._dialect = dialect
        self._report = report

    def column(self, scope: Scope, name: str, qualifiers: tuple[str, ...] = ()) -> Value:
        """Return the column that a name refers to.

        Args:
            scope: Scope of the name.
            name: The name as spelled.
            qualifiers: The names before it, the nearest one last: `("schema", "table")`.
        """
        if qualifiers:
            value = self._qualified(scope, name, qualifiers)
        else:
            value = self._unqualified(scope, name)
        for column in value.sources:
            column.table.used.add(column)
        return value

    def _qualified(self, scope: Scope, name: str, qualifiers: tuple[str, ...]) -> Value:
        source = scope.source(qualifiers[-1].casefold())
        if source is not None:
            return self._of_source(source, name, qualifiers[-1])
        # `a.b` and `a.b.c` may be fields of a struct: of a table's column, or of a column.
        for position, qualifier in enumerate(qualifiers):
            if scope.source(qualifier.casefold()) is not None:
                first, *path = (*qualifiers[position + 1 :], name)
                return self._field(self._qualified(scope, first, (qualifier,)), path)
        found = self._listed(scope, qualifiers[0].casefold())
        if found is not None or any(source.open for source in scope.sources.values()):
            return self._field(self._unqualified(scope, qualifiers[0]), (*qualifiers[1:], name))
        return self._unknown(f"no table has the alias: {'.'.join((*qualifiers, name))}")

    def _of_source(self, source: ColumnSource, name: str, alias: str) -> Value:
        """Return the column of a source."""
        found = source.listed(name.casefold())
        if found is not None:
            return found
        if source.open:
            return _assumed(source, name)
        itself = source.listed(alias.casefold())  # `unnest(items) as item`: a field of the element
        if itself is not None:
            return self._field(itself, (name,))
        return self._missing(name, (source,))

    def _field(self, value: Value, path: Iterable[str]) -> Value:
        for name in path:
            value = field_of(value, name, self._dialect.name)
        return value

    def _listed(self, scope: Scope, folded: str) -> Value | None:
        for level in scope.levels():
            found = level.column(folded, scope)
            if found is not None:
                return found
        return None

    def _unqualified(self, scope: Scope, name: str) -> Value:
        folded = name.casefold()
        found = self._listed(scope, folded)
        if found is not None:
            return found
        whole = scope.source(folded)
        if whole is not None:
            return _row(whole)
        for level in scope.levels():
            opened = [source for source in level.sources.values() if source.open]
            if len(opened) == 1:
                return _assumed(opened[0], name)
            if opened:
                for source in opened:
                    source.record_unknown_use()
                return self._unknown(f"several tables may have the column: {name}")
        sources = next((level.sources for level in scope.levels() if level.sources), {})
        return self._missing(name, sources.values())

    def _missing(self, name: str, sources: Iterable[ColumnSource]) -> Value:
        """Record a column that no source has as missing in the table with the most similar one."""
        folded = name.casefold()
        if folded.startswith(PLACEHOLDER):
            return unknown("its Jinja has a value that only a run knows")
        if self._dialect.is_column_of_no_table(folded):
            return NOTHING
        tables = [table for source in sources for table in source.tables() if table.complete]
        if tables:
            nearest = max(tables, key=lambda table: _similarity(folded, table))
            nearest.missing.setdefault(folded, name)
            return unknown(f"{nearest.relation.table} does not have the column: {name}")
        return self._unknown(f"no source of the query has the column: {name}")

    def _unknown(self, reason: str) -> Value:
        self._report(reason)
        return unknown(reason)


def _similarity(folded: str, table: TracedTable) -> float:
    """Return how similar a name is to the most similar column of a table, from 0 to 100."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - most queries have no missing column

    found = process.extractOne(folded, list(table.columns), scorer=fuzz.ratio)
    return found[1] if found else 0.0


def _assumed(source: ColumnSource, name: str) -> Value:
    """Return a column that an open source is assumed to have, in the spelling of the query."""
    folded = name.casefold()
    value = source.assumed(folded)
    if value.copy:
        (column,) = value.sources
        if column.name == folded:
            column.name = name
    return value


def _row(source: ColumnSource) -> Value:
    """Return a whole row, the argument of `count(t)` or `to_json(t)`."""
    fields = () if source.open else tuple(source.columns())
    sources = columns_of_all((source,))
    if source.open:
        sources |= unknown("a whole row of a table whose columns are unknown").sources
    value = computed(sources, fields=fields)
    source.record_unknown_use()
    record_use((value,))
    return value
