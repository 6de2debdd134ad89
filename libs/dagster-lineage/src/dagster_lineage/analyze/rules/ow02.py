"""OW02: an owner that does not exist."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import LineageGraph, LocatedAsset, LocatedInterface
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.nearest_names import distance, nearest_name

OFTEN = 3
"""Assets that must have an owner before one that is a letter away is a slip."""

_SHAPE = re.compile(r"team:\S.*|[^@\s]+@[^@\s]+\.[^@\s]+")


class OwnerDoesNotExist(Rule):
    """An asset names an owner that there is not.

    With `owners` in `[tool.lineage]`, whoever is not in that list does not exist. Without it, an
    owner must look like one (`team:finance`, or an e-mail address), and one that is a single letter
    away from an owner of three or more assets is taken for a slip; numbers tell teams apart
    (`team:squad_1`, `team:squad_2`).

    **Anti-pattern**

        @dg.asset(owners=["team:data_sience"])

    **Best practice**

        @dg.asset(owners=["team:data_science"])
    """

    code: ClassVar[str] = "OW02"
    name: ClassVar[str] = "owner-does-not-exist"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per project and owner, at the first asset that names it."""
        counts: Counter[str] = Counter()
        for where in graph.located:
            # Counted by combination: a project has a few of them, however many assets.
            for owners, count in Counter([one.owners for one in where.interface.assets]).items():
                counts.update(dict.fromkeys(owners, count))
        wrong = {owner: told for owner in counts if (told := self._wrong(owner, counts))}
        if wrong:
            for where in graph.located:
                yield from self._of(where, wrong)

    def _of(self, where: LocatedInterface, wrong: dict[str, tuple[str, str]]) -> Iterator[Finding]:
        producer = [asset for asset in where.interface.assets if asset.executable]
        for owner, (message, near) in wrong.items():
            named = [asset for asset in producer if owner in asset.owners]
            if named:
                more = f", and {len(named) - 1} more" if len(named) > 1 else ""
                yield self.at_asset(
                    LocatedAsset(where, named[0]),
                    f"`{named[0].key}`{more} belongs to `{owner}`, {message}.",
                    fix=f"Write `{near}`." if near else "Name an owner that exists.",
                    nearest=near,
                )

    def _wrong(self, owner: str, counts: Counter[str]) -> tuple[str, str] | None:
        """What is wrong with an owner, in words, and who is meant; nothing if it exists."""
        folded = owner.casefold()
        if self.settings.owners:
            if folded in {known.casefold() for known in self.settings.owners}:
                return None
            near = nearest_name(owner, self.settings.owners)
            return "who is not among the `owners` of [tool.lineage]", near
        if not _SHAPE.fullmatch(owner):
            candidates = [other for other in counts if _SHAPE.fullmatch(other)]
            near = next((one for one in candidates if one.casefold() == f"team:{folded}"), "")
            return "which is neither `team:…` nor an e-mail address", near
        for other, count in counts.items():
            if count >= OFTEN > counts[owner] and _a_letter_away(folded, other.casefold()):
                return f"a letter away from `{other}`, who owns {count} assets", other
        return None


def _a_letter_away(name: str, other: str) -> bool:
    letters, other_letters = re.sub(r"\d", "", name), re.sub(r"\d", "", other)
    return letters != other_letters and distance(name, other, 1) == 1
