"""A diff as a pull request's comment: a table for each class, and a picture of what is hit."""

from __future__ import annotations

from collections import Counter

from dagster_lineage.analyze.diff.changes import Change, InterfaceDiff, Level
from dagster_lineage.present.markdown.markup import Node, cell, code, flowchart, mermaid_block
from dagster_lineage.present.text.diff import summary

MARKER = "<!-- lineage diff -->"
"""First line of the comment: CI finds its own comment by it and replaces it."""
_LISTED: tuple[Level, ...] = ("deprecated", "compatible", "added")
_MOST_ROWS = 40
_MOST_EDGES = 30
_MOST_READERS = 8
# GitHub refuses a comment of more than 65,536 characters; and CI hands it on in a variable, which
# Linux refuses with twice as many bytes.
_MOST_BYTES = 60_000


def markdown(diff: InterfaceDiff) -> str:
    """The comment; names are escaped, and it is short enough for GitHub."""
    parts = [MARKER, f"### {'❌' if diff.fails else '✅'} Interfaces: {_headline(diff)}"]
    failing = [change for change in diff.changes if change.fails]
    if failing:
        parts.append(_table("Breaking", failing, "hurts"))
        parts.append(mermaid_block(_picture(failing)))
    settled = [change for change in diff.of("breaking") if not change.fails]
    if settled:
        parts.append(_table("Breaking, but settled", settled, "why it passes"))
    parts += [
        _table(level.capitalize(), list(diff.of(level))) for level in _LISTED if diff.of(level)
    ]
    internal = diff.of("internal")
    if internal:
        counts = Counter(change.project for change in internal)
        listed = ", ".join(f"{code(name)} {count}" for name, count in sorted(counts.items()))
        parts.append(f"Internal, not to be seen by other projects: {listed}.")
    return _shortened(parts)


def _headline(diff: InterfaceDiff) -> str:
    """As in a terminal, but teams as code: a team's name must not notify it."""
    failing = sum(change.fails for change in diff.changes)
    if not failing:
        return summary(diff)
    changes = "1 breaking change hurts" if failing == 1 else f"{failing} breaking changes hurt"
    return f"{changes} {', '.join(code(team) for team in diff.affected_teams)}"


def _table(title: str, changes: list[Change], last: str = "") -> str:
    lines = [
        f"**{title}**",
        "",
        f"| what | where | before | after |{f' {last} |' if last else ''}",
        f"|---|---|---|---|{'---|' if last else ''}",
    ]
    for change in changes[:_MOST_ROWS]:
        sides = (
            code(side, in_table=True) if side else "" for side in (change.before, change.after)
        )
        cells = [change.kind, code(change.subject, in_table=True), *sides]
        if last:
            cells.append(_hurt(change) if change.fails else _settled(change))
        lines.append(f"| {' | '.join(cells)} |")
    more = len(changes) - _MOST_ROWS
    if more > 0:
        lines += ["", f"… and {more} more: `lineage diff` lists them."]
    return "\n".join(lines)


def _hurt(change: Change) -> str:
    told = []
    for reader in change.readers[:_MOST_READERS]:
        owners = f" ({cell(reader.owners)})" if reader.owners else ""
        told.append(f"{code(reader.name, in_table=True)}{owners}")
    more = len(change.readers) - _MOST_READERS
    return "<br>".join([*told, f"… and {more} more"] if more > 0 else told)


def _settled(change: Change) -> str:
    # The only name in it is a key, in front of what the version does.
    key, keeps, date = change.settled.partition(" keeps it until ")
    return f"{code(key, in_table=True)}{keeps}{date}" if keeps else change.settled


def _picture(failing: list[Change]) -> str:
    nodes: dict[str, Node] = {}
    edges: list[tuple[str, str]] = []
    for change in failing:
        changed = f"changed {change.subject}"
        for reader in change.readers:
            if len(edges) == _MOST_EDGES:
                break
            nodes[changed] = Node(changed, change.subject, change.project, "changed")
            hit = f"hit {reader.project} {reader.name}"
            nodes[hit] = Node(hit, reader.name, reader.project, "hit")
            edges.append((changed, hit))
    return flowchart(nodes.values(), edges)


def _shortened(parts: list[str]) -> str:
    kept: list[str] = []
    length = 0
    for part in parts:
        length += len(part.encode()) + 2
        if length > _MOST_BYTES:
            kept.append("The rest is too long for a comment: `lineage diff` lists it.")
            break
        kept.append(part)
    return "\n\n".join(kept)
