"""Python files that import other files, by path, where several code locations share a folder.

Their code is often in no package, and the working directories of the code locations decide which
file a name means. So every file that may be meant counts.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from dagster_lineage.files.comparison import Comparison


class FileImports:
    """Imports at head.

    Args:
        comparison: Files at base and head.
    """

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._imported: dict[str, set[str]] = {}

    def importers(self, paths: Iterable[str]) -> set[str]:
        """Return the files that import one of some Python files, directly or indirectly."""
        start = set(paths)
        found: set[str] = set()
        waiting = [*start]
        while waiting:
            path = waiting.pop()
            word = (_parts(path) or ("",))[-1].encode()
            for other, text in self._texts.items():
                # Searching for a word is much faster than parsing.
                if other in found | start or (word not in text and b"from ." not in text):
                    continue
                if any(self._may_be(name, other, path) for name in self._imports(other, text)):
                    found.add(other)
                    waiting.append(other)
        return found

    @cached_property
    def _texts(self) -> dict[str, bytes]:
        files = self._comparison.head_files
        paths = [path for path, state in files.items() if path.endswith(".py")]
        return self._comparison.head_contents(paths)

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[str, ...]]]:
        """Parts of the paths of all files, by the last one."""
        found: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for path in self._texts:
            parts = _parts(path)
            if parts:
                found[parts[-1]].append(parts)
        return found

    def _imports(self, path: str, text: bytes) -> set[str]:
        if path not in self._imported:
            self._imported[path] = set(_imports(path, text))
        return self._imported[path]

    def _may_be(self, name: str, importer: str, path: str) -> bool:
        """Return whether a name in a file may mean another file.

        It does if the other file is below a folder of the importer, or else if no file is.
        """
        parts, wanted = tuple(name.split(".")), _parts(path)
        if not name or wanted[-len(parts) :] != parts:
            return False
        here = tuple(importer.split("/")[:-1])

        def is_near(file: tuple[str, ...]) -> bool:
            root = file[: -len(parts)]
            root = root[:-1] if root[-1:] == ("src",) else root
            return file[-len(parts) :] == parts and here[: len(root)] == root

        return is_near(wanted) or not any(map(is_near, self._by_name.get(parts[-1], ())))


def _parts(path: str) -> tuple[str, ...]:
    """Return the parts of a module's path, without suffix; those of the folder for a package."""
    parts = tuple(path.removesuffix(".py").split("/"))
    return parts[:-1] if parts[-1] == "__init__" else parts


def _imports(path: str, text: bytes) -> Iterator[str]:
    """Yield the dotted names that a file may import, with their parents.

    A relative import yields the path below the root: `from . import c` in `a/b.py` yields `a.c`.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    folder = path.split("/")[:-1]
    for node in ast.walk(tree):
        for name in _names(node, folder):
            parts = name.split(".")
            yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # `import_module("package.module")`, `spec_from_file_location("x", "package/module.py")`
            value = node.value
            if value.endswith(".py"):
                value = value.removesuffix(".py").replace("/", ".").lstrip(".")
            if "." in node.value and all(part.isidentifier() for part in value.split(".")):
                yield value


def _names(node: ast.AST, folder: list[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = folder[: len(folder) - node.level + 1] if node.level else []
        module = [*above, *([node.module] if node.module else [])]
        return [".".join([*module, alias.name]) for alias in node.names]
    return []
