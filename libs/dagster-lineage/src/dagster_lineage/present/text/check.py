"""Findings as text: grouped by owner, each with its place and its fix."""

from __future__ import annotations

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.finding_groups import FindingGroup, grouped
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.wording import counted, listed
from dagster_lineage.present.text.colors import Colors
from dagster_lineage.present.text.settings_entry import settings_entry


def check_text(result: CheckResult, *, color: bool) -> str:
    """Return all findings, the same ones in groups, and a summary in the last line."""
    colors = Colors(on=color)
    groups = grouped(result.findings)
    by_owner: dict[str, list[FindingGroup]] = {}
    for group in groups:
        by_owner.setdefault(_owner(group.first), []).append(group)
    blocks = [
        "\n".join([colors(owner, "bold"), *(_finding(one, colors) for one in by_owner[owner])])
        for owner in sorted(by_owner)
    ]
    if any(group.others for group in groups):
        blocks.append("`lineage check --format json` lists the findings of all groups.")
    return "\n\n".join([*blocks, _summary(result, colors)])


def _owner(finding: Finding) -> str:
    if finding.owners:
        return ", ".join(sorted(finding.owners))
    return f"{finding.project} (no owner)" if finding.project else "repository"


def _finding(group: FindingGroup, colors: Colors) -> str:
    finding, number = group.first, len(group.findings)
    details: list[str] = [finding.level] if finding.level != "error" else []
    details += [f"{number} findings"] if group.others else []
    code = colors(finding.code, finding.level)
    lines = [
        f"  {finding.file}:{finding.line}  {code} {finding.name}"
        + (f" ({', '.join(details)})" if details else ""),
        f"    {finding.message}",
    ]
    if group.others:
        lines.append(f"    {group.others}")
    if finding.nearest:
        lines.append(f"    Did you mean `{colors(finding.nearest, 'good')}`?")
    other = ", ".join(name for name in (finding.other_project, *finding.other_owners) if name)
    if other:
        lines.append(f"    Other end: {other}")
    if finding.fix:
        lines.append(f"    {colors(finding.fix, 'dim')}")
    if group.others or finding.keys:
        entry = settings_entry(group.findings)
        if entry and "[[tool.lineage" not in finding.fix:
            lines.append(f"    {colors('To accept this, add to pyproject.toml:', 'dim')}")
        lines += [f"      {colors(line, 'dim')}" for line in entry]
    return "\n".join(lines)


def _summary(result: CheckResult, colors: Colors) -> str:
    preposition = "of" if result.projects == 1 else "between"
    edges, projects = counted(result.edges, "edge"), counted(result.projects, "project")
    parts = [f"{edges} {preposition} {projects} checked"]
    if result.unresolved_edges:
        verb = "ends" if result.unresolved_edges == 1 else "end"
        parts.append(f"{result.unresolved_edges} of them {verb} outside the graph")
    if result.suppressed:
        parts.append(f"{counted(result.suppressed, 'finding')} suppressed")
    if result.in_baseline:
        parts.append(f"{counted(result.in_baseline, 'finding')} in the baseline")
    checked = ", ".join(parts)
    if result.unreadable:
        checked += f"; {_unchecked(result)}"
    if not result.findings:
        return f"{colors('No findings', 'good')}: {checked}."
    counts = result.counts
    found = ", ".join(
        colors(counted(counts[level], level), level)
        for level in ("error", "warning", "note")
        if counts[level]
    )
    first = next((one for one in result.findings if one.level != "note"), result.findings[0])
    return f"Found {found}: {checked}. Run `lineage rule {first.code}` for details on {first.code}."


def _unchecked(result: CheckResult) -> str:
    count, edges = len(result.unreadable), result.unchecked_edges
    location = "code location" if count == 1 else f"{count} code locations,"
    there = f" and {counted(edges, 'edge')} that may end there" if edges else ""
    return f"not checked: {location} {listed(result.unreadable)}{there}"
