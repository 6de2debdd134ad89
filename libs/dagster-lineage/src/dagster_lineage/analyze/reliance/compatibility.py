"""Whether a column has the type and the guarantees that a reader expects."""

from __future__ import annotations

from dagster_lineage.model import Asset, Column, Expected, LocatedInterface
from dagster_lineage.model.type_compatibility import compatible


def type_fits(
    column: Column, producer: LocatedInterface, expected: str, reader: LocatedInterface
) -> bool:
    """Return whether a reader that expects a type can read a column; unknown types fit."""
    return compatible(
        column.type,
        expected,
        produced_dialect=producer.interface.dialect,
        expected_dialect=reader.interface.dialect,
    )


def states_guarantees(asset: Asset) -> bool:
    """Return whether a producer states any guarantee, so that a missing one has a meaning."""
    return (
        asset.contract
        or bool(asset.grain)
        or any(column.not_null or column.unique for column in asset.columns.values())
    )


def expected_guarantees(expected: Expected) -> list[str]:
    """Return the guarantees on which a reader relies: `unique`, `not null`."""
    return ["unique"] * expected.unique + ["not null"] * expected.not_null


def lacking_guarantees(asset: Asset, spelled: str, column: Column, expected: Expected) -> list[str]:
    """Return the guarantees of a column that a reader expects and its producer does not state."""
    stated = {"unique": is_unique(asset, spelled, column), "not null": column.not_null}
    return [guarantee for guarantee in expected_guarantees(expected) if not stated[guarantee]]


def is_unique(asset: Asset, spelled: str, column: Column) -> bool:
    """Return whether a column is guaranteed to be unique, alone or as the whole grain."""
    return column.unique or (
        len(asset.grain) == 1 and asset.grain[0].casefold() == spelled.casefold()
    )


def dialect_of(reader: LocatedInterface, producer: LocatedInterface) -> str:
    """Return the engine that reads: the reader's, or the producer's if it names none."""
    return reader.interface.dialect or producer.interface.dialect
