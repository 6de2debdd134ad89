"""What YAML declares of an asset's columns and what its SQL gives, as one."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from dagster_lineage.model import Asset, Column


def columns_not_given(asset: Asset, traced: Mapping[str, Column]) -> tuple[str, ...]:
    """Columns that a contract declares and the SQL does not give."""
    if not asset.contract:
        return ()
    given = {name.casefold() for name in traced}
    return tuple(name for name in asset.columns if name.casefold() not in given)


def merged_columns(asset: Asset, traced: dict[str, Column], *, known: bool) -> dict[str, Column]:
    """What YAML declares and what the SQL gives, as one: YAML has the guarantees, SQL the origins.

    Under an enforced contract the declared columns are all there are, and their types the truth;
    else the query is.
    """
    if not asset.columns and not asset.columns_known:
        return traced
    by_name = {name.casefold(): (name, column) for name, column in asset.columns.items()}
    if asset.columns_known or not known:
        spelled = {name.casefold(): column for name, column in traced.items()}
        merged = {}
        for name, column in asset.columns.items():
            found = spelled.pop(name.casefold(), None)
            merged[name] = _joined(column, found) if found else column
        if asset.columns_known:
            return merged
        return merged | {
            name: column for name, column in traced.items() if name.casefold() in spelled
        }
    return {
        name: _joined(by_name[name.casefold()][1], column) if name.casefold() in by_name else column
        for name, column in traced.items()
    }


def _joined(declared: Column, traced: Column) -> Column:
    return replace(
        declared,
        type=declared.type or traced.type,
        derived_from=traced.derived_from,
        copy=traced.copy,
    )
