"""Which columns a reader uses, as far as its interface tells."""

from __future__ import annotations

from dagster_lineage.model import Asset, Read, column_of


def used_columns(read: Read) -> set[str] | None:
    """The columns that a read uses, in folded letters; None where that is not known.

    A Python reader's code cannot be seen through: what it declares is what it reads. A reader that
    does not query the table at all uses none.
    """
    if read.columns is not None:
        return {column.casefold() for column in (*read.columns, *read.expects)}
    if read.expects:
        return {column.casefold() for column in read.expects}
    return set() if read.queried is False else None


def computed_from(asset: Asset, key: str, column: str) -> set[str]:
    """Columns of an asset that are computed from a column of a key, letter case left aside."""
    wanted = column_of(key, column).casefold()
    return {
        name
        for name, one in asset.columns.items()
        if any(source.casefold() == wanted for source in one.derived_from)
    }
