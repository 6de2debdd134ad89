"""Every text of the page once: what repeats is a number."""

from __future__ import annotations


class Texts:
    """A table of texts that grows as they are asked for; number 0 is the empty text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}

    def __call__(self, text: str) -> int:
        """The number of a text."""
        return self._numbers.setdefault(text, len(self._numbers))

    def table(self) -> list[str]:
        """All texts, each at its number."""
        return list(self._numbers)
