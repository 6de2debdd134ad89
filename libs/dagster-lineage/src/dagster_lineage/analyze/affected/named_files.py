"""Code that names a file which builds nothing by itself: a prompt, a page that a test reads.

Documentation changes nothing, unless somebody reads it. Who does so names it, in quotes and by its
last part at least; and who uses code that lies beside (`benchmarks/`) imports its folder.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from dagster_lineage.analyze.affected.layout import Layout
from dagster_lineage.files.comparison import Comparison


class NamedFiles:
    """Python files at head and what they name.

    Args:
        comparison: The files.
        layout: The members: a name means the file of the own member first.
        without: Folders of the root that nothing is built from: who names a file there is no code.
    """

    def __init__(self, comparison: Comparison, layout: Layout, without: tuple[str, ...]) -> None:
        self._layout = layout
        self._files = comparison.head_files
        paths = [
            path for path in self._files if path.endswith(".py") and not path.startswith(without)
        ]
        self._code = comparison.head_contents(paths)

    def naming(self, paths: Collection[str]) -> dict[str, list[str]]:
        """By path: the Python files that name it."""
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
            details = {one.decode() for one in quoted.findall(text)}
            used = {one.decode() for one in imported.findall(text)}
            if details or used:
                for path in self._meant(code, details, used, paths):
                    found[path].append(code)
        return {path: sorted(who) for path, who in found.items() if who}

    def _meant(
        self, code: str, details: set[str], used: set[str], paths: Collection[str]
    ) -> Iterator[str]:
        member = self._layout.member(code)
        home = f"{member.folder}/" if member else ""
        for path in paths:
            folder, _, name = path.rpartition("/")
            own = f"{home}{name}"
            is_own = path == own or own not in self._files
            by_import = path.endswith(".py") and folder.partition("/")[0] in used
            if path != code and ((name in details and is_own) or by_import):
                yield path
