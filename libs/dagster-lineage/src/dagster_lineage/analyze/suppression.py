"""Suppression of findings, by the settings or by a comment in the file; both give a reason."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from dagster_lineage.analyze.rules.su01 import SuppressionWithoutReason
from dagster_lineage.files.settings import Settings
from dagster_lineage.model.findings import Finding

_COMMENT = re.compile(
    r"(?P<before>.*?)(?:#|--|//)[-#\s]*lineage:\s*ignore\[(?P<codes>[^\]]*)\]\s*[:-]?\s*(?P<reason>.*)"
)
_CLOSING = re.compile(r"\s*(-?#\}|\*/|-->)\s*$")


def not_ignored(findings: list[Finding], settings: Settings) -> list[Finding]:
    """Return the findings that no `[[tool.lineage.ignore]]` entry matches."""
    entries = [(entry, [_path_pattern(path) for path in entry.paths]) for entry in settings.ignore]
    return [
        finding
        for finding in findings
        if not any(
            finding.code.startswith(entry.code)
            and any(path.fullmatch(finding.file) for path in paths)
            and any(fnmatchcase(finding.key, key) for key in entry.keys)
            for entry, paths in entries
        )
    ]


def not_suppressed(findings: list[Finding], root: Path) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that no comment suppresses, and one for each comment without a reason.

    A comment is in the line of the finding, or alone in the line above.
    """
    kept: list[Finding] = []
    without_reason: dict[tuple[str, int], Finding] = {}
    lines: dict[str, list[str]] = {}
    for finding in findings:
        if finding.file not in lines:
            lines[finding.file] = _lines(root / finding.file)
        for number in (finding.line, finding.line - 1):
            reason = _reason(lines[finding.file], number, finding)
            if reason == "":
                comment = SuppressionWithoutReason.at_comment(finding, number)
                without_reason[finding.file, number] = comment
            elif reason:
                break
        else:
            kept.append(finding)
    return kept, list(without_reason.values())


def _reason(lines: list[str], number: int, finding: Finding) -> str | None:
    """Return the reason of a comment that suppresses a finding; None without such a comment."""
    if not 0 < number <= len(lines) or "lineage:" not in lines[number - 1]:
        return None
    found = _COMMENT.match(lines[number - 1])
    if not found or (number != finding.line and found["before"].strip(" \t{/")):
        return None
    codes = tuple(code.strip() for code in found["codes"].split(",") if code.strip())
    if not codes or not finding.code.startswith(codes):
        return None
    return _CLOSING.sub("", found["reason"]).strip()


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _path_pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern over paths in which `**` matches across folders, `*` and `?` within one."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part) or re.escape(part) for part in parts))
