"""What happened to whole projects, and to what is not an asset: exposures and schedules."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.diff.branch import Branch
from dagster_lineage.analyze.diff.changes import Change, Level
from dagster_lineage.model import LineageGraph, LocatedInterface


def project_changes(branch: Branch) -> Iterator[Change]:
    """Projects that came, went or cannot be asked, their exposures and their schedules.

    A location that cannot be asked after the branch is one breaking change, not one for each of its
    assets: what it makes is unknown, so every foreign reader of what it made may be hurt.
    """
    before = _by_project(branch.before.graph)
    after = _by_project(branch.after.graph)
    for project in sorted(before.keys() | after.keys()):
        old, now = before.get(project), after.get(project)
        if now is None and old is not None:
            yield _findings("project-removed", "compatible", old, f"Project {project} is gone.")
        elif now is not None and old is None:
            yield _findings("project-added", "added", now, f"Project {project} is new.")
        elif now is not None and old is not None and now.interface is not old.interface:
            if now.interface.unreadable and not old.interface.unreadable:
                yield _unreadable(branch, old, now)
            else:
                yield from _exposures(old, now)
                yield from _schedules(old, now)


def _by_project(graph: LineageGraph) -> dict[str, LocatedInterface]:
    return {where.project: where for where in graph.located}


def _unreadable(branch: Branch, old: LocatedInterface, now: LocatedInterface) -> Change:
    hurt = [
        reader
        for asset in old.interface.assets
        if asset.executable
        for reader in branch.after.foreign(
            asset.key, old.project, lambda _edge: True, f"reads {asset.key}"
        )
    ]
    return Change(
        kind="project-unreadable",
        level="breaking",
        project=now.project,
        key="",
        message=f"What project {now.project} makes is unknown: {now.interface.unreadable}",
        file=now.file,
        readers=tuple(sorted(hurt, key=lambda one: (one.project, one.name, one.reason))),
        settled="" if hurt else "nobody in the repository reads it",
    )


def _exposures(old: LocatedInterface, now: LocatedInterface) -> Iterator[Change]:
    before = {one.name for one in old.interface.exposures}
    after = {one.name for one in now.interface.exposures}
    for name in sorted(after - before):
        yield _findings(
            "exposure-added", "added", now, f"The exposure {name} is new.", sides=("", name)
        )
    for name in sorted(before - after):
        yield _findings(
            "exposure-removed", "compatible", now, f"The exposure {name} is gone.", sides=(name, "")
        )


def _schedules(old: LocatedInterface, now: LocatedInterface) -> Iterator[Change]:
    before = {one.name: one.cron for one in old.interface.jobs if one.kind == "schedule"}
    after = {one.name: one.cron for one in now.interface.jobs if one.kind == "schedule"}
    for name in sorted(before.keys() | after.keys()):
        was, runs = before.get(name, ""), after.get(name, "")
        if was != runs:
            message = f"The schedule {name} was {was or 'none'}; it is {runs or 'none'} now."
            yield _findings("schedule-changed", "compatible", now, message, sides=(was, runs))


def _findings(
    kind: str,
    level: Level,
    where: LocatedInterface,
    message: str,
    *,
    sides: tuple[str, str] = ("", ""),
) -> Change:
    return Change(
        kind=kind,
        level=level,
        project=where.project,
        key="",
        before=sides[0],
        after=sides[1],
        message=message,
        file=where.file,
    )
