"""The lines of `pyproject.toml` that silence findings with a reason."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Iterable, Sequence

from dagster_lineage.analyze.nearest_keys import split_last
from dagster_lineage.model import split_column
from dagster_lineage.model.findings import Finding

FEW = 5
"""Number of patterns up to which keys are listed rather than summarized by their prefixes."""
EXTERNAL = ("EX01", "ED01")
"""Rules about keys that can be declared external."""
NEVER = ("BL01", "ST02", "SU01")
"""Rules about the settings and the check itself."""
_NUMBER = re.compile(r"\d+")


def settings_entry(findings: Sequence[Finding]) -> list[str]:
    """Return the lines for findings of one rule; none if they cannot be or need not be silenced."""
    first = findings[0]
    if first.code in NEVER or first.level == "note":
        return []
    if first.code in EXTERNAL:
        return [
            "[[tool.lineage.external]]",
            f"keys = {_array(_external_patterns(findings))}",
            'owner = "team:name"',
            'reason = "state why"',
        ]
    named = all(one.key for one in findings)
    return [
        "[[tool.lineage.ignore]]",
        f'code = "{first.code}"',
        f"keys = {_array(_key_patterns([one.key for one in findings]))}"
        if named
        else f"paths = {_array(sorted({path for one in findings for path in _folders(one)}))}",
        'reason = "state why"',
    ]


def _external_patterns(findings: Iterable[Finding]) -> list[str]:
    patterns = {one.key for one in findings if one.key.endswith("/*")}
    others = [one.keys or (one.key,) for one in findings if one.key not in patterns]
    return sorted({*patterns, *_numbers_left_out([key for keys in others for key in keys])})


def _key_patterns(keys: Sequence[str]) -> list[str]:
    patterns = _numbers_left_out(keys)
    if len(patterns) <= FEW:
        return patterns
    prefixes = sorted({split_last(split_column(key)[0])[0] for key in keys})
    few = all(prefixes) and len(prefixes) <= FEW
    return [f"{glob.escape(prefix)}/*" for prefix in prefixes] if few else ["*"]


def _numbers_left_out(keys: Sequence[str]) -> list[str]:
    """Return patterns in which numbers stand for all numbers, unless there is only one key."""
    escaped = sorted({glob.escape(key) for key in keys})
    if len(escaped) == 1:
        return escaped
    return sorted({_NUMBER.sub("[0-9]*", key) for key in escaped})


def _folders(finding: Finding) -> list[str]:
    """Return a pattern of the files of each project of a finding, or of the folder of its file."""
    if finding.folders:
        return ["/".join(filter(None, (folder, "**"))) for folder in finding.folders]
    folders = finding.file.split("/")[:-1]
    if finding.project in folders:
        folders = folders[: folders.index(finding.project) + 1]
    return ["/".join((*folders, "**"))]


def _array(texts: Iterable[str]) -> str:
    return f"[{', '.join(json.dumps(text, ensure_ascii=False) for text in texts)}]"
