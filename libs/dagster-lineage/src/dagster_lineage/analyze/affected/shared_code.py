"""Projects that import a file, where several of them share a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from dagster_lineage.analyze.affected.file_imports import FileImports
from dagster_lineage.analyze.affected.layout import NOT_BUILT, Member
from dagster_lineage.analyze.affected.ownership import Ownership
from dagster_lineage.analyze.affected.path_rules import Effect
from dagster_lineage.files.comparison import Comparison


class SharedCode:
    """Imports in the folders that several projects share, and outside of all projects.

    Args:
        comparison: Files at base and head.
        ownership: Owners of files.
    """

    def __init__(self, comparison: Comparison, ownership: Ownership) -> None:
        self._files = comparison.head_files
        self._ownership = ownership
        self._imports = FileImports(comparison)

    def effects_on_importers(self, effects: Sequence[Effect]) -> Iterator[Effect]:
        """Yield effects on the projects that import a changed file of a shared folder.

        A file that is not Python may be read by any code next to it.
        """
        done: set[str] = set()
        for one in effects:
            member = self._ownership.layout.member(one.path)
            is_shared = member is None or member.is_shared
            if one.project and one.scope == "rows" and is_shared and one.path not in done:
                done.add(one.path)
                known = {other.project for other in effects if other.path == one.path}
                yield from self._on_importers(one, known)

    def _on_importers(self, one: Effect, known: set[str]) -> Iterator[Effect]:
        starts = {one.path}
        if not one.path.endswith(".py"):
            folder = self._ownership.code_folder(one.path)
            starts = self._python_in(folder) if folder else set()
        for importer in sorted(self._imports.importers(starts)):
            if importer.startswith(NOT_BUILT):
                continue
            owners = self._ownership.owners(importer)
            why = f"{importer} imports {'it' if one.path in starts else 'code next to it'}"
            if not owners:
                yield Effect(path=one.path, scope="everything", why=why)
            for owner in owners:
                if owner.name not in known:
                    known.add(owner.name)
                    yield replace(one, project=owner.name, keys=None, dbt="all", why=why)

    def users(self, member: Member, library: str, effects: Iterable[Effect]) -> tuple[str, ...]:
        """Return the projects of a folder that import the changed files of a library.

        Args:
            member: A folder whose code imports the library.
            library: Folder of the library.
            effects: Effects of all changed files.
        """
        if not member.is_shared:
            return member.projects
        starts: set[str] = set()
        for effect in effects:
            if effect.folder == library and (effect.module or effect.scope == "library"):
                starts |= {effect.path} if effect.module else self._python_in(library)
        found: set[str] = set()
        for importer in self._imports.importers(starts):
            if self._ownership.layout.member(importer) == member:
                owners = self._ownership.owners(importer)
                if not owners and not importer.startswith(NOT_BUILT):
                    return member.projects
                found.update(owner.name for owner in owners)
        return tuple(sorted(found)) or member.projects

    def _python_in(self, folder: str) -> set[str]:
        return {
            path for path in self._files if path.startswith(f"{folder}/") and path.endswith(".py")
        }
