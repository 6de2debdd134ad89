"""Places in a code location's own code where assets and their dependencies are named."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from .mentions import Evidence
from .private_attributes import decorated_function
from .source_code import SourceFile, line_of_read

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))


def is_installed(file: str) -> bool:
    """Return whether a file belongs to Python or to an installed package."""
    path = Path(file)
    if {"site-packages", "dist-packages"} & set(path.parts) or file.startswith("<"):
        return True
    return STANDARD_LIBRARY in path.parents


class CodePlace(NamedTuple):
    """A line of a Python file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, order=True)
class _Candidate:
    """A place that may be the wanted one; less is better."""

    evidence: Evidence
    is_part: bool
    """Other parts of the key are not there."""
    certainty: int
    order: int
    line: int
    file: str
    is_uncertain: bool


class Places:
    """Places in the modules that the code location has imported, as `file:line`.

    Args:
        folder: Folder of the project. Modules in it take precedence.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sources: dict[str, SourceFile] = {}

    @functools.cached_property
    def own(self) -> tuple[str, ...]:
        """Files of the project's modules."""
        return tuple(file for file in self._modules if self.is_own(file))

    def is_own(self, file: str) -> bool:
        """Return whether a file is in the project's folder."""
        return self.folder in Path(file).parents

    def function(self, function: object) -> CodePlace | None:
        """Return the first line of a function, or None if it is installed or not Python."""
        function = decorated_function(function)
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
        return CodePlace(str(Path(code.co_filename).absolute()), code.co_firstlineno)

    def of_name(
        self,
        parts: tuple[str, ...],
        *,
        in_definitions: bool = False,
        files: Iterable[str] | None = None,
    ) -> str:
        """Return the most likely place of the name of an asset, a check or a job; empty if unknown.

        A place ends with a question mark if the name may be at another place instead.

        Args:
            parts: Parts of the key; a name has one.
            in_definitions: Only search keys, and calls that define assets.
            files: Only search these files.
        """
        candidates = [
            _Candidate(
                evidence,
                not mention.spells(parts),
                mention.certainty,
                order,  # modules of the project come first
                mention.line,
                file,
                mention.may_be_another,
            )
            for order, file in enumerate(self._modules if files is None else files)
            for mention, evidence in self._source(file).mentions_of(parts)
            if not mention.read and not (in_definitions and mention.certainty > 1)
        ]
        best = _best(candidates)
        return f"{best.file}:{best.line}{'?' * best.is_uncertain}" if best else ""

    def of_read(
        self,
        at: str,
        reader: tuple[str, ...],
        parts: tuple[str, ...],
        is_key: Callable[[object], bool],
    ) -> str:
        """Return the place where the definition of an asset names a dependency; empty if unknown.

        Args:
            at: `file:line` of the definition.
            reader: Parts of the asset's key.
            parts: Parts of the key of the dependency.
            is_key: Whether an object of the running code refers to the dependency.
        """
        file, _, line = at.rpartition(":")
        if not file.endswith(".py"):
            return ""
        source = self._source(file)
        first = int(line.rstrip("?"))
        definition: ast.AST | None = source.functions.get(first)
        if definition is None:
            definition = source.definition_at(first, reader[-1])
        if definition is None:
            return ""
        module = self._modules.get(file)
        names = vars(module) if module else {}
        found = line_of_read(definition, source, parts, lambda node: is_key(_value(node, names)))
        return f"{file}:{found}" if found else ""

    @functools.cached_property
    def _modules(self) -> dict[str, ModuleType]:
        """Imported modules that are not installed, by file, those of the project first."""
        found = {
            str(Path(file).absolute()): module
            for module in list(sys.modules.values())
            for file in [getattr(module, "__file__", None)]
            if isinstance(file, str)
            and file.endswith(".py")
            and not is_installed(file)
            and Path(__file__).parent not in Path(file).absolute().parents
        }
        return dict(sorted(found.items(), key=lambda item: (not self.is_own(item[0]), item[0])))

    def _source(self, file: str) -> SourceFile:
        """Return a file's syntax tree, which is parsed once."""
        if file not in self._sources:
            self._sources[file] = SourceFile(Path(file))
        return self._sources[file]


def _best(candidates: list[_Candidate]) -> _Candidate | None:
    """Return the best candidate, which is uncertain if another one has the same evidence."""
    ambiguous: list[_Candidate] = []
    for evidence in Evidence:
        of_evidence = sorted(one for one in candidates if one.evidence == evidence)
        lines = {(one.file, one.line) for one in of_evidence}
        if evidence == Evidence.NAMED and of_evidence:
            return of_evidence[0]
        if len(lines) == 1 and not of_evidence[0].is_uncertain:
            return of_evidence[0]
        ambiguous += of_evidence
    return replace(ambiguous[0], is_uncertain=True) if ambiguous else None


def _value(node: ast.expr, names: dict[str, Any]) -> object:
    """Return the object of a name, or of a name in a module, without evaluating anything."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        holder = names.get(node.value.id)
        return vars(holder).get(node.attr) if isinstance(holder, ModuleType) else None
    return None
