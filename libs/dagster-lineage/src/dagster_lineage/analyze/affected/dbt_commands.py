"""The dbt commands that build what a branch changed, no more."""

from __future__ import annotations

import posixpath
import shlex

from dagster_lineage.analyze.affected.verdicts import Affected


def dbt_commands(affected: Affected, state: str) -> str:
    """A line for each dbt project that has something to build.

    `state:modified+` is what differs from the manifest of the base, with all that follows in the
    project; `source:…+` what reads another project's table that may have other rows: dbt sees no
    difference there. `path:…+` is a seed that is too large for dbt to see a difference in it;
    `fqn:*` is all, where the code around dbt changed.

    The commands are to be run at the root. dbt takes the folder of the state relative to its
    project, so it is written that way; and it finds a `profiles.yml` beside the project only when
    it is told.

    Args:
        affected: The verdicts.
        state: Folder of the base's manifest, relative to the root or absolute; `{project}` and
            `{folder}` are filled in. Never `target`: dbt writes there, and then compares a
            manifest with itself.
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
