"""Pairs of a column at base and at head, also if it was renamed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from dagster_lineage.analyze.diff.pairing import SIMILAR_NAME, similar
from dagster_lineage.model import Asset, Column


class NamedColumn(Struct, frozen=True, gc=False):
    """A column with its name and position."""

    name: str
    column: Column
    position: int


class ColumnPair(Struct, frozen=True, gc=False):
    """A column at base and at head; one of them is None if it was added or removed."""

    before: NamedColumn | None
    after: NamedColumn | None


def paired_columns(before: Asset, after: Asset) -> Iterator[ColumnPair]:
    """Yield every column with its other side, in the order at base, then the new ones.

    A removed and a new column are one renamed column if the type is the same, and either both are
    computed from the same upstream columns in the same way, or these are not known and both have
    the same position and similar names. If there are several, the most similar name is taken.
    """
    old = _columns(before)
    new = _columns(after)
    renamed = dict(
        _renames(
            [column for name, column in old.items() if name not in new],
            [column for name, column in new.items() if name not in old],
        )
    )
    for name, column in old.items():
        other = new.get(name) or renamed.get(column.name)
        yield ColumnPair(column, other)
    taken = {column.name for column in renamed.values()}
    for name, column in new.items():
        if name not in old and column.name not in taken:
            yield ColumnPair(None, column)


def _columns(asset: Asset) -> dict[str, NamedColumn]:
    return {
        name.casefold(): NamedColumn(name, column, position)
        for position, (name, column) in enumerate(asset.columns.items())
    }


def _renames(gone: list[NamedColumn], new: list[NamedColumn]) -> Iterator[tuple[str, NamedColumn]]:
    """Yield old name and renamed column, the most similar first."""
    scored = sorted(
        (
            (score, old.position, now.position, old, now)
            for old in gone
            for now in new
            if (score := _likeness(old, now)) > 0
        ),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    old_taken: set[str] = set()
    new_taken: set[str] = set()
    for _, _, _, old, now in scored:
        if old.name not in old_taken and now.name not in new_taken:
            old_taken.add(old.name)
            new_taken.add(now.name)
            yield old.name, now


def _likeness(old: NamedColumn, now: NamedColumn) -> float:
    """Return how probable it is that a column was renamed to another one; 0 if it was not."""
    if old.column.type.casefold() != now.column.type.casefold():
        return 0
    name = similar(old.name, now.name)
    lineage = old.column.derived_from
    if lineage or now.column.derived_from:
        if lineage != now.column.derived_from or old.column.copy != now.column.copy:
            return 0
        # Sum and average are computed from the same column: only a copy is identified by it alone.
        sure = old.column.copy or old.position == now.position or name >= SIMILAR_NAME
        return 1 + name if sure else 0
    return name if old.position == now.position and name >= SIMILAR_NAME else 0
