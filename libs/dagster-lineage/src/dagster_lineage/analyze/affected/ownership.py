"""Projects that a file belongs to: by its folder, or because their interfaces name it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from dagster_lineage.analyze.affected.layout import ROOT, DbtFolders, Layout, Member
from dagster_lineage.model import (
    Interface,
    LineageGraph,
    LocatedInterface,
    is_committed,
    is_uncertain,
    split_place,
)


class Ownership:
    """Owners of files in any layout.

    A file in the folder of one project belongs to that project, and to all others whose interfaces
    name it. Elsewhere (in a folder that several code locations share, or outside of all projects)
    it belongs to

    1. the projects whose interfaces name it, or else
    2. those that use the dbt project that contains it, or else
    3. those with code in the nearest folder that has code of such projects, or else
    4. all projects of the shared folder. At the root it is not known to belong to some.

    Args:
        layout: Members of the repository.
        graphs: Interface graphs at base and at head.
    """

    def __init__(self, layout: Layout, graphs: tuple[LineageGraph, LineageGraph]) -> None:
        self.layout = layout
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        self._dbt: defaultdict[str, set[str]] = defaultdict(set)
        self._code: defaultdict[str, set[str]] = defaultdict(set)
        readable: set[str] = set()
        # An unchanged interface is the same object in both graphs.
        located = {(id(w.interface), w.folder): w for graph in graphs for w in graph.located}
        for where in located.values():
            if not where.interface.unreadable:
                readable.add(where.project)
            for path in _files(where):
                self._add(path, where)
        self._unreadable = layout.folders.keys() - readable

    def owners(self, path: str) -> tuple[Member, ...]:
        """Return each project that owns a file, as a member whose folder contains the file.

        A library owns no file here. Empty: it is not known which projects use the file.
        """
        member = self.layout.member(path)
        dbt = self.layout.dbt_of(path)
        folder = dbt.folder if dbt else path.rpartition("/")[0] or ROOT
        named = self._named.get(path) or (self._dbt.get(dbt.folder, set()) if dbt else set())
        if member is None or member.is_shared:
            if named and dbt:
                # These may use the dbt project, too.
                named = named | self._unreadable
            elif not named:
                folder, named = self._around(path, member)
        projects = set(named)
        if member is not None and not member.is_shared:
            projects |= set(member.projects)
        return tuple(
            member
            if member is not None and project in member.projects and not member.is_shared
            else _owner(folder, project, member)
            for project in sorted(projects)
        )

    def dbt_projects(self, project: str) -> Iterator[DbtFolders]:
        """Yield the dbt projects of a project."""
        for dbt in self.layout.dbt:
            member = self.layout.member(dbt.file("dbt_project.yml"))
            users = self._dbt.get(dbt.folder, set())
            own = set(member.projects) if member is not None else set()
            if project in users or (project in own and (not users or len(own) == 1)):
                yield dbt

    def code_folder(self, path: str) -> str:
        """Return the folder by which a file belongs to projects with code in it; empty if none."""
        member = self.layout.member(path)
        if member is not None and member.is_shared and path not in self._named:
            folder, projects = self._around(path, None)
            return folder if projects else ""
        return ""

    def names(self, project: str) -> Iterator[str]:
        """Yield the files that the interfaces of a project name."""
        return (path for path, projects in self._named.items() if project in projects)

    def _add(self, path: str, where: LocatedInterface) -> None:
        self._named[path].add(where.project)
        dbt = self.layout.dbt_of(path)
        if dbt is not None and (dbt.kind(path) or not path.endswith(".py")):
            self._dbt[dbt.folder].add(where.project)
            return
        member = self.layout.member(path)
        if member is None or not member.is_shared or where.project not in member.projects:
            return
        folder = path.rpartition("/")[0]
        while path.endswith(".py") and folder and folder != member.folder:
            self._code[folder].add(where.project)
            folder = folder.rpartition("/")[0]

    def _around(self, path: str, member: Member | None) -> tuple[str, set[str]]:
        """Return the nearest folder with code, and the projects whose code it is."""
        folder = path.rpartition("/")[0]
        while folder:
            if folder in self._code:
                return folder, self._code[folder]
            folder = folder.rpartition("/")[0]
        if member is None or member.folder == ROOT:
            return "", set()
        return member.folder, set(member.projects)


def _owner(folder: str, project: str, member: Member | None) -> Member:
    if member is None:
        return Member(folder=folder, name=project, projects=(project,))
    pyproject = member.pyproject if folder == member.folder else ""
    return replace(member, folder=folder, name=project, projects=(project,), pyproject=pyproject)


def _files(where: LocatedInterface) -> set[str]:
    """Return the files that an interface names, relative to the root."""
    places = {at for at in _places(where.interface) if at and not is_uncertain(at)}
    files = {split_place(at)[0] for at in places}
    return {
        path
        for file in files
        if is_committed(file) and not (path := where.path(file)[0]).startswith("../")
    }


def _places(interface: Interface) -> Iterator[str]:
    for asset in interface.assets:
        yield asset.at
        yield asset.described_at
        yield from (read.at for read in asset.reads)
        yield from (check.at for check in asset.checks)
    for source in interface.sources:
        yield source.at
        yield source.key_at
        yield from (check.at for check in source.checks)
    yield from (check.at for check in interface.checks)
    yield from (exposure.at for exposure in interface.exposures)
    yield from (job.at for job in interface.jobs)
