"""Names and numbers in sentences: `` `a`, `b` and 4 more``, `2 edges`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def listed(names: Iterable[str], most: int = 3, *, code: bool = True) -> str:
    """Return names in words, each once: `` `a`, `b` and 4 more``.

    Args:
        names: The names, in the order in which they are shown.
        most: How many of them are shown.
        code: Put each between backticks.
    """
    distinct = list(dict.fromkeys(names))
    shown = ", ".join(f"`{name}`" if code else name for name in distinct[:most])
    more = len(distinct) - most
    return f"{shown} and {more} more" if more > 0 else shown


def first_lines(lines: Sequence[str], most: int, *, more: str = "… and {} more") -> list[str]:
    """Return the first lines, and one with the number of the others where there are any."""
    left = len(lines) - most
    return [*lines[:most], more.format(left)] if left > 0 else [*lines]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 edge`, `2 edges`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
