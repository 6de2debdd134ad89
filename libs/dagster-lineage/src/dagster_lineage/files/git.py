"""A git repository: files of commits and of the work tree, read without a checkout.

Each question costs one git process, however many files there are.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from dagster_lineage.files.comparison import LINK, WORKTREE, Comparison, FileState
from dagster_lineage.model.errors import LineageError

_TREE_ENTRY = 3
_RAW_ENTRY = 5


class GitFailed(LineageError):
    """Git is not installed, the folder is not in a repository, or a commit is not known."""


class Repository:
    """A git repository.

    Args:
        root: The folder that paths are relative to: the top of the repository, or a folder in it.

    Raises:
        GitFailed: git is not installed, or the folder is not in a repository.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prefix = self._git("rev-parse", "--show-prefix").decode().rstrip("\n")
        """Path of the root below the repository's top: empty, or with a slash at the end."""

    def compare(self, base: str, head: str = WORKTREE) -> Comparison:
        """Compare `head` with the commit where it left `base`, like a pull request.

        Later commits of `base` are not part of the difference. Without a common commit (a shallow
        clone, unrelated histories) `base` itself is compared, which can only find more differences;
        the comparison has a note then.

        Args:
            base: A branch, tag or commit.
            head: The same, or `worktree` for the files on disk, including untracked ones.

        Raises:
            GitFailed: a commit is not known.
        """
        base_commit = self.commit(base)
        head_commit = self.commit("HEAD" if head == WORKTREE else head)
        fork = self._fork_point(base_commit, head_commit)
        notes: tuple[str, ...] = ()
        if not fork:
            notes = (f"{base} and {head} have no common commit: comparing with {base} itself.",)
            fork = base_commit
        base_files = self._files(fork)
        if head == WORKTREE:
            head_files = self._worktree_files(fork, base_files)
            return Comparison(self, fork, WORKTREE, base_files, head_files, notes)
        return Comparison(self, fork, head_commit, base_files, self._files(head_commit), notes)

    @property
    def origin(self) -> str:
        """Address of the remote `origin`.

        Raises:
            GitFailed: the repository has no such remote.
        """
        return self._git("remote", "get-url", "origin").decode().strip()

    def commit(self, ref: str) -> str:
        """Return the id of a branch's, tag's or commit's commit.

        Raises:
            GitFailed: there is no such commit in this clone.
        """
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        try:
            return self._git(*arguments).decode().strip()
        except GitFailed as error:
            raise GitFailed(
                f"Commit {ref!r} is not in the repository at {self.root}. Fetch it with "
                "`git fetch origin <branch>`; in GitHub Actions, check out with `fetch-depth: 0`."
            ) from error

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Return contents by id, from one `git cat-file --batch`."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        output = self._git(
            "cat-file", "--batch", stdin="".join(f"{one}\n" for one in wanted).encode()
        )
        found = {}
        at = 0
        for blob in wanted:
            end = output.index(b"\n", at)
            words = output[at:end].split()
            at = end + 1
            if len(words) != _TREE_ENTRY:
                continue
            size = int(words[2])
            found[blob] = output[at : at + size]
            at += size + 1
        return found

    def tree_ids(self, folders: list[tuple[str, str]]) -> list[str]:
        """Return the tree id of each (commit, folder), empty where there is no such folder."""
        lines = [
            f"{commit}:{self.prefix}{'' if folder in ('', '.') else folder}\n".replace("/\n", "\n")
            for commit, folder in folders
        ]
        output = self._git("cat-file", "--batch-check", stdin="".join(lines).encode()).decode()
        words = [line.split() for line in output.splitlines()]
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
                raise GitFailed(f"`git diff --raw` printed {facts!r}, which cannot be parsed.")
            if words[4] == "D":
                found.pop(path, None)
            else:
                found[path] = FileState(words[1], words[3].strip("0") and words[3])
        untracked = ("-o", "--exclude-standard", "--full-name", "-z", "--", ":/")
        for path in _entries(self._git("ls-files", *untracked)):
            name = self._from_top(path)
            found[name] = FileState(LINK if (self.root / name).is_symlink() else "100644", "")
        return found

    def _from_top(self, path: str) -> str:
        """Return a path that is relative to the repository's top, relative to the root."""
        if not self.prefix or path.startswith(self.prefix):
            return path[len(self.prefix) :]
        return "../" * self.prefix.count("/") + path

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        # A git hook sets variables that would select another index or work tree.
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
        } | {"LC_ALL": "C"}
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.root,
                input=stdin,
                capture_output=True,
                env=environment,
                check=False,
            )
        except OSError as error:
            raise GitFailed(f"git cannot be started in {self.root}: {error.strerror}.") from error
        if done.returncode:
            details = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
            raise GitFailed(f"`git {arguments[0]}` failed in {self.root}: {details}")
        return done.stdout


def _entries(output: bytes) -> list[str]:
    return output.decode(errors="surrogateescape").split("\0")[:-1]
