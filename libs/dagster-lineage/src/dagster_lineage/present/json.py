"""Results as JSON: one object per command, and the matrix of a GitHub workflow.

Each object has `schema_version`. Version 2 differs from version 1 in names: of a check,
`summary.unresolved_edges` was `unknown`, and a finding's `fix` was `mend`; of a diff,
`affected_teams` was `hurt_teams` and a reader's `reason` was `why`; of `affected`, `to_build` and
`skipped` were `build` and `skip`.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from dagster_lineage.analyze.affected.verdicts import Affected
from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.diff.changes import LEVELS, InterfaceDiff
from dagster_lineage.analyze.impact.results import Impact

SCHEMA_VERSION = 2


def check_document(result: CheckResult) -> str:
    """Return the result of a check.

    `summary` has the numbers of `CheckResult`, and those of errors, warnings and notes. `findings`
    has every field of `Finding`, empty ones too, and its `fingerprint`.
    """
    counts = result.counts
    return _document(
        summary={
            "projects": result.projects,
            "edges": result.edges,
            "unresolved_edges": result.unresolved_edges,
            "unchecked_edges": result.unchecked_edges,
            "unreadable": result.unreadable,
            "errors": counts["error"],
            "warnings": counts["warning"],
            "notes": counts["note"],
            "suppressed": result.suppressed,
            "in_baseline": result.in_baseline,
        },
        findings=[
            {**msgspec.structs.asdict(finding), "fingerprint": finding.fingerprint}
            for finding in result.findings
        ],
    )


def diff_document(diff: InterfaceDiff, *, base: str, head: str, notes: tuple[str, ...] = ()) -> str:
    """Return a diff.

    `summary` has the number of changes by level, and of failing ones. `changes` has every field of
    `Change`, and `fails`.

    Args:
        diff: The diff.
        base: Id of the commit at base.
        head: Id of the commit at head, or `worktree`.
        notes: Notes on the comparison.
    """
    counts = Counter(change.level for change in diff.changes)
    summary: dict[str, int] = {level: counts[level] for level in LEVELS}
    summary["failing"] = sum(change.fails for change in diff.changes)
    return _document(
        base=base,
        head=head,
        fails=diff.fails,
        affected_teams=diff.affected_teams,
        notes=notes,
        summary=summary,
        changes=[
            {**msgspec.structs.asdict(change), "fails": change.fails} for change in diff.changes
        ],
    )


def impact_document(impact: Impact) -> str:
    """Return an impact, with every field of `Impact`."""
    return _document(**msgspec.structs.asdict(impact))


def affected_document(affected: Affected) -> str:
    """Return verdicts: every field of `Affected`, and the names of the projects in two lists."""
    return _document(
        to_build=[one.project for one in affected.to_build],
        skipped=[one.project for one in affected.skipped],
        **msgspec.structs.asdict(affected),
    )


def github_matrix(affected: Affected) -> str:
    """Return a `strategy.matrix` in one line, with an entry for each project to build.

    An entry has `project`, `folder`, `dbt` (the project has a dbt project), `select` (what dbt must
    build, separated by spaces; empty for nothing) and `reason` (the first one).

    GitHub rejects a matrix without entries, so the job that uses it needs a condition:
    `if: fromJSON(needs.affected.outputs.matrix).include[0]`.
    """
    include = [
        {
            "project": one.project,
            "folder": one.folder,
            "dbt": bool(one.dbt_folders),
            "select": " ".join(one.dbt_select),
            "reason": one.reasons[0].text,
        }
        for one in affected.to_build
    ]
    return msgspec.json.encode({"include": include}).decode()


def _document(**content: object) -> str:
    document = {"schema_version": SCHEMA_VERSION, **content}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
