"""For programs: one JSON object.

`schema_version` is 1. `summary` has the numbers of `checking.Checked`: `projects`, `edges`,
`unknown`, `suppressed`, `in_baseline`, and `errors`, `warnings`, `notes`. `findings` is a list of
objects with every field of `findings.Finding` (empty ones too) and its `fingerprint`.
"""

from __future__ import annotations

import msgspec

from dagster_lineage.analyze.check import CheckResult

SCHEMA_VERSION = 1


def render(checked: CheckResult, *, color: bool) -> str:  # noqa: ARG001 - as all formats
    """The outcome as one JSON object, two blanks a level."""
    counts = checked.counts
    document = {
        "schema_version": SCHEMA_VERSION,
        "summary": {
            "projects": checked.projects,
            "edges": checked.edges,
            "unknown": checked.unknown,
            "errors": counts["error"],
            "warnings": counts["warning"],
            "notes": counts["note"],
            "suppressed": checked.suppressed,
            "in_baseline": checked.in_baseline,
        },
        "findings": [
            {
                **{name: getattr(finding, name) for name in finding.__struct_fields__},
                "fingerprint": finding.fingerprint,
            }
            for finding in checked.findings
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
