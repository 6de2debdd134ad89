"""A diff as a comment of a pull request: one table per level, and a diagram of broken readers."""

from __future__ import annotations

from collections import Counter

from dagster_lineage.analyze.diff.changes import Change, InterfaceDiff, Level
from dagster_lineage.model.wording import first_lines
from dagster_lineage.present.markdown.markup import (
    DiagramNode,
    cell,
    code,
    flowchart,
    mermaid_block,
)
from dagster_lineage.present.text.diff import diff_summary, failing_changes

MARKER = "<!-- lineage diff -->"
"""First line of the comment, by which CI finds and replaces it."""
_LISTED: tuple[Level, ...] = ("deprecated", "compatible", "added")
_MOST_ROWS = 40
_MOST_EDGES = 30
_MOST_READERS = 8
# GitHub rejects a comment of more than 65,536 characters, and Linux a variable of more than twice
# as many bytes, in which CI passes the comment.
_MOST_BYTES = 60_000


def diff_comment(diff: InterfaceDiff) -> str:
    """Return the comment; names are escaped, and it is short enough for GitHub."""
    parts = [MARKER, f"### {'❌' if diff.fails else '✅'} Interfaces: {_headline(diff)}"]
    failing = [change for change in diff.changes if change.fails]
    if failing:
        parts.append(_table("Breaking", failing, "breaks"))
        parts.append(mermaid_block(_diagram(failing)))
    settled = [change for change in diff.of("breaking") if not change.fails]
    if settled:
        parts.append(_table("Breaking, but settled", settled, "reason"))
    parts += [
        _table(level.capitalize(), list(diff.of(level))) for level in _LISTED if diff.of(level)
    ]
    internal = diff.of("internal")
    if internal:
        counts = Counter(change.project for change in internal)
        listed = ", ".join(f"{code(name)} {count}" for name, count in sorted(counts.items()))
        parts.append(f"Internal, which other projects cannot read: {listed}.")
    return _shortened(parts)


def _headline(diff: InterfaceDiff) -> str:
    """Return the summary with teams as code, so that the comment does not notify them."""
    failing = sum(change.fails for change in diff.changes)
    if not failing:
        return diff_summary(diff)
    return f"{failing_changes(failing)} {', '.join(code(team) for team in diff.affected_teams)}"


def _table(title: str, changes: list[Change], last: str = "") -> str:
    lines = [
        f"**{title}**",
        "",
        f"| change | asset | before | after |{f' {last} |' if last else ''}",
        f"|---|---|---|---|{'---|' if last else ''}",
    ]
    for change in changes[:_MOST_ROWS]:
        sides = (
            code(side, in_table=True) if side else "" for side in (change.before, change.after)
        )
        cells = [change.kind, code(change.subject, in_table=True), *sides]
        if last:
            cells.append(_readers(change) if change.fails else _settled(change))
        lines.append(f"| {' | '.join(cells)} |")
    more = len(changes) - _MOST_ROWS
    if more > 0:
        lines += ["", f"… and {more} more: `lineage diff` lists all changes."]
    return "\n".join(lines)


def _readers(change: Change) -> str:
    readers = [
        f"{code(reader.name, in_table=True)}{f' ({cell(reader.owners)})' if reader.owners else ''}"
        for reader in change.readers
    ]
    return "<br>".join(first_lines(readers, _MOST_READERS))


def _settled(change: Change) -> str:
    # The only name in it is a key, at the beginning.
    key, keeps, date = change.settled.partition(" keeps it until ")
    return f"{code(key, in_table=True)}{keeps}{date}" if keeps else change.settled


def _diagram(failing: list[Change]) -> str:
    nodes: dict[str, DiagramNode] = {}
    edges: list[tuple[str, str]] = []
    for change in failing:
        changed = f"changed {change.subject}"
        for reader in change.readers:
            if len(edges) == _MOST_EDGES:
                break
            nodes[changed] = DiagramNode(changed, change.subject, change.project, "changed")
            broken = f"affected {reader.project} {reader.name}"
            nodes[broken] = DiagramNode(broken, reader.name, reader.project, "affected")
            edges.append((changed, broken))
    return flowchart(nodes.values(), edges)


def _shortened(parts: list[str]) -> str:
    kept: list[str] = []
    length = 0
    for part in parts:
        length += len(part.encode()) + 2
        if length > _MOST_BYTES:
            kept.append("The comment is shortened: `lineage diff` lists all changes.")
            break
        kept.append(part)
    return "\n\n".join(kept)
