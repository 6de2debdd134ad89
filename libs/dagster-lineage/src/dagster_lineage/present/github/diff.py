"""A diff as annotations of a pull request: GitHub's workflow commands, one for each change.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from dagster_lineage.analyze.diff.changes import Change, InterfaceDiff


def workflow_commands(diff: InterfaceDiff) -> str:
    """Errors for what fails, notices for what is breaking but settled or deprecated."""
    return "\n".join(
        _annotation(change) for change in diff.changes if change.level in ("breaking", "deprecated")
    )


def _annotation(change: Change) -> str:
    properties = ",".join(
        f"{name}={_property(value)}"
        for name, value in (
            ("file", change.file),
            ("line", str(change.line)),
            ("title", f"{change.level} {change.kind}"),
        )
    )
    lines = [change.message]
    if change.settled:
        lines.append(f"Settled: {change.settled}.")
    for reader in change.readers:
        owners = f" ({', '.join(reader.owners)})" if reader.owners else ""
        lines.append(f"Hurts {reader.name}{owners}: {reader.reason}, {reader.file}:{reader.line}.")
    command = "error" if change.fails else "notice"
    return f"::{command} {properties}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
