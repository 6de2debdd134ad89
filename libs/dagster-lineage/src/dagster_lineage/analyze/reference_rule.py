"""What rules about both ends of an edge between code locations have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from dagster_lineage.analyze.rule import FindingDetails, Rule
from dagster_lineage.model import Reference
from dagster_lineage.model.findings import Finding


class ReferenceRule(Rule):
    """A rule that looks at the places where one location names another one's asset."""

    def at_reference(
        self,
        reference: Reference,
        message: str,
        *,
        key: str = "",
        place: tuple[str, int] | None = None,
        **details: Unpack[FindingDetails],
    ) -> Finding:
        """A finding at the reader's end; `place` where it is more precise than the crossing's."""
        return self.at(
            place or reference.place,
            reference.where,
            message,
            key=key or reference.producer.asset.key,
            owners=reference.owners,
            other=reference.producer,
            **details,
        )


def readers_of(reference: Reference) -> str:
    """Who reads there, in words: ``source `shop.orders` (read by `a`, `b`)``."""
    readers = listed(edge.reader.key for edge in reference.edges)
    if reference.source is None:
        return readers
    return f"source `{reference.source.name}`" + (f" (read by {readers})" if readers else "")


def listed(names: Iterable[str], most: int = 3) -> str:
    """Names in words, each once: `` `a`, `b` and 4 more``."""
    distinct = list(dict.fromkeys(names))
    told = ", ".join(f"`{name}`" for name in distinct[:most])
    more = len(distinct) - most
    return f"{told} and {more} more" if more > 0 else told
