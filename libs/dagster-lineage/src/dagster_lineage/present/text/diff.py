"""A diff as text: failing changes first, internal changes in one line per project."""

from __future__ import annotations

from collections import Counter, defaultdict

from dagster_lineage.analyze.diff.changes import LEVELS, Change, InterfaceDiff
from dagster_lineage.model.wording import counted
from dagster_lineage.present.text.colors import Colors

_STYLES = {"deprecated": "warning", "compatible": "good", "added": "good"}


def diff_text(diff: InterfaceDiff, *, color: bool = False) -> str:
    """Return every change with its place and the readers that it breaks, and a summary."""
    colors = Colors(on=color)
    lines: list[str] = []
    for change in diff.changes:
        if change.level != "internal":
            lines += _change(change, colors)
    lines += _internal(diff)
    lines.append(diff_summary(diff))
    return "\n".join(lines)


def diff_summary(diff: InterfaceDiff) -> str:
    """Return the number of changes by level, and the affected teams, in one sentence."""
    if not diff.changes:
        return "The interfaces are unchanged."
    failing = sum(change.fails for change in diff.changes)
    counts = Counter(change.level for change in diff.changes)
    settled = counts["breaking"] - failing
    parts = [f"{settled} breaking but settled"] if settled else []
    parts += [f"{counts[level]} {level}" for level in LEVELS[1:] if counts[level]]
    rest = ", ".join(parts)
    if not failing:
        return f"No reader breaks: {rest}."
    return f"{failing_changes(failing)} {', '.join(diff.affected_teams)}{rest and f'; {rest}'}."


def failing_changes(number: int) -> str:
    """Return the beginning of a summary with failing changes; the affected teams follow."""
    verb = "affects" if number == 1 else "affect"
    return f"{counted(number, 'breaking change')} {verb}"


def _change(change: Change, colors: Colors) -> list[str]:
    level = (
        colors(change.level.upper(), "error")
        if change.fails
        else colors(change.level, _STYLES.get(change.level, "note"))
    )
    lines = [f"{change.file}:{change.line}: {level} {change.kind}: {change.message}"]
    if change.settled:
        lines.append(f"    settled: {change.settled}")
    for reader in change.readers:
        owners = f" ({', '.join(reader.owners)})" if reader.owners else ""
        lines.append(
            f"    breaks {reader.name}{owners}: {reader.reason}  {reader.file}:{reader.line}"
        )
    return lines


def _internal(diff: InterfaceDiff) -> list[str]:
    by_project: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for change in diff.of("internal"):
        what = f"{change.kind} {change.column}" if change.column else change.kind
        by_project[change.project][change.key].append(what)
    return [
        f"internal in {project}: "
        + "; ".join(f"{key} ({', '.join(whats)})" for key, whats in keys.items())
        for project, keys in by_project.items()
    ]
