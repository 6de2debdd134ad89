"""A diff for programs: one JSON object.

`schema_version` is 1. `fails`, `affected_teams` and `notes` are the outcome; `summary` has the
number of changes by level, and `failing`. `changes` is a list of objects with every field of
`diff.Change`, and `fails`.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from dagster_lineage.analyze.diff.changes import LEVELS, InterfaceDiff

SCHEMA_VERSION = 1


def document(diff: InterfaceDiff, *, base: str, head: str, notes: tuple[str, ...] = ()) -> str:
    """The object as text.

    Args:
        diff: What was found.
        base: Id of the commit that was compared with.
        head: Id of the commit that was looked at, or `worktree`.
        notes: How they were compared, where a reader must know.
    """
    counts = Counter(change.level for change in diff.changes)
    summary: dict[str, int] = {level: counts[level] for level in LEVELS}
    summary["failing"] = sum(change.fails for change in diff.changes)
    whole = {
        "schema_version": SCHEMA_VERSION,
        "base": base,
        "head": head,
        "fails": diff.fails,
        "affected_teams": diff.affected_teams,
        "notes": notes,
        "summary": summary,
        "changes": [
            {
                **{name: getattr(change, name) for name in change.__struct_fields__},
                "fails": change.fails,
            }
            for change in diff.changes
        ],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
