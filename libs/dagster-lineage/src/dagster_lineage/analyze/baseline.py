"""The baseline: findings that are known, so that the check can be adopted at any time.

The file is a JSON object with the number of findings by fingerprint, sorted, one line each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from dagster_lineage.analyze.rules.st02 import UnreadableLocation
from dagster_lineage.files.settings import Settings
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.findings import Finding


class Baseline:
    """The known findings of a repository.

    Args:
        entries: Number of findings by fingerprint.
        file: Name of the file, for messages.
    """

    def __init__(self, entries: dict[str, int], file: str) -> None:
        self.entries = entries
        self.file = file

    def new_findings(
        self, findings: list[Finding], codes: set[str], projects: set[str]
    ) -> tuple[list[Finding], list[str]]:
        """Return the findings that are not known, and the fingerprints that no longer occur.

        Args:
            findings: All findings of a check.
            codes: Codes of the rules that ran. An entry of another rule is not stale.
            projects: Names of the projects that were checked; empty for all.
        """
        left = Counter(self.entries)
        new: list[Finding] = []
        for finding in findings:
            if _may_be_known(finding) and left[finding.fingerprint] > 0:
                left[finding.fingerprint] -= 1
            else:
                new.append(finding)
        return new, sorted(one for one in +left if _was_checked(one, codes, projects))

    def renewed(self, findings: Iterable[Finding], codes: set[str], projects: set[str]) -> Baseline:
        """Return the baseline of new findings, with the entries that were not checked."""
        kept = {
            one: count
            for one, count in self.entries.items()
            if not _was_checked(one, codes, projects)
        }
        today = Counter(one.fingerprint for one in findings if _may_be_known(one))
        return Baseline({**kept, **today}, self.file)

    def text(self) -> bytes:
        """Return the content of the file."""
        return msgspec.json.format(msgspec.json.encode(dict(sorted(self.entries.items())))) + b"\n"


def baseline_of(root: Path, settings: Settings) -> Baseline | None:
    """Return the baseline that the settings of a repository name, if they name one.

    Raises:
        LineageError: The file is missing or is not a baseline.
    """
    return read_baseline(root / settings.baseline, settings.baseline) if settings.baseline else None


def read_baseline(file: Path, name: str) -> Baseline:
    """Read a baseline file; `name` is its name in messages.

    Raises:
        LineageError: The file is missing or is not a baseline.
    """
    hint = f"Write it with `lineage check --write-baseline {name}`."
    try:
        entries = msgspec.json.decode(file.read_bytes(), type=dict[str, int])
    except OSError as error:
        raise LineageError(f"baseline {file} cannot be read: {error.strerror}. {hint}") from error
    except msgspec.DecodeError as error:
        raise LineageError(f"{file} is not a baseline: {error}. {hint}") from error
    for entry in entries:
        if entry.count(" ") < 2:  # noqa: PLR2004 - code, project, key
            raise LineageError(f"{file} is not a baseline: `{entry}` is not a fingerprint. {hint}")
    return Baseline(entries, name)


def _may_be_known(finding: Finding) -> bool:
    # A location that does not load once must not be left unchecked from then on.
    return finding.level != "note" and finding.code != UnreadableLocation.code


def _was_checked(fingerprint: str, codes: set[str], projects: set[str]) -> bool:
    code, project, _ = fingerprint.split(" ", 2)
    return code in codes and (not projects or project in projects)
