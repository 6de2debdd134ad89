"""Syntax tree of a Python file, searched for the lines that name asset keys."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

HOLE = "\0"
"""Stands for the unknown parts of a text that is composed at run time."""

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
"""Calls that define an asset; their key is its key."""

READS = frozenset({"deps", "ins", "non_argument_deps", "internal_asset_deps"})
"""Arguments that name dependencies."""

OWN = frozenset(
    {"key", "name", "key_prefix", "group_name", "description", "owners", "tags", "kinds"}
)
"""Arguments of a definition that do not name dependencies. The first positional one is its key."""


@dataclass(frozen=True)
class Mention:
    """A text, or the name of a decorated function, that may be the name of an asset."""

    line: int
    neighbors: tuple[str, ...]
    """Texts of the same list, tuple or call, including this one, in their order."""
    certainty: int
    """0: in a call that defines assets; 1: in `AssetKey`; 2: anywhere else."""
    read: bool
    """It is in an argument that names dependencies."""
    own: bool
    """It is in an argument that names the definition, such as its key or its owners."""

    def spells(self, parts: tuple[str, ...]) -> bool:
        """Return whether the neighbors contain all parts of a key, not only its last one."""
        many = len(parts)
        return many > 1 and any(
            all(map(_may_be, self.neighbors[start : start + many], parts))
            for start in range(len(self.neighbors) - many + 1)
        )


class SourceFile:
    """Syntax tree of a file, with indexes.

    Args:
        file: A Python file that the code location has imported. If it can no longer be parsed, it
            counts as empty.
    """

    def __init__(self, file: Path) -> None:
        self._mentions: dict[str, list[Mention]] = {}
        self._patterns: dict[str, list[Mention]] = {}
        """Mentions of texts that are composed at run time, by the text with its holes."""
        self.functions: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        """By line of the first decorator."""
        self.assigned: dict[str, ast.expr] = {}
        """Values of the module's variables."""
        self._calls: list[ast.Call] = []
        try:
            tree = ast.parse(file.read_bytes())
        except (OSError, SyntaxError, ValueError):
            return
        for statement in tree.body:
            for target, value in _assignments(statement):
                self.assigned[target] = value
        self._index(tree, Mention(0, (), certainty=2, read=False, own=False))

    def mentions_of(self, parts: tuple[str, ...]) -> list[Mention]:
        """Return the mentions of the last part of a key, or of all parts in one text."""
        return [
            mention
            for text in dict.fromkeys((parts[-1], "/".join(parts)))
            for mention in self._mentions.get(text) or self._composed(text)
        ]

    def definition_at(self, line: int, last: str) -> ast.Call | None:
        """Return the smallest call around a line that defines an asset with this last key part."""
        around = [
            call
            for call in self._calls
            if call.lineno <= line <= (call.end_lineno or call.lineno)
            and _name_of(call.func) in DEFINES
            and any(
                isinstance(node, ast.Constant) and node.value == last for node in ast.walk(call)
            )
        ]
        return min(around, key=lambda call: (call.end_lineno or 0) - call.lineno, default=None)

    def _composed(self, text: str) -> Iterator[Mention]:
        """Yield the expressions that may compose a text at run time: `f"raw_{name}"`."""
        for pattern, mentions in self._patterns.items():
            if pattern.strip(HOLE) and _may_be(pattern, text):
                yield from mentions

    def _index(self, node: ast.AST, around: Mention) -> None:
        """Add the mentions below a node.

        Args:
            node: A node of the syntax tree.
            around: A mention with the properties of the list, tuple, call or argument around it.
        """
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            for text in _texts([node]):
                mention = replace(around, line=node.lineno, neighbors=around.neighbors or (text,))
                index = self._patterns if HOLE in text else self._mentions
                index.setdefault(text, []).append(mention)
            return
        inside, key = around, None
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            # The line of the first decorator, like `co_firstlineno`.
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            self.functions[first] = node
            if node.decorator_list:  # a decorator may define an asset with the function's name
                mention = Mention(first, (node.name,), certainty=2, read=False, own=True)
                self._mentions.setdefault(node.name, []).append(mention)
        elif isinstance(node, ast.Call):
            self._calls.append(node)
            called = _name_of(node.func)
            key = node.args[0] if node.args and called in DEFINES else None
            certainty = 0 if called in DEFINES else 1 if called == "AssetKey" else around.certainty
            read = around.read or called in ("AssetDep", "AssetIn")
            inside = replace(around, neighbors=_texts(node.args), certainty=certainty, read=read)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            inside = replace(around, neighbors=_texts(node.elts))
        elif isinstance(node, ast.keyword):
            inside = replace(
                around, read=around.read or node.arg in READS, own=around.own or node.arg in OWN
            )
        for child in ast.iter_child_nodes(node):
            self._index(child, replace(inside, own=True) if child is key else inside)


def line_of_read(
    definition: ast.AST,
    source: SourceFile,
    parts: tuple[str, ...],
    is_key: Callable[[ast.expr], bool],
) -> int:
    """Return the line at which a definition names a dependency; 0 if unknown.

    Args:
        definition: A function with decorators, or a call.
        source: File of the definition.
        parts: Parts of the key of the dependency.
        is_key: Whether a name or attribute in the code refers to that key at run time.
    """
    found: list[tuple[bool, int]] = []
    for region in getattr(definition, "decorator_list", None) or [definition]:
        lines = range(region.lineno, (region.end_lineno or region.lineno) + 1)
        found += [
            (not mention.spells(parts), mention.line)
            for mention in source.mentions_of(parts)
            if mention.line in lines and not mention.own
        ]
        found += [
            (True, _line_of_value(node, source, parts))
            for node in ast.walk(region)
            if isinstance(node, (ast.Name, ast.Attribute)) and is_key(node)
        ]
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
    """Return the line of the key in `UPSTREAM = AssetKey([…])` in the same file, or of the node."""
    value = source.assigned.get(node.id) if isinstance(node, ast.Name) else None
    if value is not None:
        for inner in ast.walk(value):
            if isinstance(inner, ast.Constant) and inner.value == parts[-1]:
                return inner.lineno
    return node.lineno


def _name_of(called: ast.expr) -> str:
    """Return `asset` for both `asset` and `dg.asset`."""
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _texts(nodes: Iterable[ast.expr]) -> tuple[str, ...]:
    """Return the texts among expressions. A composed text has a `HOLE` for each unknown part."""
    texts: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (
                str(one.value) if isinstance(one, ast.Constant) else HOLE for one in node.values
            )
            texts.append("".join(parts))
    return tuple(texts)


def _may_be(pattern: str, text: str) -> bool:
    """Return whether a text equals a pattern or fits into its holes."""
    if HOLE not in pattern:
        return pattern == text
    return re.fullmatch(".+".join(map(re.escape, pattern.split(HOLE))), text) is not None


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
