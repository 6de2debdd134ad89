"""How near two names are, for `did you mean`."""

from __future__ import annotations

from collections.abc import Iterable

SHORT = 3
"""Names shorter than this, and parts of names, are rather another name than a mistyped one."""


def nearest_name(name: str, names: Iterable[str]) -> str:
    """The name that was most likely meant; empty when none is near.

    Case and a few mistyped letters come first, then names that share a good part (`fct_orders` for
    `orders`).
    """
    candidates = sorted(set(names) - {name})
    best, best_distance = "", allowed(name) + 1
    folded = name.casefold()
    for candidate in candidates:
        found = distance(folded, candidate.casefold(), best_distance - 1)
        if found < best_distance:
            best, best_distance = candidate, found
    if best or not candidates:
        return best
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    close = get_close_matches(folded, [one.casefold() for one in candidates], 1, 0.6)
    return next((one for one in candidates if one.casefold() in close), "")


def mistyped(name: str, other: str) -> bool:
    """Whether one is the other with a slip of the fingers.

    Names that differ in a number (`orders_2018`, `orders_2019`) or in a short word of several
    (`raw_eu`, `raw_us`) are two names, near as they are.
    """
    name, other = name.casefold(), other.casefold()
    if distance(name, other, allowed(name)) > allowed(name):
        return False
    words, others = name.split("_"), other.split("_")
    if len(words) != len(others) or len(words) == 1:
        return _letters(name) != _letters(other) or name == other
    return all(
        word == other_word or (len(word) > SHORT and _letters(word) != _letters(other_word))
        for word, other_word in zip(words, others, strict=True)
    )


def allowed(name: str) -> int:
    """How many slips a name of that length may have and still be recognized."""
    return 0 if len(name) < SHORT else 1 if len(name) < 6 else 2 if len(name) < 14 else 3  # noqa: PLR2004


def distance(name: str, other: str, limit: int) -> int:
    """Slips between two names: letters put in, left out, exchanged or swapped with the next one.

    Args:
        name: One of them.
        other: The other one.
        limit: Where to stop: a greater distance is answered as `limit + 1`.
    """
    if name == other:
        return 0
    if limit <= 0 or abs(len(name) - len(other)) > limit:
        return limit + 1
    start = end = 0
    shorter = min(len(name), len(other))
    while start < shorter and name[start] == other[start]:
        start += 1
    while end < shorter - start and name[-1 - end] == other[-1 - end]:
        end += 1
    return _slips(name[start : len(name) - end], other[start : len(other) - end], limit)


def _slips(name: str, other: str, limit: int) -> int:
    before: list[int] = []
    row = list(range(len(other) + 1))
    for index, letter in enumerate(name, start=1):
        earlier, before, row = before, row, [index]
        for column, other_letter in enumerate(other, start=1):
            cost = before[column - 1] + (letter != other_letter)
            cost = min(cost, before[column] + 1, row[column - 1] + 1)
            if (
                index > 1
                and column > 1
                and letter == other[column - 2]
                and name[index - 2] == other_letter
            ):
                cost = min(cost, earlier[column - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def _letters(name: str) -> str:
    return "".join(letter for letter in name if not letter.isdigit())
