"""dbt commands that build the changes of a branch."""

from __future__ import annotations

import posixpath
import shlex

from dagster_lineage.analyze.affected.verdicts import Affected


def dbt_commands(affected: Affected, state: str) -> str:
    """Return one command for each dbt project that has something to build, to run at the root.

    `state:modified+` selects what differs from the base's manifest; `source:…+` the readers of
    another project's table whose rows may change, where dbt sees no difference; `path:…+` a seed
    that is too large for dbt to compare; `fqn:*` everything, if the code around dbt changed. dbt
    resolves `--state` relative to the project folder, and needs `--profiles-dir` to find a
    `profiles.yml` there.

    Args:
        affected: Result of `lineage affected`.
        state: Folder of the base's manifest, relative to the root or absolute. `{project}` and
            `{folder}` are replaced. Not `target`, where dbt would compare a manifest with itself.
    """
    lines = []
    for verdict in affected.to_build:
        if not verdict.dbt_select:
            continue
        for folder in verdict.dbt_folders:
            words = ["dbt", "build", "--project-dir", folder]
            if folder in verdict.dbt_profiles:
                words += ["--profiles-dir", folder]
            words += ["--select", *verdict.dbt_select]
            if any(one.startswith("state:") for one in verdict.dbt_select):
                where = state.replace("{project}", verdict.project).replace("{folder}", folder)
                if not posixpath.isabs(where):
                    where = posixpath.relpath(where, folder)
                words += ["--state", where]
            lines.append(shlex.join(words))
    return "\n".join(lines)
