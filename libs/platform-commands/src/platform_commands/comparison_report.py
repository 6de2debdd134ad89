"""The comparison of a branch's tables with those of its base, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from platform_commands.table_comparison import ColumnComparison, TableComparison


def comparison_report(
    comparisons: Sequence[TableComparison], *, built: Sequence[str], taken: Sequence[str], base: str
) -> str:
    """Describe the tables that differ; list those that do not in one line.

    Args:
        comparisons: The public tables of the projects that were built.
        built: Projects that were built.
        taken: Projects whose tables are those of the base.
        base: The base's environment.
    """
    lines = [
        f"## Tables of this branch compared with `{base}`",
        "",
        f"Built: {_names(built)}. Taken from `{base}`: {_names(taken)}.",
        "",
    ]
    for one in comparisons:
        if not one.same:
            lines += [*_table(one), ""]
    same = [".".join(one.table) for one in comparisons if one.same]
    if same:
        lines += [f"No difference: {_names(same)}.", ""]
    if not comparisons:
        lines += ["No public table was built.", ""]
    return "\n".join(lines)


def _table(one: TableComparison) -> list[str]:
    name = ".".join(one.table)
    before, after = one.rows
    if before is None:
        return [f"### `{name}` is new", "", f"{_number(after)} rows."]
    if after is None:
        return [f"### `{name}` is removed", "", f"It had {_number(before)} rows."]
    rows = f"{before:,}"
    if before != after:
        rows = f"{before:,} → {after:,} ({after - before:+,})"
    lines = [f"### `{name}`", "", f"Rows: {rows}."]
    if one.key:
        lines.append(
            f"By {_names(one.key)}: {_number(one.shared)} in both, {_number(one.added)} added, "
            f"{_number(one.removed)} removed."
        )
    else:
        lines.append(
            f"No columns identify a row; {_number(one.unmatched)} rows have no equal row in the "
            "other table."
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


def _column(column: ColumnComparison, shared: int | None) -> str:
    share = ""
    if column.changed is not None and shared:
        share = f"{_number(column.changed)} ({column.changed / shared:.1%})"
    before, after = column.sums or ("", "")
    old, new = column.types
    types = old if old == new else f"{old} → {new}"
    return f"| `{column.name}` | {share} | {before} | {after} | {types} |"


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
