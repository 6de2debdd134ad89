"""Names in Markdown and Mermaid: nothing that a name holds becomes markup, a link or a mention."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SAFE_IN_LABEL = re.compile(r"[^A-Za-z0-9 _./,:+-]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_RUN_OF_TICKS = re.compile(r"`+")


@dataclass(frozen=True)
class Node:
    """A box of a picture.

    Attributes:
        name: What edges call it; any text.
        label: What stands in it.
        group: The frame that it stands in; empty for none.
        style: `changed`, `hit` or nothing.
    """

    name: str
    label: str
    group: str = ""
    style: str = ""


def code(text: str, *, in_table: bool = False) -> str:
    """A text as a Markdown code span, whatever it holds.

    Code spans know no escapes: the fence is longer than any run of backticks inside. In a table
    GitHub ends the cell at a bar even there, unless it has a backslash (GFM spec, example 200).
    """
    plain = _CONTROL.sub(" ", text) or " "
    longest = max((len(run) for run in _RUN_OF_TICKS.findall(plain)), default=0)
    fence = "`" * (longest + 1)
    if in_table:
        plain = plain.replace("|", "\\|")
    return f"{fence} {plain} {fence}" if longest else f"{fence}{plain}{fence}"


def cell(texts: Iterable[str]) -> str:
    """Several texts as code spans in one cell of a table."""
    return ", ".join(code(text, in_table=True) for text in texts)


def label(text: str) -> str:
    """A text inside the quotes of a Mermaid label: all but plain letters by their number.

    https://mermaid.js.org/syntax/flowchart.html, "Entity codes to escape characters".
    """
    plain = _CONTROL.sub(" ", text)
    return _SAFE_IN_LABEL.sub(lambda match: f"#{ord(match[0])};", plain)


def flowchart(nodes: Iterable[Node], edges: Iterable[tuple[str, str]]) -> str:
    """A Mermaid flow chart, left to right, boxes framed by group; edges name nodes.

    Edges to a box that is not there are left out.
    """
    boxes = {node.name: node for node in nodes}
    numbers = {name: f"n{number}" for number, name in enumerate(boxes)}
    lines = ["flowchart LR"]
    groups = list(dict.fromkeys(node.group for node in boxes.values()))
    for number, group in enumerate(groups):
        indent = "  "
        if group:
            lines.append(f'  subgraph g{number}["{label(group)}"]')
            indent = "    "
        lines += [
            f'{indent}{numbers[node.name]}["{label(node.label)}"]'
            for node in boxes.values()
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
        ("hit", "fill:#fecaca,stroke:#991b1b,color:#000"),
    ):
        styled = [numbers[node.name] for node in boxes.values() if node.style == style]
        if styled:
            lines.append(f"  classDef {style} {look}")
            lines.append(f"  class {','.join(styled)} {style}")
    return "\n".join(lines)


def mermaid_block(picture: str) -> str:
    """A picture as a fenced block of Markdown."""
    return f"```mermaid\n{picture}\n```"
