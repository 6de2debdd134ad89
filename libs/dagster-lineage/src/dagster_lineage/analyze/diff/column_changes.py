"""Changes of the columns of an asset that exists at base and head."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dagster_lineage.analyze.diff.branch import broken
from dagster_lineage.analyze.diff.changes import BrokenReader, Change
from dagster_lineage.analyze.diff.column_pairing import NamedColumn, paired_columns
from dagster_lineage.analyze.diff.compared_asset import ComparedAsset
from dagster_lineage.analyze.reliance.compatibility import (
    dialect_of,
    expected_guarantees,
    is_unique,
    type_fits,
)
from dagster_lineage.analyze.reliance.readers import ColumnReader
from dagster_lineage.model import Column
from dagster_lineage.model.column_names import missing_names
from dagster_lineage.model.type_compatibility import type_change

Objection = Callable[[ColumnReader], str]
"""Returns why a change of a column breaks a reader of it, to follow its name; empty if not."""


def column_changes(compared: ComparedAsset) -> Iterator[Change]:
    """Yield every change of a column, in the order of the columns at base, then the new ones.

    =======================  ==========  ========================================================
    kind                     level       broken readers, of those that use the column at head
    =======================  ==========  ========================================================
    column-removed           breaking    all, also in the producer's code location
    column-renamed           breaking    all that use the old name, also in its location
    column-unknown           breaking    of other locations: whether it still exists is not known
    type-changed             breaking    with a declared type that does not fit, or none
    type-narrowed            breaking    with a declared type that does not fit, or none
    type-widened             compatible  (breaking if a declared type does not fit)
    type-unknown             breaking    with a declared type
    type-known               compatible
    not-null-dropped         breaking    that declare it not null, or declare nothing of it
    not-null-added           compatible
    uniqueness-dropped       breaking    that declare it unique, or declare nothing of it
    uniqueness-added         compatible
    derivation-changed       compatible  computed from other columns: values may differ
    column-spelling-changed  compatible  another letter case
    type-spelling-changed    compatible
    columns-reordered        compatible
    column-added             added
    column-listed            compatible  may have existed: not all columns were known at base
    =======================  ==========  ========================================================

    Whether a declared type, guarantee or column fits is the answer that `lineage check` gives.
    """
    old, now = compared.old.asset, compared.now.asset
    if old.columns == now.columns and list(old.columns) == list(now.columns):
        return
    for pair in paired_columns(old, now):
        if pair.before is None and pair.after is not None:
            yield _added(compared, pair.after)
        elif pair.before is not None and pair.after is None:
            yield _removed(compared, pair.before)
        elif pair.before is not None and pair.after is not None:
            yield from _changed(compared, pair.before, pair.after)
    names = [name.casefold() for name in old.columns]
    new_names = [name.casefold() for name in now.columns]
    if names != new_names and sorted(names) == sorted(new_names):
        yield compared.change(
            "columns-reordered",
            f"The columns of {now.key} have another order.",
            (", ".join(old.columns), ", ".join(now.columns)),
        )


def _added(compared: ComparedAsset, column: NamedColumn) -> Change:
    known = compared.old.asset.columns_known
    message = f"{compared.now.asset.key} has the column {column.name}"
    return compared.change(
        "column-added" if known else "column-listed",
        message + ("." if known else ", which may have existed: not all columns were known."),
        ("", column.column.type),
        column=column.name,
        level="added" if known else "compatible",
    )


def _removed(compared: ComparedAsset, column: NamedColumn) -> Change:
    asset = compared.now.asset
    known = asset.columns_known
    return compared.breaking(
        "column-removed" if known else "column-unknown",
        f"{asset.key} no longer has the column {column.name}."
        if known
        else f"Whether {asset.key} still has the column {column.name} is not known.",
        _without_column(compared, column.name, own=known),
        (column.column.type, ""),
        column=column.name,
        was=column.column,
    )


def _without_column(compared: ComparedAsset, name: str, *, own: bool) -> Iterator[BrokenReader]:
    asset, producer = compared.now.asset, compared.now.where

    def objection(reader: ColumnReader) -> str:
        dialect = dialect_of(reader.reader.where, producer)
        exists = reader.known and not missing_names(asset.columns, reader.names, dialect)
        return "" if exists else f"reads {asset.key}#{name}"

    yield from compared.branch.unmet("column", asset.key, name)
    yield from _objecting(compared, name, objection, own=own)


def _objecting(
    compared: ComparedAsset, column: str, objection: Objection, *, own: bool = False
) -> Iterator[BrokenReader]:
    """Yield the readers of a column at head that a change of it breaks.

    Args:
        compared: The asset.
        column: Name by which the readers use the column.
        objection: Returns why the change breaks a reader.
        own: Include the readers in the producer's own code location. Their own facts show a change
            of type, but a column that is removed breaks them like any reader.
    """
    key = compared.now.asset.key
    for reader in compared.branch.after.of_column(key, column):
        if own or reader.reader.where.file != compared.now.where.file:
            reason = objection(reader)
            if reason:
                unknown = f"reads {key}, and its columns are not known"
                yield broken(reader.reader, reason if reader.known else unknown)


def _changed(compared: ComparedAsset, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    key, sides = compared.now.asset.key, (old.name, now.name)
    if old.name.casefold() != now.name.casefold():
        message = f"{key}: the column {old.name} is now called {now.name}."
        readers = _without_column(compared, old.name, own=True)
        yield compared.breaking(
            "column-renamed", message, readers, sides, column=now.name, was=old.column
        )
    elif old.name != now.name:
        message = f"{key}: the column {old.name} is now written {now.name}."
        yield compared.change("column-spelling-changed", message, sides, column=now.name)
    yield from _type(compared, old, now)
    yield from _guarantees(compared, old, now)
    if old.column.derived_from != now.column.derived_from or old.column.copy != now.column.copy:
        message = f"{key}: the column {now.name} is computed from other columns or in another way."
        sides = (_derivation(old.column), _derivation(now.column))
        yield compared.change("derivation-changed", message, sides, column=now.name)


def _type(compared: ComparedAsset, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    sides = before, after = old.column.type, now.column.type
    if before == after:
        return
    producer = compared.now.where
    change = type_change(before, after, producer.interface.dialect)
    state = {
        "known": "is now known.",
        "same": "is written in another way.",
        "unknown": f"is no longer known; it was {before}.",
        "widened": f"is wider: {before} became {after}.",
        "narrowed": f"is narrower: {before} became {after}.",
        "changed": f"is another one: {before} became {after}.",
    }[change]
    message = f"{compared.now.asset.key}: the type of the column {now.name} {state}"

    def objection(reader: ColumnReader) -> str:
        declared = reader.expected.type if reader.expected else ""
        if change == "unknown":
            return f"declares {declared}, which can no longer be compared" if declared else ""
        if declared:
            fits = type_fits(now.column, producer, declared, reader.reader.where)
            return "" if fits else f"declares {declared}"
        return "" if change == "widened" else "reads it and declares no type"

    readers: list[BrokenReader] = []
    if change not in ("known", "same"):
        readers += compared.branch.unmet("type", compared.now.asset.key, now.name)
        readers += _objecting(compared, now.name, objection)
    kind = "type-spelling-changed" if change == "same" else f"type-{change}"
    if change in ("known", "same") or (change == "widened" and not readers):
        yield compared.change(kind, message, sides, column=now.name)
    else:
        yield compared.breaking(kind, message, readers, sides, column=now.name, was=old.column)


def _guarantees(compared: ComparedAsset, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    asset = compared.now.asset
    unique = is_unique(asset, now.name, now.column)
    for kind, guarantee, had, has, kept in (
        ("not-null", "not null", old.column.not_null, now.column.not_null, now.column.not_null),
        ("uniqueness", "unique", old.column.unique, now.column.unique, unique),
    ):
        subject = f"{asset.key}: the column {now.name} is"
        if has and not had:
            message = f"{subject} now guaranteed to be {guarantee}."
            yield compared.change(f"{kind}-added", message, ("", guarantee), column=now.name)
        elif had and not kept:

            def objection(reader: ColumnReader, guarantee: str = guarantee) -> str:
                if reader.expected is None:
                    return f"reads it and does not declare whether it relies on {guarantee}"
                relies = guarantee in expected_guarantees(reader.expected)
                return f"declares it {guarantee}" if relies else ""

            readers = [
                *compared.branch.unmet("guarantee", asset.key, now.name, guarantee),
                *_objecting(compared, now.name, objection),
            ]
            message = f"{subject} no longer guaranteed to be {guarantee}."
            yield compared.breaking(
                f"{kind}-dropped",
                message,
                readers,
                (guarantee, ""),
                column=now.name,
                was=old.column,
            )


def _derivation(column: Column) -> str:
    text = ", ".join(column.derived_from)
    return f"copy of {text}" if column.copy else text
