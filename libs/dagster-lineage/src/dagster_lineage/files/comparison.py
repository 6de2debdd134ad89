"""Two states of a repository's files, compared without a checkout."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dagster_lineage.files.git import Repository

WORKTREE = "worktree"
LINK = "120000"
_SUBMODULE = "160000"

Status = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class FileState:
    """Mode and content id of a file."""

    mode: str
    """As git writes it: `100644`, `100755`, `120000` for a link, `160000` for a submodule."""
    blob: str
    """Id of the content; empty for a file of the work tree that git has not hashed yet."""

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link, whose content is the path of its target."""
        return self.mode == LINK

    @property
    def is_regular(self) -> bool:
        """Whether it is neither a link nor a submodule."""
        return self.mode not in (LINK, _SUBMODULE)


@dataclass(frozen=True)
class ChangedFile:
    """A file that differs between two states."""

    path: str
    """Relative to the root, with forward slashes."""
    status: Status


@dataclass(frozen=True)
class Comparison:
    """The files under a root at base and at head."""

    repository: Repository
    base: str
    """Id of the base commit."""
    head: str
    """Id of the head commit, or `worktree`."""
    base_files: Mapping[str, FileState]
    """Every file at base, by path relative to the root. A file outside the root but inside the
    repository begins with `../`."""
    head_files: Mapping[str, FileState]
    """The same at head. The work tree includes untracked files that are not ignored."""
    notes: tuple[str, ...] = ()
    """Remarks on the comparison for the user."""
    _contents_read: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def changed(self) -> tuple[ChangedFile, ...]:
        """Files whose content or mode differs, sorted by path."""
        found = [ChangedFile(path, "removed") for path in self.base_files.keys() - self.head_files]
        for path, state in self.head_files.items():
            before = self.base_files.get(path)
            if before is None:
                found.append(ChangedFile(path, "added"))
            elif before != state:
                found.append(ChangedFile(path, "changed"))
        return tuple(sorted(found, key=lambda one: one.path))

    def base_contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of files at base by path, without files that do not exist."""
        return self._contents(self.base_files, paths)

    def head_contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of files at head by path, without files that do not exist."""
        return self._contents(self.head_files, paths)

    def _contents(self, files: Mapping[str, FileState], paths: Iterable[str]) -> dict[str, bytes]:
        states = {path: files[path] for path in paths if path in files}
        unread = {
            state.blob
            for state in states.values()
            if state.blob and state.mode != _SUBMODULE and state.blob not in self._contents_read
        }
        self._contents_read.update(self.repository.blobs(unread))
        found = {}
        for path, state in states.items():
            if state.blob in self._contents_read:
                found[path] = self._contents_read[state.blob]
            elif not state.blob:
                text = _from_disk(self.repository.root / path)
                if text is not None:
                    found[path] = text
        return found

    def tree_hashes(self, folders: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return git's tree id of each folder at base and at head (of the work tree: at `HEAD`).

        Equal ids mean that all files in the folder have the same names, modes and contents. The id
        of a folder that does not exist is empty.
        """
        wanted = list(folders)
        head = "HEAD" if self.head == WORKTREE else self.head
        ids = self.repository.tree_ids(
            [(commit, folder) for folder in wanted for commit in (self.base, head)]
        )
        return {folder: (ids[2 * at], ids[2 * at + 1]) for at, folder in enumerate(wanted)}


def printable(path: str) -> str:
    r"""Return a path with control characters escaped, as Python writes `\n`."""
    if path.isprintable():
        return path
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in path
    )


def _from_disk(file: Path) -> bytes | None:
    if file.is_symlink():
        return os.fsencode(file.readlink())
    try:
        return file.read_bytes()
    except OSError:
        return None
