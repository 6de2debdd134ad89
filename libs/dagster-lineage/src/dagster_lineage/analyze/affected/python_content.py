"""Whether a change of a Python file can change what it does: not if its syntax tree is the same."""

from __future__ import annotations

import ast


def same_behaviour(before: bytes, after: bytes) -> bool:
    """Whether two texts are the same but for comments, blanks and docstrings.

    Docstrings count where the file reads `__doc__`.
    """
    if before == after:
        return True
    keep_docs = b"__doc__" in before or b"__doc__" in after
    try:
        return _tree(before, keep_docs=keep_docs) == _tree(after, keep_docs=keep_docs)
    except (SyntaxError, ValueError, RecursionError):
        return False


def _tree(text: bytes, *, keep_docs: bool) -> str:
    tree = ast.parse(text)
    if not keep_docs:
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                _without_docstring(node)
    return ast.dump(tree)


def _without_docstring(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> None:
    first = node.body[0] if node.body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        node.body = node.body[1:]
