"""The comparison of a branch's tables with its base's, for people: Markdown that reads as text."""

from __future__ import annotations

from collections.abc import Sequence

from platform_commands.pr_build.comparing import ColumnChange, TableComparison


def report(
    comparisons: Sequence[TableComparison], *, built: Sequence[str], taken: Sequence[str], base: str
) -> str:
    """Everything that differs, tables that are the same in one line.

    Args:
        comparisons: Of the public tables that were built.
        built: Projects that were built.
        taken: Projects whose tables are the base's.
        base: The base's environment.
    """
    lines = [
        f"## Tables of this branch beside those of `{base}`",
        "",
        f"Built: {_names(built)}. As in `{base}`: {_names(taken)}.",
        "",
    ]
    differing = [one for one in comparisons if not one.same]
    same = [one for one in comparisons if one.same]
    for one in differing:
        lines += [*_table(one), ""]
    if same:
        lines += [f"The same, row for row: {_names(['.'.join(one.table) for one in same])}.", ""]
    if not comparisons:
        lines += ["No public table was built.", ""]
    return "\n".join(lines)


def _table(one: TableComparison) -> list[str]:
    name = ".".join(one.table)
    before, after = one.rows
    if before is None:
        return [f"### `{name}` is new", "", f"{_number(after)} rows."]
    if after is None:
        return [f"### `{name}` is gone", "", f"It had {_number(before)} rows."]
    lines = [f"### `{name}`", "", f"Rows: {_change(before, after)}."]
    if one.key:
        lines.append(
            f"By {_names(one.key)}: {_number(one.shared)} in both, {_number(one.added)} added, "
            f"{_number(one.removed)} removed."
        )
    else:
        lines.append(
            f"No columns tell its rows apart; {_number(one.other_rows)} rows have no equal on the "
            "other side."
        )
    for word, names in (("added", one.columns_added), ("removed", one.columns_removed)):
        if names:
            lines.append(f"Columns {word}: {_names(names)}.")
    changed = [column for column in one.columns if column.differs]
    if changed:
        lines += ["", "| column | rows changed | sum before | sum after | type |"]
        lines += ["|---|---|---|---|---|"]
        lines += [_column(column, one.shared) for column in changed]
    return lines


def _column(column: ColumnChange, shared: int | None) -> str:
    share = ""
    if column.changed is not None and shared:
        share = f"{_number(column.changed)} ({column.changed / shared:.1%})"
    before, after = column.sums or ("", "")
    old, new = column.types
    kind = old if old == new else f"{old} → {new}"
    return f"| `{column.name}` | {share} | {before} | {after} | {kind} |"


def _change(before: int, after: int) -> str:
    if before == after:
        return _number(before)
    return f"{_number(before)} → {_number(after)} ({after - before:+,})"


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
