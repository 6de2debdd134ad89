"""Syntax tree of a Python file, searched for the lines that name asset keys."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from .mentions import (
    ANYWHERE,
    DEFINITION,
    HOLE,
    KEY,
    NAME,
    Evidence,
    Mention,
    may_be,
    text_of,
)

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

NAMES = frozenset(
    {
        "AssetCheckSpec",
        "JobDefinition",
        "ScheduleDefinition",
        "SensorDefinition",
        "define_asset_job",
        "build_schedule_from_partitioned_job",
    }
)
"""Calls that define a check or a job; their name is its name."""

KEYS = frozenset({"key", "name", "key_prefix"})
"""Arguments of a definition with its key, or a part of it. The first positional one is its key."""

DESCRIBES = frozenset({"group_name", "description", "owners", "tags", "kinds"})
"""Arguments of a definition that name neither its key nor dependencies."""


_NOWHERE = Mention("", 0, (), certainty=ANYWHERE, read=False, own=False, key=False)


class SourceFile:
    """Syntax tree of a file, with indexes.

    Args:
        file: A Python file that the code location has imported. If it can no longer be parsed, it
            counts as empty.
    """

    def __init__(self, file: Path) -> None:
        self._mentions: dict[str, list[Mention]] = {}
        self._patterns: dict[str, list[Mention]] = {}
        """Mentions of texts that are composed at run time, by the text with its holes. A `HOLE`
        alone is a part of a key that is not a text in the code."""
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
        self._index(tree, _NOWHERE)

    def mentions_of(self, parts: tuple[str, ...]) -> list[tuple[Mention, Evidence]]:
        """Return the mentions of the last part of a key, or of all parts in one text."""
        return [
            (mention, evidence)
            for text in dict.fromkeys((parts[-1], "/".join(parts)))
            for mention in (*self._mentions.get(text, ()), *self._composed(text))
            if (evidence := mention.evidence(parts)) is not None
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
            if may_be(pattern, text):
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
            self._add(node, around)
            return
        inside = around
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            # The line of the first decorator, like `co_firstlineno`.
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            self.functions[first] = node
            if node.decorator_list:  # a decorator may define an asset with the function's name
                mention = replace(_NOWHERE, text=node.name, line=first, neighbors=(node.name,))
                self._mentions.setdefault(node.name, []).append(replace(mention, own=True))
        elif isinstance(node, ast.Call):
            self._index_call(node, around)
            return
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            inside = replace(around, neighbors=self._texts(node.elts))
            if around.key and node.elts:
                self._add_variable(node.elts[-1], inside)
        for child in ast.iter_child_nodes(node):
            self._index(child, inside)

    def _index_call(self, node: ast.Call, around: Mention) -> None:
        self._calls.append(node)
        called = _name_of(node.func)
        defines, is_key, names = called in DEFINES, called == "AssetKey", called in NAMES
        certainty = around.certainty
        if defines:
            certainty = DEFINITION
        elif is_key:
            certainty = DEFINITION if around.key and certainty == DEFINITION else KEY
        elif names:
            certainty = ANYWHERE
        read = around.read or called in ("AssetDep", "AssetIn")
        inside = replace(around, certainty=certainty, read=read, key=around.key and not defines)
        self._index(node.func, inside)
        neighbors = self._texts(node.args)
        for position, argument in enumerate(node.args):
            if position == 0 and (defines or is_key):
                self._index_key(argument, inside)
            elif position == 0 and names:
                self._index(argument, replace(inside, neighbors=(), certainty=NAME))
            else:
                self._index(argument, replace(inside, neighbors=neighbors))
        for keyword in node.keywords:
            name = keyword.arg
            in_keyword = replace(
                inside,
                neighbors=(),
                certainty=NAME if names and name == "name" else certainty,
                read=read or name in READS,
                own=around.own or name in KEYS | DESCRIBES,
                key=False,
            )
            if defines and name in KEYS:
                self._index_key(keyword.value, in_keyword)
            elif not (defines and name in DESCRIBES):
                self._index(keyword.value, in_keyword)

    def _index_key(self, node: ast.expr, around: Mention) -> None:
        inside = replace(around, neighbors=(), own=True, key=True)
        self._add_variable(node, inside)
        self._index(node, inside)

    def _add_variable(self, node: ast.expr, around: Mention) -> None:
        """Add the last part of a key, or a key, that is not a text in the code."""
        if not isinstance(node, (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple)):
            self._add(node, around)

    def _add(self, node: ast.expr, around: Mention) -> None:
        text = text_of(node, self.assigned)
        if isinstance(node, ast.Constant) and not isinstance(node.value, str):
            return
        mention = replace(
            around, text=text, line=node.lineno, neighbors=around.neighbors or (text,)
        )
        index = self._patterns if HOLE in text else self._mentions
        index.setdefault(text, []).append(mention)

    def _texts(self, nodes: Iterable[ast.expr]) -> tuple[str, ...]:
        return tuple(text_of(node, self.assigned) for node in nodes)


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
    found: list[tuple[int, bool, int]] = []
    for region in getattr(definition, "decorator_list", None) or [definition]:
        lines = range(region.lineno, (region.end_lineno or region.lineno) + 1)
        found += [
            (evidence, not mention.spells(parts), mention.line)
            for mention, evidence in source.mentions_of(parts)
            if mention.line in lines and (mention.read or not mention.own)
        ]
        found += [
            (Evidence.LISTED, True, _line_of_value(node, source, parts))
            for node in ast.walk(region)
            if isinstance(node, (ast.Name, ast.Attribute)) and is_key(node)
        ]
    if found:
        return min(found)[-1]
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
