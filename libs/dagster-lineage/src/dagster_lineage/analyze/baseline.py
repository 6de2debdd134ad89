"""Findings that were there before the check was, so that it can be adopted on any day.

The file is a JSON object: by fingerprint, how many findings have it; sorted, one line each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import msgspec

from dagster_lineage.files.settings import Settings
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.findings import Finding, Level

GONE_CODE = "BL01"


class BaselineEntryGone:
    """The baseline has entries of findings that no longer occur.

    Good: somebody fixed them. While the entries stay, the same faults may come back unseen.

    **Anti-pattern**

    A baseline that is written once and never again.

    **Best practice**

        lineage check --write-baseline lineage-baseline.json
    """

    code: ClassVar[str] = GONE_CODE
    name: ClassVar[str] = "baseline-entry-gone"
    level: ClassVar[Level] = "note"


class Baseline:
    """The known findings of a repository.

    Args:
        entries: How many findings there are, by fingerprint.
        file: Name of the file, for messages.
    """

    def __init__(self, entries: dict[str, int], file: str) -> None:
        self.entries = entries
        self.file = file

    def without(
        self, findings: list[Finding], codes: set[str], projects: set[str]
    ) -> list[Finding]:
        """The findings that are new, and a note of the entries that no longer occur.

        Args:
            findings: All of a check.
            codes: The rules that ran; entries of other ones are not called gone.
            projects: The projects that were asked for; none: all.
        """
        left = Counter(self.entries)
        new: list[Finding] = []
        for finding in findings:
            if finding.level != "note" and left[finding.fingerprint] > 0:
                left[finding.fingerprint] -= 1
            else:
                new.append(finding)
        gone = sorted(one for one in +left if _judged(one, codes, projects))
        return [*new, self._note(gone)] if gone else new

    def renewed(self, findings: Iterable[Finding], codes: set[str], projects: set[str]) -> Baseline:
        """The baseline of today's findings; entries that were not judged today stay."""
        kept = {
            one: count for one, count in self.entries.items() if not _judged(one, codes, projects)
        }
        today = Counter(one.fingerprint for one in findings if one.level != "note")
        return Baseline({**kept, **today}, self.file)

    def text(self) -> bytes:
        """The file's content."""
        return msgspec.json.format(msgspec.json.encode(dict(sorted(self.entries.items())))) + b"\n"

    def _note(self, gone: list[str]) -> Finding:
        shown = "; ".join(gone[:3]) + (f"; and {len(gone) - 3} more" if len(gone) > 3 else "")  # noqa: PLR2004
        return Finding(
            code=GONE_CODE,
            name=BaselineEntryGone.name,
            level=BaselineEntryGone.level,
            file=self.file,
            line=1,
            project="",
            message=f"{len(gone)} known findings no longer occur: {shown}.",
            fix=f"Write the baseline again: `lineage check --write-baseline {self.file}`.",
        )


def baseline_of(root: Path, settings: Settings) -> Baseline | None:
    """Return the baseline that the settings of a repository name, if they name one.

    Raises:
        LineageError: The file is missing or is not a baseline.
    """
    return read_baseline(root / settings.baseline, settings.baseline) if settings.baseline else None


def read_baseline(file: Path, name: str) -> Baseline:
    """The baseline in a file; `name` is how messages call it.

    Raises:
        LineageError: it is missing or no baseline.
    """
    try:
        entries = msgspec.json.decode(file.read_bytes(), type=dict[str, int])
    except OSError as error:
        raise LineageError(
            f"baseline {file} cannot be read: {error.strerror}. Write it with "
            f"`lineage check --write-baseline {name}`."
        ) from error
    except msgspec.DecodeError as error:
        raise LineageError(
            f"{file} is no baseline: {error}. Write it again with "
            f"`lineage check --write-baseline {name}`."
        ) from error
    for entry in entries:
        if entry.count(" ") < 2:  # noqa: PLR2004 - code, project, and what it is about
            raise LineageError(
                f"{file} is no baseline: `{entry}` is no finding. Write it again with "
                f"`lineage check --write-baseline {name}`."
            )
    return Baseline(entries, name)


def _judged(fingerprint: str, codes: set[str], projects: set[str]) -> bool:
    code, project, _ = fingerprint.split(" ", 2)
    return code in codes and (not projects or project in projects)
