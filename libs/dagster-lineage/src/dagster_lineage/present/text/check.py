"""For people: grouped by the owner who can fix it, a place that an editor opens, the fix."""

from __future__ import annotations

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.model.findings import Finding

_COLOURS = {"error": "31", "warning": "33", "note": "36", "dim": "2", "bold": "1", "good": "32"}


class _Paint:
    """Puts colors around words, or doesn't."""

    def __init__(self, *, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, color: str) -> str:
        return f"\x1b[{_COLOURS[color]}m{text}\x1b[0m" if self.on else text


def render(checked: CheckResult, *, color: bool) -> str:
    """All findings, then one line that counts; one line alone where there are none."""
    paint = _Paint(on=color)
    groups: dict[str, list[Finding]] = {}
    for finding in checked.findings:
        groups.setdefault(_group(finding), []).append(finding)
    blocks = [
        "\n".join([paint(group, "bold"), *(_finding(one, paint) for one in groups[group])])
        for group in sorted(groups)
    ]
    return "\n\n".join([*blocks, _last_line(checked, paint)])


def _group(finding: Finding) -> str:
    if finding.owners:
        return ", ".join(sorted(finding.owners))
    return f"{finding.project} (no owner)" if finding.project else "the repository"


def _finding(finding: Finding, paint: _Paint) -> str:
    place = f"{finding.file}:{finding.line}"
    lines = [
        f"  {place}  {paint(finding.code, finding.level)} {finding.name}"
        + (f" ({finding.level})" if finding.level != "error" else ""),
        f"    {finding.message}",
    ]
    if finding.nearest:
        lines.append(f"    did you mean {paint(finding.nearest, 'good')}?")
    if _other_end(finding):
        lines.append(f"    other end: {_other_end(finding)}")
    if finding.fix:
        lines.append(f"    {paint(finding.fix, 'dim')}")
    return "\n".join(lines)


def _other_end(finding: Finding) -> str:
    return ", ".join(name for name in (finding.other_project, *finding.other_owners) if name)


def _last_line(checked: CheckResult, paint: _Paint) -> str:
    scope = _scope(checked)
    if not checked.findings:
        return f"{paint('No findings', 'good')}: {scope}."
    counts = checked.counts
    told = ", ".join(
        paint(_counted(counts[level], level), level)
        for level in ("error", "warning", "note")
        if counts[level]
    )
    first = next((one for one in checked.findings if one.level != "note"), checked.findings[0])
    return f"{told}; {scope}. `lineage rule {first.code}` explains {first.code}."


def _scope(checked: CheckResult) -> str:
    edges, projects = _counted(checked.edges, "edge"), _counted(checked.projects, "project")
    told = [f"{edges} between {projects} checked"]
    if checked.unknown:
        end = "ends" if checked.unknown == 1 else "end"
        told.append(f"{checked.unknown} of them {end} outside the graph")
    if checked.suppressed:
        told.append(f"{_counted(checked.suppressed, 'finding')} ignored")
    if checked.in_baseline:
        told.append(f"{checked.in_baseline} known from the baseline")
    return ", ".join(told)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
