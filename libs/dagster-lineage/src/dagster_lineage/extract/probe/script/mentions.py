"""Mentions: texts in source code that may be the name of an asset, a check or a job."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

HOLE = "\0"
"""Stands for an unknown text, or an unknown part of a text that is composed at run time."""


DEFINITION, KEY, NAME, ANYWHERE = range(4)
"""Certainty of a mention: in a call that defines assets; in `AssetKey`; the name of a check or a
job; anywhere else."""


class Evidence(IntEnum):
    """How likely it is that a mention is the name; less is better."""

    NAMED = 0
    """The text is the name, in a definition or next to the other parts of the key."""
    LISTED = 1
    """The text is the name, somewhere else."""
    PREFIX = 2
    """The other parts of a key, whose last part is composed at run time."""
    COMPOSED = 3
    """Somewhere else, a text that is composed at run time and may become the name."""


@dataclass(frozen=True)
class Mention:
    """A text, or the name of a decorated function."""

    text: str
    line: int
    neighbors: tuple[str, ...]
    """Texts of the same list, tuple or call, including this one, in their order."""
    certainty: int
    """One of `DEFINITION`, `KEY`, `NAME` and `ANYWHERE`."""
    read: bool
    """It is in an argument that names dependencies."""
    own: bool
    """It is in an argument that names the definition, such as its key or its owners."""
    key: bool
    """It is the key of a definition, or a part of it."""

    def spells(self, parts: tuple[str, ...]) -> bool:
        """Return whether the neighbors contain all parts of a key, not only its last one."""
        many = len(parts)
        return many > 1 and any(
            all(map(may_be, window, parts)) and has_words("".join(window))
            for start in range(len(self.neighbors) - many + 1)
            for window in [self.neighbors[start : start + many]]
        )

    def evidence(self, parts: tuple[str, ...]) -> Evidence | None:
        """Return how likely it is that this is the name; None if it is another one.

        The text fits into the last part, or into all parts joined by slashes.
        """
        spelled = self.spells(parts)
        if self.key and self._is_another(parts):
            return None
        if HOLE not in self.text:
            named = self.certainty < NAME or (self.certainty == NAME and len(parts) == 1)
            return Evidence.NAMED if spelled or named else Evidence.LISTED
        if not has_words(self.text):
            return Evidence.PREFIX if spelled and self.key else None
        return Evidence.NAMED if self.key else Evidence.COMPOSED

    def _is_another(self, parts: tuple[str, ...]) -> bool:
        """Return whether the parts of this key differ. It may get a prefix at run time."""
        many = len(self.neighbors)
        if many == 1:
            return False
        return many > len(parts) or not all(map(may_be, self.neighbors, parts[-many:]))

    @property
    def may_be_another(self) -> bool:
        """Whether the text is composed outside of a definition, where it may name anything."""
        return HOLE in self.text and not (self.key and self.certainty == DEFINITION)


def text_of(node: ast.expr, constants: Mapping[str, ast.expr]) -> str:
    """Return the text of an expression, with a `HOLE` for each unknown part.

    Args:
        node: An expression.
        constants: Values of the module's variables.
    """
    if isinstance(node, ast.Name):
        node = constants.get(node.id, node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(one.value) if isinstance(one, ast.Constant) else HOLE for one in node.values
        )
    return HOLE


def may_be(pattern: str, text: str) -> bool:
    """Return whether a text equals a pattern or fits into its holes."""
    if HOLE not in pattern:
        return pattern == text
    return re.fullmatch(".+".join(map(re.escape, pattern.split(HOLE))), text) is not None


def has_words(pattern: str) -> bool:
    """Return whether a pattern has more than holes and separators: `f"{a}_{b}"` fits any name."""
    return any(map(str.isalnum, pattern))
