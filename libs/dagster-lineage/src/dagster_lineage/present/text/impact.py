"""An answer for the terminal: by project, each asset with how it is hit and through what."""

from __future__ import annotations

from collections import defaultdict

from dagster_lineage.analyze.impact.results import Impact, ImpactAsset


def text(impact: Impact) -> str:
    """All of the answer, what it is about first, the numbers last."""
    lines = [_start(one) for one in impact.assets if one.how == "start"]
    by_project: defaultdict[str, list[ImpactAsset]] = defaultdict(list)
    for asset in impact.found:
        by_project[asset.project].append(asset)
    for project, assets in by_project.items():
        owners = ", ".join(sorted({owner for one in assets for owner in one.owners}))
        lines += ["", f"{project or 'outside the repository'}{f' ({owners})' if owners else ''}"]
        lines += [f"  {_line(one, impact.direction)}" for one in assets]
    lines += _listed("checks", [f"{one.key}: {one.name}" for one in impact.checks])
    lines += _listed(
        "exposures",
        [f"{one.name}{f' ({one.owner})' if one.owner else ''}" for one in impact.exposures],
    )
    lines += _listed(
        "jobs",
        [f"{one.kind} {one.name}{f' ({one.cron})' if one.cron else ''}" for one in impact.jobs],
    )
    automated = [f"{one.key} ({one.automation})" for one in impact.found if one.automation]
    lines += _listed("automation", automated)
    return "\n".join([*lines, "", numbers(impact)])


def numbers(impact: Impact) -> str:
    """How many assets, projects and owners, in one sentence."""
    count = len(impact.found)
    if not count and not impact.exposures:
        far = "Nothing reads it." if impact.direction == "downstream" else "It reads nothing."
        return far if impact.starts else "Nothing was asked for."
    verb = "hits" if impact.direction == "downstream" else "comes from"
    parts = [f"{count} asset{'' if count == 1 else 's'}"]
    for word, items in (("check", impact.checks), ("exposure", impact.exposures)):
        if items:
            parts.append(f"{len(items)} {word}{'' if len(items) == 1 else 's'}")
    where = f"in {', '.join(impact.projects)}" if impact.projects else ""
    owners = f"; owners: {', '.join(impact.owners)}" if impact.owners else ""
    return f"{verb} {', '.join(parts)} {where}{owners}".rstrip() + "."


def how(asset: ImpactAsset, direction: str) -> str:
    """How an asset is hit, or used, in a few words."""
    if direction == "downstream":
        return {
            "value": "by value",
            "rows": "by rows, as a whole",
            "unknown": "as a whole: which columns it uses is not known",
        }.get(asset.how, "")
    rows = f"rows by {', '.join(asset.row_columns)}" if asset.row_columns else ""
    words = {"value": "", "rows": "", "unknown": "which columns are used is not known"}
    return ", ".join(filter(None, (words.get(asset.how, ""), rows, "source" if asset.last else "")))


def name(asset: ImpactAsset) -> str:
    """Key with the columns, if it is not about all of it."""
    return f"{asset.key}#{','.join(asset.columns)}" if asset.columns else asset.key


def _start(asset: ImpactAsset) -> str:
    owners = f" ({', '.join(asset.owners)})" if asset.owners else ""
    place = f"  {asset.file}:{asset.line}" if asset.file else "  made by nobody in the repository"
    return f"{name(asset)}{owners}{place}"


def _line(asset: ImpactAsset, direction: str) -> str:
    details = how(asset, direction)
    arrow = "via" if direction == "downstream" else "for"
    place = f"  {asset.file}:{asset.line}" if asset.file else ""
    return f"{name(asset)}{f'  {details}' if details else ''}, {arrow} {asset.via}{place}"


def _listed(title: str, entries: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {entry}" for entry in entries)] if entries else []
