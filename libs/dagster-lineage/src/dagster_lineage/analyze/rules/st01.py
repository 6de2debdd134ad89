"""ST01: an interface file that does not match its project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import Asset, LineageGraph, LocatedInterface, Source, is_committed
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.wording import counted, listed

FIX = "Run `lineage lock` and commit the interface."
_CODE = (".py", ".sql", ".toml", ".yaml", ".yml")


class StaleInterface(GraphRule):
    """A committed `interface.json` does not match the code of its project.

    Every command but `lineage lock` reads that file. `lineage lock --check` loads the code and
    compares all of it. `lineage check` does not load code: it reports files that the interface
    names and that no longer exist. Files of installed packages and of dbt projects outside of the
    repository (`shop://models/orders.sql`) are not compared. An interface without its code, such as
    a copy from another repository, is a note.

    **Anti-pattern**

        git mv models/orders.sql models/marts/orders.sql
        git commit

    **Best practice**

    Write the interface again and commit it with the change.

        git mv models/orders.sql models/marts/orders.sql
        lineage lock jaffle_dbt
        git add projects/jaffle_dbt/interface.json
        git commit
    """

    code: ClassVar[str] = "ST01"
    name: ClassVar[str] = "stale-interface"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per interface; none without a checkout to compare with."""
        if graph.root is None:
            return
        compared = [(where, *_compared(graph.root, where)) for where in graph.located]
        if all(gone == named for _, gone, named in compared):
            return  # a folder with interfaces only
        for where, gone, named in compared:
            if gone and gone == named and not _has_code(graph.root, where, named):
                yield self.finding(
                    (where.file, 1),
                    where.project,
                    f"The code of {where.project} is not here: {len(gone)} of the {len(named)} "
                    f"files that it names do not exist, {listed(sorted(gone))}. The interface is "
                    "of another repository, or the project was removed.",
                    level="note",
                    fix="Remove the interface if the project was removed.",
                )
            elif gone:
                yield self._of(
                    where.project,
                    where.file,
                    f"The interface of {where.project} is stale: {len(gone)} of the {len(named)} "
                    f"files that it names do not exist, {listed(sorted(gone))}.",
                )

    @classmethod
    def of_difference(cls, project: str, file: str, diff: str) -> Finding:
        """Return the finding of `lineage lock --check` for an interface that differs from the code.

        Args:
            project: Name of the project.
            file: The interface file, relative to the root.
            diff: Unified diff between the committed interface and that of the code.
        """
        changed = [
            line
            for line in diff.splitlines()
            if line[:1] in "+-" and line[:3] not in ("+++", "---")
        ]
        added = sum(line[0] == "+" for line in changed)
        first = f", the first is `{changed[0][:100].strip()}`" if changed else ""
        return cls._of(
            project,
            file,
            f"The interface of {project} is stale: the code adds {counted(added, 'line')} and "
            f"removes {len(changed) - added}{first}.",
        )

    @classmethod
    def _of(cls, project: str, file: str, message: str) -> Finding:
        return cls.finding((file, 1), project, message, fix=FIX)


def _compared(root: Path, where: LocatedInterface) -> tuple[set[str], set[str]]:
    """Return the named files that do not exist, and all named files, relative to the project."""
    # The YAML that describes assets is left out: thousands of places are in a few files.
    places = {asset.at for asset in where.interface.assets}
    places.update([source.at for source in where.interface.sources])
    named = {place.rpartition(":")[0] for place in places}
    named.discard("")
    folders = {file.rpartition("/")[0] for file in named}
    packages = _missing_packages(root, where)
    elsewhere = {
        folder
        for folder in folders
        if folder and (not is_committed(f"{folder}/") or f"{folder}/".startswith(packages))
    }
    if elsewhere:
        named = {file for file in named if file.rpartition("/")[0] not in elsewhere}
    existing: set[str] = set()
    for folder in folders - elsewhere:
        prefix = f"{folder}/" if folder else ""
        existing.update([prefix + name for name in _names(f"{root}/{where.folder}/{folder}")])
    return named - existing, named


def _has_code(root: Path, where: LocatedInterface, named: set[str]) -> bool:
    """Return whether the folder of a project has code, or folders that its interface names."""
    present = _names(f"{root}/{where.folder}")
    tops = {file.partition("/")[0] for file in named}
    return any(name in tops or name.endswith(_CODE) for name in present)


def _missing_packages(root: Path, where: LocatedInterface) -> tuple[str, ...]:
    """Return the folders of dbt packages that are not installed, relative to the project."""
    interface = where.interface
    folders = set()
    resources: tuple[Asset | Source, ...] = (*interface.assets, *interface.sources)
    for one in resources:
        if one.package not in ("", interface.dbt_project):
            before, name, _ = f"/{one.at}".partition(f"/{one.package}/")
            folders.add(f"{before}{name}"[1:] if name else "")
    return tuple(one for one in folders if one and not (root / where.folder / one).is_dir())


def _names(folder: str) -> list[str]:
    """Return the names in a folder: one listing, however many files are looked for."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are enough, and there are thousands
    except OSError:
        return []
