"""Results as GitHub workflow commands, which become annotations of a pull request.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions; the escapes are
those of `escapeData` and `escapeProperty` in actions/toolkit.
"""

from __future__ import annotations

from collections.abc import Iterable

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.diff.changes import Change, InterfaceDiff
from dagster_lineage.analyze.finding_groups import FindingGroup, grouped

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def finding_annotations(result: CheckResult) -> str:
    """Return one annotation per group of findings; an empty text without findings.

    GitHub shows ten annotations of a level in each step of a job.
    """
    return "\n".join(
        _annotation(
            _COMMANDS[group.first.level],
            (group.first.file, group.first.line),
            f"{group.first.code} {group.first.name}",
            _finding_lines(group),
        )
        for group in grouped(result.findings)
    )


def change_annotations(diff: InterfaceDiff) -> str:
    """Return one annotation per breaking or deprecated change; failing ones are errors."""
    return "\n".join(
        _annotation(
            "error" if change.fails else "notice",
            (change.file, change.line),
            f"{change.level} {change.kind}",
            _change_lines(change),
        )
        for change in diff.changes
        if change.level in ("breaking", "deprecated")
    )


def _finding_lines(group: FindingGroup) -> Iterable[str]:
    finding = group.first
    yield finding.message
    if group.others:
        yield group.others
    if finding.nearest:
        yield f"Did you mean `{finding.nearest}`?"
    if finding.fix:
        yield finding.fix
    if finding.owners:
        yield f"Owners: {', '.join(finding.owners)}."


def _change_lines(change: Change) -> Iterable[str]:
    yield change.message
    if change.settled:
        yield f"Settled: {change.settled}."
    for reader in change.readers:
        owners = f" ({', '.join(reader.owners)})" if reader.owners else ""
        yield f"Breaks {reader.name}{owners}: {reader.reason}, {reader.file}:{reader.line}."


def _annotation(command: str, place: tuple[str, int], title: str, lines: Iterable[str]) -> str:
    file, line = place
    properties = f"file={_property(file)},line={line},title={_property(title)}"
    return f"::{command} {properties}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
