"""The columns that a reader uses."""

from __future__ import annotations

from dagster_lineage.model import Asset, Read, column_of
from dagster_lineage.model.column_names import folded_names


def used_columns(read: Read) -> set[str] | None:
    """Return the names of the columns that a read uses, in one letter case.

    The code of a Python reader is not analyzed: it uses the columns that it declares. A reader that
    does not query the table uses none. A field of a struct also uses the struct.

    Returns:
        The folded names; None where they are not known.
    """
    if read.columns is not None:
        return folded_names((*read.columns, *read.expects))
    if read.expects:
        return folded_names(read.expects)
    return set() if read.queried is False else None


def computed_from(asset: Asset, key: str, column: str) -> set[str]:
    """Return the columns of an asset that are computed from a column of a key, or from a field."""
    wanted = column_of(key, column).casefold()
    fields = f"{wanted}."
    return {
        name
        for name, one in asset.columns.items()
        for source in map(str.casefold, one.derived_from)
        if source == wanted or source.startswith(fields)
    }
