"""Files that a member includes from outside its folder: links, local dbt packages, `../` paths.

A change of such a file changes every member that includes it, which neither imports nor interfaces
show. So the file is classified a second time, under its path in that member.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dagster_lineage.analyze.affected.layout import Layout
from dagster_lineage.files.comparison import Comparison, FileState

_SETTINGS = (".toml", ".yml", ".yaml", ".cfg", ".ini")
_PATH_OUT = re.compile(rb"(?<![\w./-])(?:\.\./)+[\w.@/-]*\w")
_DBT_SETTINGS = ("dbt_project.yml", "packages.yml", "dependencies.yml", "package-lock.yml")
_MOST_LINKS = 5
"""Links to links that are followed, in case they form a cycle."""


@dataclass(frozen=True)
class Inclusion:
    """A file or folder that a member includes; both paths are relative to the root."""

    target: str
    """Path of the file or folder."""
    at: str
    """Path under which the member includes it."""
    dbt_only: bool = False
    """Only files that dbt reads are included: the target is a member whose Python is imported."""


class Inclusions:
    """All inclusions at base and at head.

    Args:
        comparison: Files at base and head.
        layout: Members, whose settings may name paths outside their folders.
    """

    def __init__(self, comparison: Comparison, layout: Layout) -> None:
        self._layout = layout
        self._by_target: defaultdict[str, set[Inclusion]] = defaultdict(set)
        for one in (*_links(comparison), *_paths_out(comparison, layout)):
            self._by_target[one.target].add(one)

    def paths(self, path: str) -> list[str]:
        """Return the other paths of a file, sorted."""
        found: set[str] = set()
        waiting = {path}
        for _ in range(_MOST_LINKS):
            waiting = {more for one in waiting for more in self._once(one)} - found - {path}
            if not waiting:
                break
            found |= waiting
        return sorted(found)

    def _once(self, path: str) -> Iterator[str]:
        target = path
        while target:
            for one in self._by_target.get(target, ()):
                if not one.dbt_only or self._is_dbt(path):
                    yield one.at + path[len(target) :]
            target = target.rpartition("/")[0]

    def _is_dbt(self, path: str) -> bool:
        dbt = self._layout.dbt_of(path)
        return dbt is not None and (
            bool(dbt.kind(path)) or path.rpartition("/")[2] in _DBT_SETTINGS
        )


def _links(comparison: Comparison) -> Iterator[Inclusion]:
    for files, contents in (
        (comparison.base_files, comparison.base_contents),
        (comparison.head_files, comparison.head_contents),
    ):
        links = [path for path, state in files.items() if state.is_link]
        for path, text in contents(links).items():
            target = _joined(posixpath.dirname(path), text)
            if target:
                yield Inclusion(target, path)


def _paths_out(comparison: Comparison, layout: Layout) -> Iterator[Inclusion]:
    """Yield existing paths outside a member's folder that its settings name."""
    folders = {member.folder for member in layout.members}
    dbt_folders = {one.folder for one in layout.dbt}
    member_folders = folders | dbt_folders
    for files, contents in (
        (comparison.base_files, comparison.base_contents),
        (comparison.head_files, comparison.head_contents),
    ):
        settings = [
            path
            for path in files
            if path.endswith(_SETTINGS) and path.rpartition("/")[0] in member_folders
        ]
        for path, text in contents(settings).items():
            folder = path.rpartition("/")[0]
            for match in _PATH_OUT.finditer(text):
                target = _joined(folder, match[0])
                owner = layout.member(f"{folder}/x")
                if target and (owner is None or not _is_in(target, owner.folder)):
                    dbt_only = target in folders
                    if not dbt_only or target in dbt_folders:
                        yield Inclusion(target, f"{folder}/{match[0].decode()}", dbt_only)


def _joined(folder: str, text: bytes) -> str:
    """Return a path of a folder relative to the root; empty if it is outside the root."""
    try:
        path = posixpath.normpath(posixpath.join(folder, text.decode()))
    except UnicodeDecodeError:
        return ""
    return "" if path.startswith(("../", "/")) or path in ("..", ".") else path


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def regular(files: dict[str, bytes], states: Mapping[str, FileState]) -> dict[str, bytes]:
    """Return the contents of regular files: the content of a link is only a path."""
    return {path: text for path, text in files.items() if states[path].is_regular}
