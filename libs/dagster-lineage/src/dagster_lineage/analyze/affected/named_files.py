"""Code that reads a file which is not built: a prompt, a page that a test reads.

A change of documentation affects the code that reads it. Such code contains the file's name in
quotes. Code that uses Python files of folders such as `benchmarks/` imports the folder.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from dagster_lineage.analyze.affected.layout import Layout
from dagster_lineage.files.comparison import Comparison


class NamedFiles:
    """Names of files in the Python files at head.

    Args:
        comparison: Files at base and head.
        layout: Members. A name means a file of the own member if it has one.
        without: Folders of the root whose Python files are left out.
    """

    def __init__(self, comparison: Comparison, layout: Layout, without: tuple[str, ...]) -> None:
        self._layout = layout
        self._files = comparison.head_files
        paths = [
            path for path in self._files if path.endswith(".py") and not path.startswith(without)
        ]
        self._code = comparison.head_contents(paths)

    def naming(self, paths: Collection[str]) -> dict[str, list[str]]:
        """Return the Python files that name each path."""
        names = {re.escape(path.rpartition("/")[2].encode()) for path in paths}
        folders = {
            re.escape(path.partition("/")[0].encode())
            for path in paths
            if path.endswith(".py") and "/" in path
        }
        found: dict[str, list[str]] = {path: [] for path in paths}
        quoted = re.compile(rb"[\"'/](" + b"|".join(sorted(names)) + rb")[\"']")
        imported = re.compile(
            rb"^\s*(?:from|import)\s+(" + (b"|".join(sorted(folders)) or b"(?!)") + rb")\b",
            re.MULTILINE,
        )
        for code, text in self._code.items():
            quoted_names = {one.decode() for one in quoted.findall(text)}
            used = {one.decode() for one in imported.findall(text)}
            if quoted_names or used:
                for path in self._meant(code, quoted_names, used, paths):
                    found[path].append(code)
        return {path: sorted(code) for path, code in found.items() if code}

    def _meant(
        self, code: str, quoted_names: set[str], used: set[str], paths: Collection[str]
    ) -> Iterator[str]:
        member = self._layout.member(code)
        home = f"{member.folder}/" if member else ""
        for path in paths:
            folder, _, name = path.rpartition("/")
            own = f"{home}{name}"
            is_own = path == own or own not in self._files
            by_import = path.endswith(".py") and folder.partition("/")[0] in used
            if path != code and ((name in quoted_names and is_own) or by_import):
                yield path
