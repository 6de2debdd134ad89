"""Known columns and types of the relations that a query reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

PLACEHOLDER = "__unknown_"
"""Prefix of names in a rendered query that stand for unknown values. They are not columns."""


class RelationName(NamedTuple):
    """Name of a table or view in SQL. A missing part is an empty text."""

    catalog: str
    schema: str
    table: str

    def __str__(self) -> str:
        return ".".join(part for part in self if part)


@dataclass(frozen=True)
class Table:
    """Columns of one relation."""

    relation: RelationName
    """Its name, in the spelling that a `Trace` uses."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Type by column, in their order. An empty text is an unknown type."""
    complete: bool = False
    """`columns` is all of them. False: other columns may exist, so none can be missing."""


class Schema:
    """Known relations, found by name without regard to case.

    dbt spells a name as its YAML does and engines fold it in different ways, so names are compared
    casefolded, even if they are quoted.

    Args:
        tables: One entry per relation. The columns of any other relation are taken from the
            queries that read it.
    """

    def __init__(self, tables: Iterable[Table] = ()) -> None:
        self._by_suffix: dict[tuple[str, ...], list[Table]] = {}
        for table in tables:
            parts = _parts(table.relation)
            for start in range(len(parts)):
                self._by_suffix.setdefault(parts[start:], []).append(table)

    def find(self, relation: RelationName) -> Table | None:
        """Return the table that a name refers to; None if there is none, or more than one.

        A name without catalog, or without catalog and schema, refers to the only relation with
        that suffix. A name may also have more parts than the known relation.
        """
        parts = _parts(relation)
        found = self._by_suffix.get(parts)
        if found is not None:
            return found[0] if len(found) == 1 else None
        for start in range(1, len(parts)):
            suffix = parts[start:]
            known = self._by_suffix.get(suffix, ())
            exact = [table for table in known if _parts(table.relation) == suffix]
            if len(exact) == 1:
                return exact[0]
        return None


def _parts(relation: RelationName) -> tuple[str, ...]:
    return tuple(part.casefold() for part in relation if part)
