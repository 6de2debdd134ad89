"""The texts of the page, numbered: repeated texts are stored once."""

from __future__ import annotations


class Texts:
    """Texts by number, added when they are first used; number 0 is the empty text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}

    def __call__(self, text: str) -> int:
        """Return the number of a text."""
        return self._numbers.setdefault(text, len(self._numbers))

    def table(self) -> list[str]:
        """Return all texts in the order of their numbers."""
        return list(self._numbers)
