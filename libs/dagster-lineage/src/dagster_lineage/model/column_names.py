"""Column names: which names mean the same column of a table.

Engines fold the case of names without quotation marks, and interfaces do not record the marks, so
letter case never distinguishes two columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from dagster_lineage.model.pseudo_columns import is_pseudo_column

T = TypeVar("T")


def column_named(columns: Mapping[str, T], name: str) -> tuple[str, T] | None:
    """Return a column by its name in any letter case, with the spelling of the table."""
    found = columns.get(name)
    if found is not None:
        return name, found
    folded = name.casefold()
    return next((item for item in columns.items() if item[0].casefold() == folded), None)


def folded_names(names: Iterable[str]) -> set[str]:
    """Return names in one letter case; a field of a struct also stands for the struct.

    >>> sorted(folded_names(["Address.City"]))
    ['address', 'address.city']
    """
    found = {name.casefold() for name in names}
    return found | {name.partition(".")[0] for name in found if "." in name}


def missing_names(columns: Mapping[str, object], names: Iterable[str], dialect: str) -> list[str]:
    """Return the names that no column of a table has, each once, in their order.

    A field of a struct (`address.city`) exists if the struct does, a struct if one of its fields
    does, and pseudo columns (`rowid` in DuckDB) exist in every table.

    Args:
        columns: All columns of the table.
        names: Names that a reader uses.
        dialect: Engine of the reader.
    """
    missing = {name.casefold(): name for name in reversed([*names]) if name not in columns}
    if not missing:
        return []
    known = folded_names(columns)
    return [
        name
        for folded, name in reversed(missing.items())
        if not {folded, folded.partition(".")[0]} & known and not is_pseudo_column(name, dialect)
    ]
