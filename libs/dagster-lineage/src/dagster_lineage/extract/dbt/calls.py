"""Where a model's code calls `ref` and `source`: the lines that its edges are written on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode, ManifestSource

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
# Each begins with its literal, and looks back after it: such a pattern is searched for several
# times as fast as one that begins with `\b(ref|source)`.
_CALLS = [
    re.compile(rf"""({name})(?<!\w{name})\s*\(((?:[^()'"]|'[^']*'|"[^"]*")*)\)""")
    for name in ("ref", "source")
]
_ARGUMENT = re.compile(r"""(?:(\w+)\s*=\s*)?(?:'([^']*)'|"([^"]*)"|([\w.]+))""")
# A variable of Jinja that holds what one call gives, and nothing else.
_SET = re.compile(
    r"""\{%[-+]?\s*set\s+(\w+)\s*=\s*(?:ref|source)\s*\((?:[^()'"]|'[^']*'|"[^"]*")*\)\s*[-+]?%\}"""
)
_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Call:
    """A call with literal arguments."""

    function: str
    """`ref` or `source`."""
    arguments: tuple[str, ...]
    """The positional ones, as far as they are texts."""
    version: str
    """Of `ref('…', v=2)`; empty without one."""
    line: int
    """Counted from 1 in the code that was searched."""


def calls_in(code: str) -> tuple[Call, ...]:
    """The calls of SQL with Jinja, or of a Python model, in their order; none of Jinja's comments.

    SQL comments do count: `-- depends_on: {{ ref('x') }}` is how a dependency is declared that the
    code hides.
    """
    return tuple(_calls(_without_comments(code)))


def line_of_call(target: ManifestNode | ManifestSource, calls: tuple[Call, ...], code: str) -> int:
    """The first line that names a node or source; 0 when a macro or variable hides the call.

    Args:
        target: The node or source that is read.
        calls: Of the code, as `calls_in` finds them.
        code: The reader's. Its Jinja is searched for the bare name, as in
            `{{ union_of(['orders', 'returns']) }}`, when no call names the target.
    """
    name = target.name
    for call in calls:
        if call.arguments[-1] == name and _names(call, target):
            return call.line
    quoted = (f"'{name}'", f'"{name}"')
    if not any(one in code for one in quoted):
        return 0
    plain = _without_comments(code)
    for block in _JINJA.finditer(plain):
        places = [block.group().find(one) for one in quoted]
        found = min((place for place in places if place >= 0), default=-1)
        if found >= 0:
            return plain.count("\n", 0, block.start() + found) + 1
    return 0


def is_only_set(target: ManifestNode | ManifestSource, code: str) -> bool:
    """Whether a node or source is named for variables that nothing uses, and for nothing else.

    Args:
        target: The node or source.
        code: SQL with Jinja, of the node that depends on it.
    """
    plain = _without_comments(code)
    unused = [
        found.group()
        for found in _SET.finditer(plain)
        if not re.search(rf"\b{found.group(1)}\b", plain.replace(found.group(), ""))
    ]
    if not any(_names(call, target) for call in calls_in("".join(unused))):
        return False
    for statement in unused:
        plain = plain.replace(statement, "")
    return not any(call.arguments[-1] == target.name for call in calls_in(plain))


def _calls(code: str) -> Iterator[Call]:
    line, counted = 1, 0
    calls = [found for pattern in _CALLS for found in pattern.finditer(code)]
    for found in sorted(calls, key=re.Match.start):
        line += code.count("\n", counted, found.start())
        counted = found.start()
        arguments: list[str] = []
        version = ""
        for keyword, single, double, bare in _ARGUMENT.findall(found.group(2)):
            if keyword:
                version = single or double or bare if keyword in ("v", "version") else version
            elif not bare:
                arguments.append(single or double)
        if arguments:
            yield Call(found.group(1), tuple(arguments), version, line)


def _without_comments(code: str) -> str:
    if "{#" not in code:
        return code
    return _COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), code)


def _names(call: Call, target: ManifestNode | ManifestSource) -> bool:
    if isinstance(target, ManifestSource):
        named = (target.source_name, target.name)
        return call.function == "source" and call.arguments == named
    if call.function != "ref":
        return False
    if len(call.arguments) > 1 and call.arguments[0] != target.package_name:
        return False
    return call.version == target.version or (
        not call.version and target.version == target.latest_version
    )
