"""An impact as Markdown with a diagram, and as the diagram alone."""

from __future__ import annotations

from dagster_lineage.analyze.impact.results import Impact, ImpactAsset
from dagster_lineage.present.markdown.markup import (
    DiagramNode,
    cell,
    code,
    flowchart,
    mermaid_block,
)
from dagster_lineage.present.text.impact import how, name, no_assets

_MOST_BOXES = 60
_MOST_ROWS = 200


def impact_markdown(impact: Impact) -> str:
    """Return a table of assets, their checks, exposures and jobs, and a diagram."""
    title = "Impact of" if impact.direction == "downstream" else "Upstream of"
    parts = [f"### {title} {', '.join(code(one) for one in impact.starts)}"]
    found = impact.found
    if found:
        head = "| project | asset | how | via | owners |\n|---|---|---|---|---|"
        rows = [_row(one, impact.direction) for one in found[:_MOST_ROWS]]
        parts.append("\n".join([head, *rows]))
        if len(found) > _MOST_ROWS:
            parts.append(f"… and {len(found) - _MOST_ROWS} more assets.")
    else:
        parts.append(no_assets(impact.direction))
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
        parts.append(mermaid_block(impact_diagram(impact)))
    return "\n\n".join(parts)


def impact_diagram(impact: Impact) -> str:
    """Return a flow chart of the nearest 60 assets, grouped by project."""
    drawn = impact.assets[:_MOST_BOXES]
    nodes = [
        DiagramNode(
            one.key, name(one), one.project, "changed" if one.how == "start" else "affected"
        )
        for one in drawn
    ]
    left = len(impact.assets) - len(drawn)
    if left:
        nodes.append(DiagramNode("", f"and {left} more"))
    return flowchart(nodes, impact.edges)


def _row(asset: ImpactAsset, direction: str) -> str:
    # Only the names of columns in `how` need escapes.
    details = cell([how(asset, direction)]) if asset.row_columns else how(asset, direction)
    return (
        f"| {cell([asset.project]) if asset.project else 'outside'} | {cell([name(asset)])} | "
        f"{details} | {cell([asset.via])} | {cell(asset.owners)} |"
    )
