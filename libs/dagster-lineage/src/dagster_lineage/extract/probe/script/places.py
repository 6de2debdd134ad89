"""Where in a location's own code its assets and their dependencies are written."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from .source_code import Mention, SourceFile, read_in

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))


def is_installed(file: str) -> bool:
    """The file belongs to Python or to an installed package, so nobody here wrote it."""
    path = Path(file)
    if {"site-packages", "dist-packages"} & set(path.parts) or file.startswith("<"):
        return True
    return STANDARD_LIBRARY in path.parents


class Places:
    """Answers `file:line` questions about the modules that the location has imported.

    Args:
        folder: The location's project; what lies in it goes before what lies beside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sources: dict[str, SourceFile] = {}

    def source(self, file: str) -> SourceFile:
        """A file's syntax tree, parsed once."""
        if file not in self._sources:
            self._sources[file] = SourceFile(Path(file))
        return self._sources[file]

    @functools.cached_property
    def modules(self) -> dict[str, ModuleType]:
        """By file: imported modules that are not installed, those of the project first.

        A `python_file` is a module, too.
        """
        found = {
            str(Path(file).absolute()): module
            for module in list(sys.modules.values())
            for file in [_file_of(module)]
            if file.endswith(".py")
            and not is_installed(file)
            and Path(__file__).parent not in Path(file).absolute().parents
        }
        return dict(sorted(found.items(), key=lambda item: (not self.is_own(item[0]), item[0])))

    def is_own(self, file: str) -> bool:
        """It lies in the project's folder."""
        return self.folder in Path(file).parents

    def function(self, function: object) -> tuple[str, int, Any] | None:
        """File, first line and globals of a function that somebody here wrote."""
        function = getattr(function, "decorated_fn", function)
        while isinstance(function, functools.partial):
            function = function.func
        if callable(function):
            try:
                function = inspect.unwrap(function)
            except ValueError:
                return None
        code = getattr(function, "__code__", None)
        if code is None or is_installed(code.co_filename):
            return None
        file = str(Path(code.co_filename).absolute())
        return file, code.co_firstlineno, getattr(function, "__globals__", {})

    @functools.cached_property
    def own(self) -> tuple[str, ...]:
        """Files of the project's own modules."""
        return tuple(file for file in self.modules if self.is_own(file))

    def text(
        self, parts: tuple[str, ...], *, certain: bool = False, files: Iterable[str] | None = None
    ) -> str:
        """Where the name of an asset, a check or a job is best written as a text.

        Args:
            parts: Of the key; of a plain name, the one.
            certain: Only where it is the key of something that is defined.
            files: Look in these only.
        """
        best: tuple[bool, int, str, int] | None = None
        for module_file in self.modules if files is None else files:
            source = self.source(module_file)
            candidates: list[Mention] = [
                *source.mentions_of(parts[-1]),
                *(source.mentions_of("/".join(parts)) if len(parts) > 1 else []),
            ]
            # A function's decorators come after its body in the tree, and before it in the file.
            for mention in sorted(candidates, key=lambda one: one.line):
                if mention.read or (certain and mention.certainty > 1):
                    continue
                score = (not mention.spells(parts), mention.certainty, "", mention.line)
                # Files come in order: the first of equals stays.
                if best is None or score[:2] < best[:2]:
                    best = (*score[:2], module_file, mention.line)
        return f"{best[2]}:{best[3]}" if best else ""

    def read(
        self,
        at: str,
        reader: tuple[str, ...],
        parts: tuple[str, ...],
        is_key: Callable[[object], bool],
    ) -> str:
        """Where an asset that is defined at a place names what it reads; empty when not found.

        Args:
            at: `file:line` of the asset.
            reader: Parts of its own key.
            parts: Of the key that is read.
            is_key: Whether a value of the running code stands for that key.
        """
        file, _, line = at.rpartition(":")
        if not file.endswith(".py"):
            return ""
        source = self.source(file)
        definition: ast.AST | None = source.functions.get(int(line))
        if definition is None:
            definition = source.definition_at(int(line), reader[-1])
        if definition is None:
            return ""
        module = self.modules.get(file)
        names = vars(module) if module else {}
        found = read_in(definition, source, parts, lambda node: is_key(_value(node, names)))
        return f"{file}:{found}" if found else ""


def _value(node: ast.expr, names: dict[str, Any]) -> object:
    """What a name, or a name in a module, stands for; nothing is computed for it."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        holder = names.get(node.value.id)
        return vars(holder).get(node.attr) if isinstance(holder, ModuleType) else None
    return None


def _file_of(module: object) -> str:
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) else ""
