"""An answer as Markdown with a picture, and the picture alone."""

from __future__ import annotations

from dagster_lineage.analyze.impact.results import Impact, ImpactAsset
from dagster_lineage.present.markdown.markup import Node, cell, code, flowchart, mermaid_block
from dagster_lineage.present.text.impact import how, name

_MOST_BOXES = 60
_MOST_ROWS = 200


def markdown(impact: Impact) -> str:
    """A heading, a table of assets, what hangs on them, and a picture; names are escaped."""
    verb = "What follows from" if impact.direction == "downstream" else "Where it comes from:"
    parts = [f"### {verb} {', '.join(code(one) for one in impact.starts)}"]
    found = impact.found
    if found:
        head = "| project | asset | how | through | owners |\n|---|---|---|---|---|"
        rows = [_row(one, impact.direction) for one in found[:_MOST_ROWS]]
        parts.append("\n".join([head, *rows]))
        if len(found) > _MOST_ROWS:
            parts.append(f"… and {len(found) - _MOST_ROWS} more assets.")
    else:
        nothing = "Nothing reads it." if impact.direction == "downstream" else "It reads nothing."
        parts.append(nothing)
    for title, entries in (
        ("Checks", [f"{one.key}: {one.name}" for one in impact.checks]),
        ("Exposures", [one.name for one in impact.exposures]),
        ("Jobs, schedules, sensors", [one.name for one in impact.jobs]),
        ("Projects", list(impact.projects)),
        ("Owners", list(impact.owners)),
    ):
        if entries:
            parts.append(f"**{title}**: {', '.join(code(one) for one in entries)}")
    if found:
        parts.append(mermaid_block(mermaid(impact)))
    return "\n\n".join(parts)


def mermaid(impact: Impact) -> str:
    """A flow chart of at most 60 assets, the nearest, framed by project."""
    drawn = impact.assets[:_MOST_BOXES]
    nodes = [
        Node(one.key, name(one), one.project, "changed" if one.how == "start" else "hit")
        for one in drawn
    ]
    left = len(impact.assets) - len(drawn)
    if left:
        nodes.append(Node("", f"and {left} more"))
    return flowchart(nodes, impact.edges)


def _row(asset: ImpactAsset, direction: str) -> str:
    # Of `how` only the columns that decide rows are anybody's names.
    details = cell([how(asset, direction)]) if asset.row_columns else how(asset, direction)
    return (
        f"| {cell([asset.project]) if asset.project else 'outside'} | {cell([name(asset)])} | "
        f"{details} | {cell([asset.via])} | {cell(asset.owners)} |"
    )
