"""Findings that somebody ignores, and says why: in the settings, or in the file itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from dagster_lineage.files.settings import Settings
from dagster_lineage.model.findings import Finding, Level

SUPPRESSION_CODE = "SU01"

_COMMENT = re.compile(
    r"(?P<before>.*?)(?:#|--|//)[-#\s]*lineage:\s*ignore\[(?P<codes>[^\]]*)\]\s*[:-]?\s*(?P<reason>.*)"
)
_CLOSING = re.compile(r"\s*(-?#\}|\*/|-->)\s*$")


class BareSuppression:
    """A comment ignores a rule and doesn't say why.

    It is not obeyed. Whoever meets it in a year cannot know whether it still holds.

    **Anti-pattern**

        - name: ordrs   # lineage: ignore[ED01]

    **Best practice**

    A reason, in the same line or in the line above; `--` in SQL, `{# … #}` in Jinja.

        - name: ordrs   # lineage: ignore[ED01] the shop team adds it in week 12
    """

    code: ClassVar[str] = SUPPRESSION_CODE
    name: ClassVar[str] = "suppression-without-reason"
    level: ClassVar[Level] = "warning"


def ignored_by_settings(findings: list[Finding], settings: Settings) -> list[Finding]:
    """The findings that no `[[tool.lineage.ignore]]` names."""
    entries = [
        (entry.code, [_path_pattern(path) for path in entry.paths]) for entry in settings.ignore
    ]
    return [
        finding
        for finding in findings
        if not any(
            finding.code.startswith(code) and any(path.fullmatch(finding.file) for path in paths)
            for code, paths in entries
        )
    ]


def suppressed_in_files(findings: list[Finding], root: Path) -> tuple[list[Finding], list[Finding]]:
    """The findings that no comment at their place ignores; and one for each comment with no reason.

    A comment stands in the line of the finding, or alone in the line above.
    """
    kept: list[Finding] = []
    bare: dict[tuple[str, int], Finding] = {}
    lines: dict[str, list[str]] = {}
    for finding in findings:
        if finding.file not in lines:
            lines[finding.file] = _lines(root / finding.file)
        for number in (finding.line, finding.line - 1):
            reason = _reason(lines[finding.file], number, finding)
            if reason == "":
                bare[finding.file, number] = _bare(finding, number)
            elif reason:
                break
        else:
            kept.append(finding)
    return kept, list(bare.values())


def _reason(lines: list[str], number: int, finding: Finding) -> str | None:
    """Why the comment in a line ignores a finding; None where there is no such comment."""
    if not 0 < number <= len(lines) or "lineage:" not in lines[number - 1]:
        return None
    found = _COMMENT.match(lines[number - 1])
    if not found or (number != finding.line and found["before"].strip(" \t{/")):
        return None
    codes = tuple(code.strip() for code in found["codes"].split(",") if code.strip())
    if not codes or not finding.code.startswith(codes):
        return None
    return _CLOSING.sub("", found["reason"]).strip()


def _bare(finding: Finding, number: int) -> Finding:
    return Finding(
        code=BareSuppression.code,
        name=BareSuppression.name,
        level=BareSuppression.level,
        file=finding.file,
        line=number,
        project=finding.project,
        message=f"The comment ignores {finding.code} and doesn't say why, so it is not obeyed.",
        fix=f"Write `lineage: ignore[{finding.code}] reason`.",
        key=finding.key,
        owners=finding.owners,
    )


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _path_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern over paths: `**` goes through folders, `*` and `?` stay in one."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part) or re.escape(part) for part in parts))
