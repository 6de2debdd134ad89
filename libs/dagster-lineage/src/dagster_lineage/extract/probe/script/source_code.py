"""One Python file of a location, searched for the places where keys are written in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOLE = "\0"
"""In a text that is put together when the code runs: what is not written there."""

DEFINES = frozenset(
    {
        "AssetSpec",
        "SourceAsset",
        "AssetOut",
        "AssetsDefinition",
        "asset",
        "graph_asset",
        "multi_asset",
        "observable_source_asset",
        "external_asset_from_spec",
    }
)
"""Calls whose key is that of an asset which they define."""

READS = frozenset({"deps", "ins", "non_argument_deps", "internal_asset_deps"})
"""Arguments that name what is read."""

NOT_READ = frozenset(
    {"key", "name", "key_prefix", "group_name", "description", "owners", "tags", "kinds"}
)
"""Arguments of a definition that name anything but what is read."""


@dataclass(frozen=True)
class Mention:
    """A text, or a decorated function's name, that may be the name of an asset."""

    line: int
    neighbours: tuple[str, ...]
    """The texts of the list, tuple or call that it stands in, itself included, in their order."""
    certainty: int
    """0: in a call that defines assets; 1: in `AssetKey`; 2: anywhere."""
    read: bool
    """In an argument that names what is read."""

    def spells(self, parts: tuple[str, ...]) -> bool:
        """The whole key stands there, not only its last part."""
        many = len(parts)
        return many > 1 and any(
            all(map(_may_be, self.neighbours[start : start + many], parts))
            for start in range(len(self.neighbours) - many + 1)
        )


class SourceFile:
    """The syntax tree of a file, with indexes.

    Args:
        file: A Python file that the location has imported; one that cannot be parsed (any more)
            is as good as empty.
    """

    def __init__(self, file: Path) -> None:
        self.mentions: dict[str, list[Mention]] = {}
        self.patterns: dict[str, list[Mention]] = {}
        """As `mentions`, of texts that are put together when the code runs, with their holes."""
        self.functions: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.assigned: dict[str, ast.expr] = {}
        self.calls: list[ast.Call] = []
        try:
            tree = ast.parse(file.read_bytes())
        except (OSError, SyntaxError, ValueError):
            return
        for statement in tree.body:
            for target, value in _assignments(statement):
                self.assigned[target] = value
        self._index(tree, (), certainty=2, read=False)

    def _index(self, node: ast.AST, around: tuple[str, ...], *, certainty: int, read: bool) -> None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            for text in _texts([node]):
                mention = Mention(node.lineno, around or (text,), certainty, read)
                (self.patterns if HOLE in text else self.mentions).setdefault(text, []).append(
                    mention
                )
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            # As `co_firstlineno` has it: the first decorator's line.
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            self.functions[first] = node
            if node.decorator_list:  # which may have made an asset, a check, a sensor of its name
                mention = Mention(first, (node.name,), certainty=2, read=False)
                self.mentions.setdefault(node.name, []).append(mention)
        elif isinstance(node, ast.Call):
            self.calls.append(node)
            around = _texts(node.args)
            called = name_of(node.func)
            certainty = 0 if called in DEFINES else 1 if called == "AssetKey" else certainty
            read = read or called in ("AssetDep", "AssetIn")
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            around = _texts(node.elts)
        elif isinstance(node, ast.keyword):
            read = read or node.arg in READS
        for child in ast.iter_child_nodes(node):
            self._index(child, around, certainty=certainty, read=read)

    def mentions_of(self, text: str) -> list[Mention]:
        """Where a text stands, or else what becomes it when the code runs: `f"raw_{name}"`."""
        found = self.mentions.get(text)
        if found:
            return found
        return [
            mention
            for pattern, mentions in self.patterns.items()
            if pattern.strip(HOLE) and _may_be(pattern, text)
            for mention in mentions
        ]

    def definition_at(self, line: int, last: str) -> ast.Call | None:
        """The smallest call around a line that defines the asset with this last part of the key."""
        around = [
            call
            for call in self.calls
            if call.lineno <= line <= (call.end_lineno or call.lineno)
            and name_of(call.func) in DEFINES
            and any(text == last for text in _all_texts(call))
        ]
        return min(around, key=lambda call: (call.end_lineno or 0) - call.lineno, default=None)


def read_in(
    definition: ast.AST,
    source: SourceFile,
    parts: tuple[str, ...],
    holds: Callable[[ast.expr], bool],
) -> int:
    """The line in a definition (its decorators, its call) where it names what it reads; 0: none.

    Args:
        definition: A function with decorators, or a call.
        source: The file that it is in.
        parts: Of the key that is read.
        holds: Whether a name or attribute in the code stands for that key when it runs.
    """
    found: list[tuple[int, int]] = []
    regions = getattr(definition, "decorator_list", None) or [definition]
    for node, around in _walk(regions, ()):
        if isinstance(node, ast.Constant) and node.value in (parts[-1], "/".join(parts)):
            spelled = Mention(node.lineno, around, 2, read=True).spells(parts)
            found.append((0 if spelled else 1, node.lineno))
        elif isinstance(node, (ast.Name, ast.Attribute)) and holds(node):
            found.append((1, _line_of_value(node, source, parts)))
    if found:
        return min(found)[1]
    arguments = getattr(definition, "args", None)
    if isinstance(arguments, ast.arguments):
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            if argument.arg == parts[-1]:
                return argument.lineno
    return 0


def _line_of_value(
    node: ast.Name | ast.Attribute, source: SourceFile, parts: tuple[str, ...]
) -> int:
    """Of `UPSTREAM = AssetKey([…])`, if it is in the same file: what is fixed is written there."""
    value = source.assigned.get(node.id) if isinstance(node, ast.Name) else None
    if value is not None:
        for inner in ast.walk(value):
            if isinstance(inner, ast.Constant) and inner.value == parts[-1]:
                return inner.lineno
    return node.lineno


def _walk(
    nodes: Iterable[ast.AST], around: tuple[str, ...]
) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg in NOT_READ:
            continue
        yield node, around
        inner = around
        children: Iterable[ast.AST] = ast.iter_child_nodes(node)
        if isinstance(node, ast.Call):
            inner = _texts(node.args)
            if name_of(node.func) in DEFINES:  # its first argument is its own key
                children = [*node.args[1:], *node.keywords]
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            inner = _texts(node.elts)
        yield from _walk(children, inner)


def name_of(called: ast.expr) -> str:
    """`asset` of both `asset` and `dg.asset`."""
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _texts(nodes: list[ast.expr]) -> tuple[str, ...]:
    """The texts among expressions; of one that is put together, its parts around `HOLE`s."""
    return tuple(
        text
        for node in nodes
        for text in (
            [_pattern(node)]
            if isinstance(node, ast.JoinedStr)
            else [node.value]
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            else []
        )
    )


def _pattern(node: ast.JoinedStr) -> str:
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values
    )


def _may_be(pattern: str, text: str) -> bool:
    """A text, or one with holes that something fits into."""
    if HOLE not in pattern:
        return pattern == text
    return re.fullmatch(".+".join(map(re.escape, pattern.split(HOLE))), text) is not None


def _all_texts(node: ast.AST) -> Iterator[Any]:
    return (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant))


def _assignments(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, statement.value
    elif (
        isinstance(statement, ast.AnnAssign)
        and statement.value is not None
        and isinstance(statement.target, ast.Name)
    ):
        yield statement.target.id, statement.value
