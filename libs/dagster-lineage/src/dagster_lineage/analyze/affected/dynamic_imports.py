"""Imports that no import statement shows: by a name that is put together, or that settings hold.

A library of plugins is loaded so (`import_module(f"warehouse.backends.{name}")`), and a Dagster
component is named in a `defs.yaml` (`type: warehouse.components.Table`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

_LOADERS = frozenset(
    {"import_module", "__import__", "iter_modules", "walk_packages", "run_module", "find_spec",
     "spec_from_file_location", "resolve_name", "locate"}
)  # fmt: skip
_HINT = re.compile(rb"\b(?:" + b"|".join(sorted(one.encode() for one in _LOADERS)) + rb")\b")


def loaded_by_name(text: bytes, module: str, modules: Collection[str]) -> set[str]:
    """Modules that a module may load by name.

    A name that is written out is that module. One whose beginning is written out may be any that
    begins so. Any other may be every module below the loading one's package.

    Args:
        text: Of the loading module.
        module: Its name; of a package, the package's.
        modules: All there are.
    """
    if not _HINT.search(text):
        return set()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _LOADERS:
            exact, beginning = _name(node, module)
            found |= {
                one for one in modules if one == exact or (beginning and one.startswith(beginning))
            }
    return found - {module}


def named_in(text: bytes, packages: Collection[str]) -> set[str]:
    """Dotted names below some packages in a file of settings."""
    if not packages:
        return set()
    names = b"|".join(re.escape(one.encode()) for one in sorted(packages))
    pattern = rb"(?<![\w./-])(?:" + names + rb")(?:\.[A-Za-z_]\w*)+"
    return {one.decode() for one in re.findall(pattern, text)}


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _name(node: ast.Call, module: str) -> tuple[str, str]:
    """The name that is loaded, or else how it begins."""
    first = node.args[0] if node.args else None
    anything = f"{module.partition('.')[0]}."
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        # A relative name belongs to a package that only the call knows.
        return ("", anything) if first.value.startswith(".") else (first.value, "")
    if isinstance(first, ast.BinOp):
        first = first.left
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
        return "", first.value
    return "", anything
