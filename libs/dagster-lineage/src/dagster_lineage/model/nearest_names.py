"""The name that was probably meant: the library's one answer to "did you mean".

rapidfuzz measures names. Its distance is the optimal string alignment: letters inserted, left out,
exchanged, or swapped with the next one. It is imported when a name is wrong, since most commands
never need it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dagster_lineage.model.wording import listed

SHORT = 3
"""Names and parts of names shorter than this are another name rather than a mistyped one."""
LISTED = 30
"""Known names that a message lists when none is near."""
LEAST_RATIO = 60
"""Least share of letters in common, in percent, of two names that are not typos of each other."""
_WORD_ENDS = re.compile(r"[_/.-]")


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a clause that names the nearest of the known names, or lists them all.

    >>> did_you_mean("ordrs", ["orders", "users"])
    'did you mean `orders`?'
    >>> did_you_mean("payments", ["orders", "users"])
    'expected one of `orders`, `users`.'
    """
    known = list(names)
    near = nearest_name(name, known)
    if near:
        return f"did you mean `{near}`?"
    return f"expected one of {listed(known, LISTED)}." if known else "there are none."


def nearest_name(name: str, names: Iterable[str]) -> str:
    """Return the known name that was probably meant; empty when none is near.

    Typos are preferred to names that share most of their letters (`fct_orders` for `orders`).
    """
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - see above
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    known = sorted(set(names) - {name})
    folded = name.casefold()
    choices = [one.casefold() for one in known]
    typos = process.extract(
        folded, choices, scorer=OSA.distance, score_cutoff=allowed_typos(name), limit=None
    )
    if typos:
        return min((known[at] for _, _, at in typos), key=lambda other: typo_rank(name, other))
    found = process.extractOne(folded, choices, scorer=fuzz.ratio, score_cutoff=LEAST_RATIO)
    return known[found[2]] if found else ""


class KnownNames:
    """Known names, compared with one mistyped name after the other.

    Args:
        names: The known names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))
        self._folded = [name.casefold() for name in self._names]

    def typos(self, name: str) -> list[str]:
        """Return the names of which this one may be a typo, the nearest first."""
        from rapidfuzz import process  # noqa: PLC0415 - see above
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        folded = name.casefold()
        near = process.extract(
            folded,
            self._folded,
            scorer=OSA.distance,
            score_cutoff=allowed_typos(folded),
            limit=None,
        )
        found = [self._names[at] for other, _, at in near if not _differs(folded, other)]
        return sorted(found, key=lambda other: typo_rank(folded, other))


def typo_rank(name: str, other: str) -> tuple[int, bool, str]:
    """Return a sort key of names that may be meant: the fewest typos first, swapped letters first.

    >>> min(["order", "orders"], key=lambda other: typo_rank("ordesr", other))
    'orders'
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above

    folded, other_folded = name.casefold(), other.casefold()
    swapped = sorted(folded) == sorted(other_folded)
    return OSA.distance(folded, other_folded), not swapped, other


def distance(name: str, other: str, limit: int) -> int:
    """Return the number of typos between two names; `limit + 1` for any number above `limit`."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above

    return OSA.distance(name, other, score_cutoff=limit)


def allowed_typos(name: str) -> int:
    """Return how many typos a name of that length may have and still be recognized."""
    return 0 if len(name) < SHORT else 1 if len(name) < 8 else 2 if len(name) < 14 else 3  # noqa: PLR2004


def _differs(name: str, other: str) -> bool:
    """Return whether two similar names differ on purpose.

    They do if they differ in a number (`orders_2018`, `orders_2019`) or in a short word of several
    (`raw_eu`, `raw_us`), of which the letters are not only swapped.
    """
    words, others = _WORD_ENDS.split(name), _WORD_ENDS.split(other)
    if len(words) != len(others) or len(words) == 1:
        return name != other and _letters(name) == _letters(other)
    return any(
        word != other_word
        and (_letters(word) == _letters(other_word) or _is_other_short_word(word, other_word))
        for word, other_word in zip(words, others, strict=True)
    )


def _is_other_short_word(word: str, other: str) -> bool:
    return len(word) <= SHORT and sorted(word) != sorted(other)


def _letters(name: str) -> str:
    return "".join(letter for letter in name if not letter.isdigit())
