"""A diff for the terminal: what fails first, what is internal in one line for each project."""

from __future__ import annotations

from collections import Counter, defaultdict

from dagster_lineage.analyze.diff.changes import LEVELS, Change, InterfaceDiff


def text(diff: InterfaceDiff) -> str:
    """Every change with its place, what it hurts, and a line with the numbers."""
    lines: list[str] = []
    for change in diff.changes:
        if change.level != "internal":
            lines += _findings(change)
    lines += _internal(diff)
    lines.append(summary(diff))
    return "\n".join(lines)


def summary(diff: InterfaceDiff) -> str:
    """The numbers, and who is hurt, in one sentence."""
    if not diff.changes:
        return "The interfaces are as they were."
    failing = sum(change.fails for change in diff.changes)
    counts = Counter(change.level for change in diff.changes)
    settled = counts["breaking"] - failing
    parts = [f"{settled} breaking but settled"] if settled else []
    parts += [f"{counts[level]} {level}" for level in LEVELS[1:] if counts[level]]
    rest = ", ".join(parts)
    if not failing:
        return f"Nothing breaks: {rest}."
    changes = "1 breaking change hurts" if failing == 1 else f"{failing} breaking changes hurt"
    teams = ", ".join(diff.affected_teams)
    return f"{changes} {teams}{f'; {rest}' if rest else ''}."


def _findings(change: Change) -> list[str]:
    word = change.level.upper() if change.fails else change.level
    lines = [f"{change.file}:{change.line}: {word} {change.kind}: {change.message}"]
    if change.settled:
        lines.append(f"    settled: {change.settled}")
    for reader in change.readers:
        owners = f" ({', '.join(reader.owners)})" if reader.owners else ""
        lines.append(
            f"    hurts {reader.name}{owners}: {reader.reason}  {reader.file}:{reader.line}"
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
