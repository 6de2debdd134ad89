"""Imports without an import statement: by a computed name, or by a name in a settings file.

Examples are plugins (`import_module(f"warehouse.backends.{name}")`) and Dagster components
(`type: warehouse.components.Table` in a `defs.yaml`).
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
    """Return the modules that a module may load by name.

    A literal name is that module. A name with a literal prefix may be any module with the prefix,
    and any other name every module of the loading module's top-level package.

    Args:
        text: Content of the loading module.
        module: Name of the loading module, or of the package for an `__init__.py`.
        modules: Names of all modules.
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
    """Return the dotted names below some packages that a settings file contains."""
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
    """Return the name that is loaded, or its prefix."""
    first = node.args[0] if node.args else None
    anything = f"{module.partition('.')[0]}."
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        # The package of a relative name is known only when the call runs.
        return ("", anything) if first.value.startswith(".") else (first.value, "")
    if isinstance(first, ast.BinOp):
        first = first.left
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
        return "", first.value
    return "", anything
