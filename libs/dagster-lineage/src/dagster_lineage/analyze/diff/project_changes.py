"""Changes of whole projects, and of their exposures and schedules."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.diff.branch import Branch, broken
from dagster_lineage.analyze.diff.changes import Change, Level
from dagster_lineage.analyze.reliance.readers import asset_reader
from dagster_lineage.model import LineageGraph, LocatedInterface


def project_changes(branch: Branch) -> Iterator[Change]:
    """Yield projects that were added, removed or did not load, and changed exposures and schedules.

    A location that did not load at head is one breaking change, not one per asset: its assets are
    unknown, so it breaks the readers in other projects of all that it produced.
    """
    before = _by_project(branch.before.graph)
    after = _by_project(branch.after.graph)
    for project in sorted(before.keys() | after.keys()):
        old, now = before.get(project), after.get(project)
        if now is None and old is not None:
            yield _change("project-removed", "compatible", old, f"Project {project} was removed.")
        elif now is not None and old is None:
            yield _change("project-added", "added", now, f"Project {project} is new.")
        elif now is not None and old is not None and now.interface is not old.interface:
            if now.interface.unreadable and not old.interface.unreadable:
                yield _unreadable(branch, old, now)
            else:
                yield from _exposures(old, now)
                yield from _schedules(old, now)


def _by_project(graph: LineageGraph) -> dict[str, LocatedInterface]:
    return {where.project: where for where in graph.located}


def _unreadable(branch: Branch, old: LocatedInterface, now: LocatedInterface) -> Change:
    readers = [
        broken(asset_reader(edge), f"reads {asset.key}")
        for asset in old.interface.assets
        if asset.executable
        for edge in branch.after.graph.readers.get(asset.key, ())
        if edge.where.project != old.project
    ]
    return Change(
        kind="project-unreadable",
        level="breaking",
        project=now.project,
        key="",
        message=f"The assets of project {now.project} are unknown: {now.interface.unreadable}",
        file=now.file,
        readers=tuple(sorted(readers, key=lambda one: (one.project, one.name, one.reason))),
        settled="" if readers else "it has no reader in the repository",
    )


def _exposures(old: LocatedInterface, now: LocatedInterface) -> Iterator[Change]:
    before = {one.name for one in old.interface.exposures}
    after = {one.name for one in now.interface.exposures}
    for name in sorted(after - before):
        yield _change("exposure-added", "added", now, f"The exposure {name} is new.", after=name)
    for name in sorted(before - after):
        message = f"The exposure {name} was removed."
        yield _change("exposure-removed", "compatible", now, message, before=name)


def _schedules(old: LocatedInterface, now: LocatedInterface) -> Iterator[Change]:
    before = {one.name: one.cron for one in old.interface.jobs if one.kind == "schedule"}
    after = {one.name: one.cron for one in now.interface.jobs if one.kind == "schedule"}
    for name in sorted(before.keys() | after.keys()):
        was, runs = before.get(name, ""), after.get(name, "")
        if was != runs:
            message = f"The schedule {name} was {was or 'none'}; now it is {runs or 'none'}."
            yield _change("schedule-changed", "compatible", now, message, before=was, after=runs)


def _change(
    kind: str,
    level: Level,
    where: LocatedInterface,
    message: str,
    *,
    before: str = "",
    after: str = "",
) -> Change:
    return Change(
        kind=kind,
        level=level,
        project=where.project,
        key="",
        before=before,
        after=after,
        message=message,
        file=where.file,
    )
