"""For pull requests: GitHub's workflow commands, which become annotations at the lines.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions; how they are
escaped: `escapeData` and `escapeProperty` of actions/toolkit.
"""

from __future__ import annotations

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.model.findings import Finding

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(checked: CheckResult, *, color: bool) -> str:  # noqa: ARG001 - as all formats
    """A line for each finding; nothing where there is none."""
    return "\n".join(_annotation(finding) for finding in checked.findings)


def _annotation(finding: Finding) -> str:
    properties = ",".join(
        f"{name}={_property(value)}"
        for name, value in (
            ("file", finding.file),
            ("line", str(finding.line)),
            ("title", f"{finding.code} {finding.name}"),
        )
    )
    meant = f"Did you mean `{finding.nearest}`?" if finding.nearest else ""
    owners = f"Owners: {', '.join(finding.owners)}." if finding.owners else ""
    message = "\n".join(filter(None, (finding.message, meant, finding.fix, owners)))
    return f"::{_COMMANDS[finding.level]} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
