"""Names in Markdown and Mermaid, escaped: no name becomes markup, a link or a mention."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SAFE_IN_LABEL = re.compile(r"[^A-Za-z0-9 _./,:+-]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_RUN_OF_TICKS = re.compile(r"`+")


@dataclass(frozen=True)
class DiagramNode:
    """A node of a diagram."""

    name: str
    """Name in edges; any text."""
    label: str
    group: str = ""
    """Group that it is drawn in; empty for none."""
    style: str = ""
    """`changed`, `affected` or empty."""


def code(text: str, *, in_table: bool = False) -> str:
    """Return any text as a Markdown code span.

    Code spans have no escapes, so the fence is longer than any run of backticks in the text. In a
    table, GitHub ends the cell at a bar in a code span unless it is escaped (GFM, example 200).
    """
    plain = _CONTROL.sub(" ", text) or " "
    longest = max((len(run) for run in _RUN_OF_TICKS.findall(plain)), default=0)
    fence = "`" * (longest + 1)
    if in_table:
        plain = plain.replace("|", "\\|")
    return f"{fence} {plain} {fence}" if longest else f"{fence}{plain}{fence}"


def cell(texts: Iterable[str]) -> str:
    """Return texts as code spans in one cell of a table."""
    return ", ".join(code(text, in_table=True) for text in texts)


def label(text: str) -> str:
    """Return a text for a Mermaid label in quotes, with all but plain letters as entity codes.

    https://mermaid.js.org/syntax/flowchart.html, "Entity codes to escape characters".
    """
    plain = _CONTROL.sub(" ", text)
    return _SAFE_IN_LABEL.sub(lambda match: f"#{ord(match[0])};", plain)


def flowchart(nodes: Iterable[DiagramNode], edges: Iterable[tuple[str, str]]) -> str:
    """Return a Mermaid flow chart from left to right, with nodes by group.

    Edges to a node that is not drawn are left out.
    """
    drawn = {node.name: node for node in nodes}
    numbers = {name: f"n{number}" for number, name in enumerate(drawn)}
    lines = ["flowchart LR"]
    groups = list(dict.fromkeys(node.group for node in drawn.values()))
    for number, group in enumerate(groups):
        indent = "  "
        if group:
            lines.append(f'  subgraph g{number}["{label(group)}"]')
            indent = "    "
        lines += [
            f'{indent}{numbers[node.name]}["{label(node.label)}"]'
            for node in drawn.values()
            if node.group == group
        ]
        if group:
            lines.append("  end")
    lines += [
        f"  {numbers[start]} --> {numbers[end]}"
        for start, end in dict.fromkeys(edges)
        if start in numbers and end in numbers
    ]
    for style, look in (
        ("changed", "fill:#fde68a,stroke:#92400e,color:#000"),
        ("affected", "fill:#fecaca,stroke:#991b1b,color:#000"),
    ):
        styled = [numbers[node.name] for node in drawn.values() if node.style == style]
        if styled:
            lines.append(f"  classDef {style} {look}")
            lines.append(f"  class {','.join(styled)} {style}")
    return "\n".join(lines)


def mermaid_block(diagram: str) -> str:
    """Return a diagram as a fenced block of Markdown."""
    return f"```mermaid\n{diagram}\n```"
