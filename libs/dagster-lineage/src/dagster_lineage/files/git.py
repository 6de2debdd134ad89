"""The repository's files at a commit and in the work tree, read from git without checking out.

A command that compares two states asks for a `Comparison`: the files of both with the ids of their
contents, what differs, and the contents when they are needed. Each costs one git process, however
many files there are.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal

from dagster_lineage.model.errors import LineageError

WORKTREE = "worktree"
_LINK = "120000"
_SUBMODULE = "160000"
_TREE_ENTRY = 3
_RAW_ENTRY = 5

Status = Literal["added", "removed", "changed"]


class GitFailed(LineageError):
    """Git is missing, there is no repository, or it does not know what was asked for."""


@dataclass(frozen=True)
class FileState:
    """What a file is: its mode, and the id of its content.

    Attributes:
        mode: As git writes it: `100644`, `100755`, `120000` for a link, `160000` a submodule.
        blob: Id of the content; empty for a file of the work tree that git has not seen yet.
    """

    mode: str
    blob: str

    @property
    def is_link(self) -> bool:
        """It is a symbolic link; its content is the path that it leads to."""
        return self.mode == _LINK

    @property
    def is_regular(self) -> bool:
        """It is a file like any other, neither a link nor a submodule."""
        return self.mode not in (_LINK, _SUBMODULE)


@dataclass(frozen=True)
class ChangedFile:
    """A file that differs: `path` is relative to the root, with forward slashes."""

    path: str
    status: Status


@dataclass(frozen=True)
class Comparison:
    """Two states of the files under a root.

    Attributes:
        repository: Where both are read from.
        base: Id of the commit that is compared with.
        head: Id of the commit that is looked at, or `worktree`.
        base_files: Every file at base, by path relative to the root. A file outside the root, but
            inside the repository, begins with `../`.
        head_files: Likewise at head; untracked files that are not ignored belong to the work tree.
        notes: What a reader must know about how they were compared.
    """

    repository: Repository
    base: str
    head: str
    base_files: Mapping[str, FileState]
    head_files: Mapping[str, FileState]
    notes: tuple[str, ...] = ()
    _seen: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def changed(self) -> tuple[ChangedFile, ...]:
        """Every file whose content or mode differs, sorted by path."""
        found = [ChangedFile(path, "removed") for path in self.base_files.keys() - self.head_files]
        for path, state in self.head_files.items():
            before = self.base_files.get(path)
            if before is None:
                found.append(ChangedFile(path, "added"))
            elif before != state:
                found.append(ChangedFile(path, "changed"))
        return tuple(sorted(found, key=lambda one: one.path))

    def base_contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """What is in the files at base, by path; those that are not there are left out."""
        return self._contents(self.base_files, paths)

    def head_contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """What is in the files at head, by path; those that are not there are left out."""
        return self._contents(self.head_files, paths)

    def _contents(self, files: Mapping[str, FileState], paths: Iterable[str]) -> dict[str, bytes]:
        states = {path: files[path] for path in paths if path in files}
        unseen = {
            state.blob
            for state in states.values()
            if state.blob and state.mode != _SUBMODULE and state.blob not in self._seen
        }
        self._seen.update(self.repository.blobs(unseen))
        found = {}
        for path, state in states.items():
            if state.blob in self._seen:
                found[path] = self._seen[state.blob]
            elif not state.blob:
                text = _from_disk(self.repository.root / path)
                if text is not None:
                    found[path] = text
        return found

    def tree_hashes(self, folders: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Git's id of each folder's tree at base and at head (the work tree: at its `HEAD`).

        Equal ids mean that every file below, its name and its mode are the same. Empty where the
        folder is not there.
        """
        wanted = list(folders)
        head = "HEAD" if self.head == WORKTREE else self.head
        ids = self.repository.tree_ids(
            [(commit, folder) for folder in wanted for commit in (self.base, head)]
        )
        return {folder: (ids[2 * at], ids[2 * at + 1]) for at, folder in enumerate(wanted)}


class Repository:
    """A git repository, seen from a folder in it.

    Args:
        root: The folder that paths are relative to: the repository's top, or one below.

    Raises:
        GitFailed: git is not installed, or the folder is in no repository.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        answer = self._git("rev-parse", "--show-prefix").decode()
        self._prefix = answer.rstrip("\n")
        """Root's path below the repository's top: empty, or ending in a slash."""

    def compare(self, base: str, head: str = WORKTREE) -> Comparison:
        """The files at the point where `head` left `base`, and at `head`.

        Like a pull request's: what happened on `base` since then is not part of the difference.
        Without such a point (a shallow clone, unrelated histories) `base` itself is compared with,
        which finds more differences, never fewer that matter, and is noted.

        Args:
            base: A branch, tag or commit.
            head: Likewise, or `worktree` for the files as they lie there, untracked ones too.

        Raises:
            GitFailed: one of them is not known.
        """
        base_commit = self.commit(base)
        head_commit = self.commit("HEAD" if head == WORKTREE else head)
        fork = self._fork_point(base_commit, head_commit)
        notes: tuple[str, ...] = ()
        if not fork:
            notes = (
                f"{base} and {head} have no commit in common: {base} itself is compared with.",
            )
            fork = base_commit
        base_files = self._files(fork)
        head_files = (
            self._worktree_files(fork, base_files) if head == WORKTREE else self._files(head_commit)
        )
        return Comparison(
            self,
            fork,
            WORKTREE if head == WORKTREE else head_commit,
            base_files,
            head_files,
            notes,
        )

    def commit(self, ref: str) -> str:
        """The id of the commit that a name stands for.

        Raises:
            GitFailed: there is no such commit here.
        """
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        try:
            return self._git(*arguments).decode().strip()
        except GitFailed as error:
            raise GitFailed(
                f"git knows no commit {ref!r} in {self.root}. Fetch it first "
                f"(git fetch origin <branch>); a checkout of CI must be deep enough "
                f"(actions/checkout: fetch-depth: 0)."
            ) from error

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Contents by id, from one `git cat-file --batch`."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        given = "".join(f"{one}\n" for one in wanted).encode()
        answer = self._git("cat-file", "--batch", given=given)
        found = {}
        at = 0
        for blob in wanted:
            end = answer.index(b"\n", at)
            words = answer[at:end].split()
            at = end + 1
            if len(words) != _TREE_ENTRY:
                continue
            size = int(words[2])
            found[blob] = answer[at : at + size]
            at += size + 1
        return found

    def tree_ids(self, folders: list[tuple[str, str]]) -> list[str]:
        """Ids of the trees of (commit, folder) pairs, in their order; empty where there is none."""
        lines = [
            f"{commit}:{self._prefix}{'' if folder in ('', '.') else folder}\n".replace("/\n", "\n")
            for commit, folder in folders
        ]
        answer = self._git("cat-file", "--batch-check", given="".join(lines).encode()).decode()
        words = [line.split() for line in answer.splitlines()]
        return [one[0] if len(one) == _TREE_ENTRY and one[1] == "tree" else "" for one in words]

    def _fork_point(self, base: str, head: str) -> str:
        try:
            return self._git("merge-base", base, head).decode().strip()
        except GitFailed:
            return ""

    def _files(self, commit: str) -> dict[str, FileState]:
        found = {}
        for entry in _entries(self._git("ls-tree", "-r", "-z", "--full-tree", commit)):
            facts, _, path = entry.partition("\t")
            mode, _, blob = facts.split(" ")
            found[self._from_top(path)] = FileState(mode, blob)
        return found

    def _worktree_files(self, commit: str, base: Mapping[str, FileState]) -> dict[str, FileState]:
        found = dict(base)
        arguments = ("--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=none")
        entries = iter(_entries(self._git("diff", *arguments, commit)))
        for facts in entries:
            words = facts.removeprefix(":").split(" ")
            path = self._from_top(next(entries))
            if len(words) != _RAW_ENTRY:
                raise GitFailed(
                    f"git diff --raw answered {facts!r}, which this command cannot read"
                )
            if words[4] == "D":
                found.pop(path, None)
            else:
                found[path] = FileState(words[1], words[3].strip("0") and words[3])
        untracked = ("-o", "--exclude-standard", "--full-name", "-z", "--", ":/")
        for path in _entries(self._git("ls-files", *untracked)):
            name = self._from_top(path)
            found[name] = FileState(_LINK if (self.root / name).is_symlink() else "100644", "")
        return found

    def _from_top(self, path: str) -> str:
        """A path from the repository's top, made relative to the root."""
        if not self._prefix or path.startswith(self._prefix):
            return path[len(self._prefix) :]
        return "../" * self._prefix.count("/") + path

    def _git(self, *arguments: str, given: bytes = b"") -> bytes:
        # The variables of a hook would point git to another index or work tree than the root's.
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
        } | {"LC_ALL": "C"}
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.root,
                input=given,
                capture_output=True,
                env=environment,
                check=False,
            )
        except OSError as error:
            raise GitFailed(f"git cannot be started in {self.root}: {error.strerror}.") from error
        if done.returncode:
            details = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
            raise GitFailed(f"git {arguments[0]} failed in {self.root}: {details}")
        return done.stdout


def matching(paths: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Those paths that one of the patterns fits, sorted; `**` goes through any number of folders.

    As `pathlib.Path.glob` would find them on disk.
    """
    split = [pattern.split("/") for pattern in patterns]
    return sorted(
        path
        for path in paths
        if any(
            fnmatchcase(path.rsplit("/", 1)[-1], parts[-1]) and _fits(path.split("/"), parts)
            for parts in split
        )
    )


def printable(path: str) -> str:
    r"""A path as it can be printed: what is no text or steers a terminal, as Python writes `\n`."""
    if path.isprintable():
        return path
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in path
    )


def _fits(parts: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[skipped:], pattern[1:]) for skipped in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _entries(answer: bytes) -> list[str]:
    return answer.decode(errors="surrogateescape").split("\0")[:-1]


def _from_disk(file: Path) -> bytes | None:
    if file.is_symlink():
        return os.fsencode(file.readlink())
    try:
        return file.read_bytes()
    except OSError:
        return None
