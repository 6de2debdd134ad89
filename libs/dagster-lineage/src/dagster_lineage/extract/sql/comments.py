"""Tells SQL from its comments."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|(?P<comment>--[^\n]*|/\*.*?\*/)""", re.DOTALL
)


def without_comments(sql: str) -> str:
    """The same text with a blank for each comment; what only looks like one in quotes stays."""
    return _PIECE.sub(lambda piece: " " if piece["comment"] else piece.group(), sql)
