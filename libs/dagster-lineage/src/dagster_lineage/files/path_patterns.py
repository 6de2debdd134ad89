"""Glob patterns over paths that need not exist on disk, such as those of a commit."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matching(paths: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Return the paths that match one of the patterns, sorted.

    Matches like `pathlib.Path.glob`: `**` stands for any number of folders.
    """
    split = [pattern.split("/") for pattern in patterns]
    return sorted(
        path
        for path in paths
        if any(
            fnmatchcase(path.rsplit("/", 1)[-1], parts[-1]) and _matches(path.split("/"), parts)
            for parts in split
        )
    )


def _matches(parts: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_matches(parts[skipped:], pattern[1:]) for skipped in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])
