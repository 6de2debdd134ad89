"""What `*` stands for: every column in reach, less, replaced or renamed as the dialect allows."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from dagster_lineage.extract.sql.scope import Scope
from dagster_lineage.extract.sql.sources import Output, Star
from dagster_lineage.extract.sql.values import Value

ReadValue = Callable[[exp.Expr, Scope], Value]


def expand(star: exp.Star, table: str, scope: Scope, output: Output, read: ReadValue) -> None:
    """Add the columns that a star stands for to a query's output.

    Args:
        star: The star with its operators.
        table: Folded alias before the star; empty for the star over all sources.
        scope: Where it stands.
        output: What it is added to.
        read: Reads the expressions of REPLACE.
    """
    args = star.args
    hidden = frozenset(_name(part) for part in args.get("except_") or ())
    replaced = {part.alias.casefold(): part for part in args.get("replace") or ()}
    renamed = {part.this.name.casefold(): part.alias for part in args.get("rename") or ()}
    wanted = _pattern(args.get("ilike"))
    if table:
        source = scope.source(table)
        sources = [] if source is None else [source]
    else:
        sources = [one for name, one in scope.sources.items() if name not in scope.unstarred]
    merged = {} if table else scope.merged
    seen: set[str] = set()
    for one in sources:
        names: set[str] = set()
        for name, plain in one.columns():
            folded = name.casefold()
            names.add(folded)
            value = plain
            if folded in merged:
                if folded in seen:
                    continue
                seen.add(folded)
                value = merged[folded]
            if folded in hidden or (wanted is not None and not wanted.fullmatch(name)):
                continue
            if folded in replaced:
                value = read(replaced[folded], scope)
            output.add(renamed.get(folded, name), value)
        output.stars.append(Star(one, hidden | names | (seen if one.open else frozenset())))


def _name(part: exp.Expr) -> str:
    return part.name.casefold()


def _pattern(ilike: exp.Expr | None) -> re.Pattern[str] | None:
    if ilike is None:
        return None
    text = "".join(
        ".*" if letter == "%" else "." if letter == "_" else re.escape(letter)
        for letter in ilike.name
    )
    return re.compile(text, re.IGNORECASE)
