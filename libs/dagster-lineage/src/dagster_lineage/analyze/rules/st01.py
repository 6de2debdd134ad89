"""ST01: an interface file that no longer says what its project is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from dagster_lineage.analyze.reference_rule import listed
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import LineageGraph, LocatedInterface
from dagster_lineage.model.findings import Finding

NOT_COMMITTED = frozenset(
    {"dbt_packages", "dbt_modules", "target", "site-packages", ".venv", "venv", "node_modules"}
)
"""Folders whose files are installed or made: that they are not here says nothing."""

MEND = "Run `lineage lock` and commit what it writes."


class StaleInterface(Rule):
    """A committed `interface.json` says something else than its project's code does.

    Everything that is checked, diffed and reported reads that file. `lineage lock --check` asks the
    code and compares, which takes as long as the code needs to load; `lineage check` sees what can
    be seen without: files that the interface names and that are gone.

    **Anti-pattern**

        git mv models/orders.sql models/marts/orders.sql
        git commit

    **Best practice**

        git mv models/orders.sql models/marts/orders.sql
        lineage lock jaffle_dbt
        git add projects/jaffle_dbt/interface.json
        git commit
    """

    code: ClassVar[str] = "ST01"
    name: ClassVar[str] = "stale-interface"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per interface; none where no files are at hand to compare with."""
        if graph.root is None:
            return
        compared = [(where, *_compared(graph.root, where)) for where in graph.located]
        if all(gone == named for _, gone, named in compared):
            return  # a folder of interfaces alone
        for where, gone, named in compared:
            if gone:
                yield _finding(
                    where.project,
                    where.file,
                    f"The interface of {where.project} is stale: of {len(named)} files that it "
                    f"names {len(gone)} are gone, {listed(sorted(gone))}.",
                )


def stale(project: str, file: str, diff: str) -> Finding:
    """What `lineage lock --check` says of an interface that the code does not agree with.

    Args:
        project: Its project.
        file: The interface file, relative to the root.
        diff: Unified difference between what is committed and what the code says.
    """
    changed = [
        line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    added = sum(line[0] == "+" for line in changed)
    first = f", the first is `{changed[0][:100].strip()}`" if changed else ""
    return _finding(
        project,
        file,
        f"The interface of {project} is stale: the code adds {added} and takes away "
        f"{len(changed) - added} lines{first}.",
    )


def unasked(project: str, file: str, location: str, reason: str) -> Finding:
    """What `lineage lock --check` says of an interface that it cannot compare.

    Args:
        project: Its project.
        file: The interface file, relative to the root.
        location: Name of the code location.
        reason: Why it could not be asked.
    """
    return _finding(
        project,
        file,
        f"Whether the interface of {project} is stale is unknown: code location `{location}` could "
        f"not be asked: {reason}",
    )


def _finding(project: str, file: str, message: str) -> Finding:
    return Finding(
        code=StaleInterface.code,
        name=StaleInterface.name,
        level=StaleInterface.level,
        file=file,
        line=1,
        project=project,
        message=message,
        fix=MEND,
    )


def _compared(root: Path, where: LocatedInterface) -> tuple[set[str], set[str]]:
    """Files that are gone, and all that the interface names, relative to its project's folder."""
    # Not the YAML that describes them: thousands of lines of a few files would be cut for nothing.
    places = {asset.at for asset in where.interface.assets}
    places.update([source.at for source in where.interface.sources])
    named = {place.rpartition(":")[0] for place in places}
    named.discard("")
    there: set[str] = set()
    for folder in {file.rpartition("/")[0] for file in named}:
        # An absolute place is of an installed module, and no part of the repository.
        if folder.startswith("/") or not NOT_COMMITTED.isdisjoint(folder.split("/")):
            there.update(file for file in named if file.rpartition("/")[0] == folder)
        else:
            prefix = f"{folder}/" if folder else ""
            there.update([prefix + name for name in _names(f"{root}/{where.folder}/{folder}")])
    return named - there, named


def _names(folder: str) -> list[str]:
    """What lies in a folder: one listing is asked for, however many files are looked for."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are enough, and there are thousands
    except OSError:
        return []
