"""Stars in the list of a SELECT: of tables, of structs, and DuckDB's `columns(…)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from dagster_lineage.extract.sql.name_conditions import (
    like_pattern,
    names_fulfilling,
    names_matching,
)
from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import (
    ColumnSource,
    OpaqueSource,
    Output,
    Star,
    columns_of_all,
)
from dagster_lineage.extract.sql.structs import ELEMENT, fields_of
from dagster_lineage.extract.sql.values import Value, computed, record_use

if TYPE_CHECKING:
    from dagster_lineage.extract.sql.queries import Queries


class Stars:
    """Reads the stars of one statement.

    Args:
        queries: Reads the statement.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._dialect = queries.dialect
        self._value = queries.expressions.value

    def add(self, item: exp.Expr, scope: Scope, output: Output) -> bool:
        """Add the columns of an item that is a star of any kind; return False if it is not one."""
        if isinstance(item, exp.Star):
            self.add_columns_of(item, "", scope, output)
        elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            *qualifiers, table = (part.name for part in item.parts[:-1])
            if scope.source(table.casefold()) is not None:
                self.add_columns_of(item.this, table.casefold(), scope, output)
            else:
                struct = self._queries.names.column(scope, table, tuple(qualifiers))
                self._add_fields(struct, item.this, scope, output)
        elif isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star):
            self._add_fields(self._value(item.this, scope), item.expression, scope, output)
        elif isinstance(item, exp.Explode) and self._dialect.name == "duckdb":
            struct = self._value(item.this, scope)
            fields = fields_of(struct, self._dialect.name)
            if not fields or item.expressions or fields[0][0] == ELEMENT:
                return False
            self._add_fields(struct, exp.Star(), scope, output)
        elif isinstance(item, (exp.Like, exp.ILike)) and isinstance(item.this, exp.Star):
            self.add_columns_of(exp.Star(ilike=item.expression), "", scope, output)
        elif item.find(exp.Columns, exp.Star) and not item.find(exp.Count, exp.Select):
            self._add_pattern(item, scope, output)
        else:
            return False
        return True

    def add_columns_of(self, star: exp.Star, table: str, scope: Scope, output: Output) -> None:
        """Add the columns of a star, after its operators EXCLUDE, REPLACE, RENAME and ILIKE.

        Args:
            star: The star.
            table: Casefolded alias before it; empty for the star over all sources.
            scope: Scope of the SELECT.
            output: Gets the columns.
        """
        if table:
            source = scope.source(table)
            sources = [] if source is None else [source]
        else:
            sources = [one for name, one in scope.sources.items() if name not in scope.unstarred]
        self._add_sources(star, sources, {} if table else scope.merged, scope, output)

    def _add_sources(
        self,
        star: exp.Star,
        sources: Iterable[ColumnSource],
        merged: Mapping[str, Value],
        scope: Scope,
        output: Output,
    ) -> None:
        """Add the columns of sources.

        Args:
            star: The star.
            sources: The sources.
            merged: Columns that a join merged into one.
            scope: Scope of the SELECT.
            output: Gets the columns.
        """
        hidden = frozenset(part.name.casefold() for part in star.args.get("except_") or ())
        replaced = {part.alias.casefold(): part for part in star.args.get("replace") or ()}
        renamed = {part.this.name.casefold(): part.alias for part in star.args.get("rename") or ()}
        ilike = star.args.get("ilike")
        pattern = like_pattern(ilike.name, re.IGNORECASE) if ilike is not None else None
        added: set[str] = set()
        for source in sources:
            names: set[str] = set()
            for name, plain in source.columns():
                folded = name.casefold()
                names.add(folded)
                if folded in merged:
                    if folded in added:
                        continue
                    added.add(folded)
                if folded in hidden or (pattern is not None and not pattern.fullmatch(name)):
                    continue
                value = merged.get(folded, plain)
                if folded in replaced:
                    value = self._value(replaced[folded], scope)
                output.add(renamed.get(folded, name), value)
            listed = hidden | names | (added if source.open else frozenset())
            output.stars.append(Star(source, listed))

    def _add_fields(self, struct: Value, star: exp.Star, scope: Scope, output: Output) -> None:
        """Add all fields of a struct."""
        fields = fields_of(struct, self._dialect.name)
        named = bool(fields) and all(name and name != ELEMENT for name, _ in fields)
        source = OpaqueSource(struct.sources, fields if named else (), complete=named)
        if not named:
            self._queries.report("the fields of a struct are unknown")
        self._add_sources(star, (source,), {}, scope, output)

    def _add_pattern(self, item: exp.Expr, scope: Scope, output: Output) -> None:
        """Add an expression over `columns(…)`: one column for each that it names."""
        pattern = item.find(exp.Columns)
        every = Output()
        star = pattern.this if pattern is not None else None
        self.add_columns_of(star if isinstance(star, exp.Star) else exp.Star(), "", scope, every)
        chosen = _matching(pattern, every.names) if pattern is not None else None
        if pattern is None or every.open or chosen is None:
            sources = scope.sources.values()
            for source in sources:
                source.record_unknown_use()
            value = computed(columns_of_all(sources))
            record_use((value,))
            self._queries.report(f"the columns are unknown: {item.sql(self._dialect.name)}")
            output.stars.append(Star(OpaqueSource(value.sources)))
            return
        plain = item.copy()
        next(plain.find_all(exp.Columns)).replace(exp.null())
        others = self._value(plain, scope).sources
        for name, value in every.columns():
            if name in chosen:
                record_use((value,))
                output.add(
                    _expanded(item.alias, pattern, name) if item.alias else name,
                    value if item is pattern else computed(value.sources | others),
                )


def _matching(columns: exp.Expr, names: list[str]) -> list[str] | None:
    """Return the names that `columns(…)` chooses; None if that is unknown."""
    chosen = columns.this
    if columns.args.get("unpack"):
        return None
    if isinstance(chosen, exp.Star):
        return names
    if isinstance(chosen, exp.Array) and all(one.is_string for one in chosen.expressions):
        listed = {one.name.casefold() for one in chosen.expressions}
        return [name for name in names if name.casefold() in listed]
    if isinstance(chosen, exp.Lambda):
        return names_fulfilling(chosen, names)
    return names_matching(chosen.name, names) if chosen.is_string else None


def _expanded(alias: str, columns: exp.Columns, name: str) -> str:
    r"""Return an alias in which `\1` stands for a group of the pattern of `columns(…)`."""
    found = re.search(columns.name, name) if columns.this.is_string else None
    if found is None:
        return alias
    return re.sub(r"\\(\d)", lambda group: found.group(int(group.group(1))) or "", alias)
