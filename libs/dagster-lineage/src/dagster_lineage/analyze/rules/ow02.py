"""OW02: an owner that does not exist."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph, LocatedAsset, LocatedInterface
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.nearest_names import distance, nearest_name
from dagster_lineage.model.wording import listed

LONG = 5
"""Least length of a name of which one letter is a typo: `team:ml` and `team:bi` are two teams."""
OFTEN = 3
"""Number of assets that an owner has, so that an owner one letter away is a typo."""

_SHAPE = re.compile(r"team:\S.*|[^@\s]+@[^@\s]+\.[^@\s]+")


class UnknownOwner(GraphRule):
    """An asset names an owner that does not exist.

    With `owners` in `[tool.lineage]`, an owner must be in that list. Without it, an owner must be a
    team (`team:finance`) or an email address, and an owner one letter away from the owner of three
    or more assets is reported as a typo. Numbers distinguish teams (`team:squad_1`,
    `team:squad_2`), and so does a letter of a name with less than five (`team:core`, `team:care`).

    **Anti-pattern**

        @dg.asset(owners=["team:data_sience"])

    **Best practice**

        @dg.asset(owners=["team:data_science"])
    """

    code: ClassVar[str] = "OW02"
    name: ClassVar[str] = "unknown-owner"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per project and owner, at the first asset that names it."""
        counts: Counter[str] = Counter()
        for where in graph.located:
            # Counted by combination of owners, of which a project has few.
            for owners, count in Counter([one.owners for one in where.interface.assets]).items():
                counts.update(dict.fromkeys(owners, count))
        wrong = {owner: found for owner in counts if (found := self._wrong(owner, counts))}
        if wrong:
            for where in graph.located:
                yield from self._of(where, wrong)

    def _of(self, where: LocatedInterface, wrong: dict[str, tuple[str, str]]) -> Iterator[Finding]:
        produced = [asset for asset in where.interface.assets if asset.executable]
        for owner, (message, near) in wrong.items():
            named = [asset for asset in produced if owner in asset.owners]
            if named:
                keys = listed((asset.key for asset in named), 1)
                yield self.at_asset(
                    LocatedAsset(where, named[0]),
                    f"The owner of {keys} is `{owner}`, {message}.",
                    fix=f"Use `{near}`." if near else "Name an existing owner.",
                    nearest=near,
                )

    def _wrong(self, owner: str, counts: Counter[str]) -> tuple[str, str] | None:
        """Return what is wrong with an owner, and the owner that was probably meant."""
        folded = owner.casefold()
        if self.settings.owners:
            if folded in {known.casefold() for known in self.settings.owners}:
                return None
            near = nearest_name(owner, self.settings.owners)
            return "which is not in the `owners` of [tool.lineage]", near
        if not _SHAPE.fullmatch(owner):
            candidates = [other for other in counts if _SHAPE.fullmatch(other)]
            near = next((one for one in candidates if one.casefold() == f"team:{folded}"), "")
            return "which is neither `team:…` nor an email address", near
        for other, count in counts.items():
            if count >= OFTEN > counts[owner] and _one_letter_away(folded, other.casefold()):
                return f"one letter away from `{other}`, which owns {count} assets", other
        return None


def _one_letter_away(name: str, other: str) -> bool:
    letters, other_letters = re.sub(r"\d", "", name), re.sub(r"\d", "", other)
    if letters == other_letters or distance(name, other, 1) != 1:
        return False
    words, others = (re.split(r"[\W_]+", one) for one in (name, other))
    changed = {*words} ^ {*others}
    return len(words) != len(others) or all(len(word) >= LONG for word in changed)
