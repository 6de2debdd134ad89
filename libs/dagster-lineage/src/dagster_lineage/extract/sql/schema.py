"""What is known of the relations that a query may read: their columns and types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Relation(NamedTuple):
    """A table or view as SQL names it; a part that is not given is an empty text."""

    catalog: str
    schema: str
    table: str

    def __str__(self) -> str:
        return ".".join(part for part in self if part)


@dataclass(frozen=True)
class Table:
    """The columns of one relation.

    Attributes:
        relation: Its name, in the spelling that a `Trace` answers with.
        columns: Type by column in their order; an empty text is an unknown type.
        complete: These are all its columns. False: it may have others, so none is ever missing.
    """

    relation: Relation
    columns: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False


class Schema:
    """The relations that somebody knows, found by name without regard to case.

    dbt spells names one way in its YAML and engines fold them in their own, so names are compared
    by casefold even where they are quoted.

    Args:
        tables: One entry per relation. A relation that is not among them is unknown, which is no
            fault: its columns are taken from the queries.
    """

    def __init__(self, tables: Iterable[Table] = ()) -> None:
        self._by_name: dict[tuple[str, ...], list[Table]] = {}
        for table in tables:
            parts = tuple(part.casefold() for part in table.relation if part)
            for start in range(len(parts)):
                self._by_name.setdefault(parts[start:], []).append(table)

    def find(self, relation: Relation) -> Table | None:
        """The one table that a name means; None when there is none, or more than one.

        A name without catalog, or without catalog and schema, means the only relation that ends so;
        a name with more parts than the known one means it too.
        """
        parts = tuple(part.casefold() for part in relation if part)
        found = self._by_name.get(parts)
        if found is not None:
            return found[0] if len(found) == 1 else None
        for start in range(1, len(parts)):
            shorter = [
                table
                for table in self._by_name.get(parts[start:], ())
                if sum(map(bool, table.relation)) == len(parts) - start
            ]
            if len(shorter) == 1:
                return shorter[0]
        return None
