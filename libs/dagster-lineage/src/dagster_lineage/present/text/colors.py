"""Colors of text in a terminal."""

from __future__ import annotations

_CODES = {
    "error": "31",
    "warning": "33",
    "note": "36",
    "good": "32",
    "dim": "2",
    "bold": "1",
}


class Colors:
    """Colors for parts of a text.

    Args:
        on: Whether the text is colored; if not, every part is returned unchanged.
    """

    def __init__(self, *, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, style: str) -> str:
        """Return a text in a style: a finding's level, `good`, `dim` or `bold`."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self._on else text
