"""An impact as text: the assets by project, each with how and through which edge."""

from __future__ import annotations

from collections import defaultdict

from dagster_lineage.analyze.impact.results import Impact, ImpactAsset
from dagster_lineage.model.wording import counted
from dagster_lineage.present.text.colors import Colors


def impact_text(impact: Impact, *, color: bool = False) -> str:
    """Return the targets, the assets by project, and a summary."""
    colors = Colors(on=color)
    lines = [_target(one, colors) for one in impact.assets if one.how == "start"]
    by_project: defaultdict[str, list[ImpactAsset]] = defaultdict(list)
    for asset in impact.found:
        by_project[asset.project].append(asset)
    for project, assets in by_project.items():
        owners = ", ".join(sorted({owner for one in assets for owner in one.owners}))
        heading = colors(project or "outside the repository", "bold")
        lines += ["", f"{heading}{f' ({owners})' if owners else ''}"]
        lines += [f"  {_line(one, impact.direction)}" for one in assets]
    lines += _section("checks", [f"{one.key}: {one.name}" for one in impact.checks])
    lines += _section(
        "exposures",
        [f"{one.name}{f' ({one.owner})' if one.owner else ''}" for one in impact.exposures],
    )
    lines += _section(
        "jobs",
        [f"{one.kind} {one.name}{f' ({one.cron})' if one.cron else ''}" for one in impact.jobs],
    )
    automated = [f"{one.key} ({one.automation})" for one in impact.found if one.automation]
    lines += _section("automation", automated)
    return "\n".join([*lines, "", _summary(impact)])


def no_assets(direction: str) -> str:
    """Return the sentence for targets without assets up- or downstream."""
    return "No readers." if direction == "downstream" else "No upstream assets."


def how(asset: ImpactAsset, direction: str) -> str:
    """Return how an asset depends on the targets, or they on it, in a few words."""
    if direction == "downstream":
        return {
            "value": "by value",
            "rows": "by rows, all columns",
            "unknown": "all columns, since those it reads are unknown",
        }.get(asset.how, "")
    rows = f"rows by {', '.join(asset.row_columns)}" if asset.row_columns else ""
    words = {"value": "", "rows": "", "unknown": "columns read are unknown"}
    return ", ".join(filter(None, (words.get(asset.how, ""), rows, "source" if asset.last else "")))


def name(asset: ImpactAsset) -> str:
    """Return the key, with the columns where not all of the asset is meant."""
    return f"{asset.key}#{','.join(asset.columns)}" if asset.columns else asset.key


def _summary(impact: Impact) -> str:
    count = len(impact.found)
    if not count and not impact.exposures:
        return no_assets(impact.direction) if impact.starts else "No targets."
    verb = "Affects" if impact.direction == "downstream" else "Depends on"
    parts = [
        counted(number, noun)
        for noun, number in (
            ("asset", count),
            ("check", len(impact.checks)),
            ("exposure", len(impact.exposures)),
        )
        if number
    ]
    where = f"in {', '.join(impact.projects)}" if impact.projects else ""
    owners = f"; owners: {', '.join(impact.owners)}" if impact.owners else ""
    return f"{verb} {', '.join(parts)} {where}{owners}".rstrip() + "."


def _target(asset: ImpactAsset, colors: Colors) -> str:
    owners = f" ({', '.join(asset.owners)})" if asset.owners else ""
    place = f"  {asset.file}:{asset.line}" if asset.file else "  without a producer"
    return f"{colors(name(asset), 'bold')}{owners}{place}"


def _line(asset: ImpactAsset, direction: str) -> str:
    details = how(asset, direction)
    preposition = "via" if direction == "downstream" else "for"
    place = f"  {asset.file}:{asset.line}" if asset.file else ""
    return f"{name(asset)}{f'  {details}' if details else ''}, {preposition} {asset.via}{place}"


def _section(title: str, entries: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {entry}" for entry in entries)] if entries else []
