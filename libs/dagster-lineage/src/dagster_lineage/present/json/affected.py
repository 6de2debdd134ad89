"""Verdicts for programs: one JSON object, and a matrix for GitHub Actions.

The object has `schema_version` 1 and every field of `affected.verdicts.Affected`, with `build` and
`skip`, the names of the projects.
"""

from __future__ import annotations

import msgspec

from dagster_lineage.analyze.affected.verdicts import Affected

SCHEMA_VERSION = 1


def document(affected: Affected) -> str:
    """The object as text."""
    whole = {
        "schema_version": SCHEMA_VERSION,
        "build": [one.project for one in affected.to_build],
        "skip": [one.project for one in affected.skipped],
        **msgspec.structs.asdict(affected),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def github_matrix(affected: Affected) -> str:
    """A `strategy.matrix` in one line: an entry for each project that must be built.

    GitHub refuses a matrix without entries, so the job that uses it needs a condition:
    `if: fromJSON(needs.affected.outputs.matrix).include[0]`.

    An entry has `project`, `folder`, `dbt` (it has a dbt project), `select` (what dbt must build,
    with blanks between; empty: nothing) and `reason` (the first one).
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
