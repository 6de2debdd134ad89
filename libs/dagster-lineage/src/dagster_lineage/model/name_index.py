"""Many names, to be asked again and again which one was meant.

`spelling` compares two names, which takes as long as some hundred look-ups. Where thousands are
asked of thousands, all but a few must be left out before.
"""

from __future__ import annotations

from collections.abc import Iterable

from dagster_lineage.model.nearest_names import allowed, distance, mistyped


class KnownNames:
    """Names, ordered so that slips of one are found among few.

    Args:
        names: They, each once or several times.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_length: dict[int, list[tuple[int, str, str]]] = {}
        self._by_word: dict[str, list[str]] = {}
        for name in sorted(set(names)):
            folded = name.casefold()
            self._by_length.setdefault(len(folded), []).append((_letters(folded), folded, name))
            for word in set(folded.split("_")):
                self._by_word.setdefault(word, []).append(name)

    def slips(self, name: str) -> list[str]:
        """The names that are this one with a slip of the fingers, the nearest first."""
        folded = name.casefold()
        limit = allowed(folded)
        letters = _letters(folded)
        found: list[tuple[int, str]] = []
        for length in range(len(folded) - limit, len(folded) + limit + 1):
            for bits, other, known in self._by_length.get(length, ()):
                # A slip takes one letter out and brings one in, at most.
                if (letters ^ bits).bit_count() <= 2 * limit and mistyped(folded, other):
                    found.append((distance(folded, other, limit), known))
        return [known for _, known in sorted(found)]

    def alike(self, name: str) -> str:
        """The name that has most words in common, such as `orders` for `fct_orders`.

        Words stand between underscores; half of them must be the same.
        """
        words = set(name.casefold().split("_"))
        shared: dict[str, int] = {}
        for word in words:
            for known in self._by_word.get(word, ()):
                shared[known] = shared.get(known, 0) + 1
        ranked = [
            (count / max(len(words), known.count("_") + 1), known)
            for known, count in shared.items()
        ]
        share, best = max(ranked, default=(0, ""))
        return best if share >= 1 / 2 else ""


def _letters(name: str) -> int:
    """Which letters it has, a bit for each."""
    bits = 0
    for letter in set(name):
        bits |= 1 << (ord(letter) % 64)
    return bits
