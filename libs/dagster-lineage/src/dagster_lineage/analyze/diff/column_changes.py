"""Changes of the columns of an asset that exists at base and head."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dagster_lineage.analyze.diff.branch import broken
from dagster_lineage.analyze.diff.changes import BrokenReader, Change
from dagster_lineage.analyze.diff.column_pairing import NamedColumn, paired_columns
from dagster_lineage.analyze.diff.compared_asset import ComparedAsset
from dagster_lineage.analyze.reliance.compatibility import dialect_of, is_unique, type_fits
from dagster_lineage.analyze.reliance.readers import ColumnReader
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
            "compatible",
            f"The columns of {now.key} have another order.",
            sides=(", ".join(old.columns), ", ".join(now.columns)),
        )


def _added(compared: ComparedAsset, column: NamedColumn) -> Change:
    all_known = compared.old.asset.columns_known
    return compared.change(
        "column-added" if all_known else "column-listed",
        "added" if all_known else "compatible",
        f"{compared.now.asset.key} has the column {column.name}"
        + ("." if all_known else ", which may have existed: not all columns were known."),
        column=column.name,
        sides=("", column.column.type),
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
        column=column.name,
        sides=(column.column.type, ""),
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
            if reason and not reader.known:
                reason = f"reads {key}, and its columns are not known"
            if reason:
                yield broken(reader.reader, reason)


def _changed(compared: ComparedAsset, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    key = compared.now.asset.key
    if old.name.casefold() != now.name.casefold():
        yield compared.breaking(
            "column-renamed",
            f"{key}: the column {old.name} is now called {now.name}.",
            _without_column(compared, old.name, own=True),
            column=now.name,
            sides=(old.name, now.name),
            was=old.column,
        )
    elif old.name != now.name:
        yield compared.change(
            "column-spelling-changed",
            "compatible",
            f"{key}: the column {old.name} is now written {now.name}.",
            column=now.name,
            sides=(old.name, now.name),
        )
    yield from _type(compared, old, now)
    yield from _not_null(compared, old, now)
    yield from _unique(compared, old, now)
    if old.column.derived_from != now.column.derived_from or old.column.copy != now.column.copy:
        yield compared.change(
            "derivation-changed",
            "compatible",
            f"{key}: the column {now.name} is computed from other columns or in another way.",
            column=now.name,
            sides=(_derivation(old), _derivation(now)),
        )


def _type(compared: ComparedAsset, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    before, after = old.column.type, now.column.type
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
        yield compared.change(kind, "compatible", message, column=now.name, sides=(before, after))
    else:
        yield compared.breaking(
            kind, message, readers, column=now.name, sides=(before, after), was=old.column
        )


def _not_null(compared: ComparedAsset, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    name = f"{compared.now.asset.key}: the column {now.name}"
    if now.column.not_null and not old.column.not_null:
        message = f"{name} is now guaranteed to be not null."
        yield compared.change(
            "not-null-added", "compatible", message, column=now.name, sides=("", "not null")
        )
    elif old.column.not_null and not now.column.not_null:
        yield _guarantee_dropped(compared, "not-null-dropped", "not null", old, now)


def _unique(compared: ComparedAsset, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    name = f"{compared.now.asset.key}: the column {now.name}"
    if now.column.unique and not old.column.unique:
        message = f"{name} is now guaranteed to be unique."
        yield compared.change(
            "uniqueness-added", "compatible", message, column=now.name, sides=("", "unique")
        )
    elif old.column.unique and not is_unique(compared.now.asset, now.name, now.column):
        yield _guarantee_dropped(compared, "uniqueness-dropped", "unique", old, now)


def _guarantee_dropped(
    compared: ComparedAsset, kind: str, guarantee: str, old: NamedColumn, now: NamedColumn
) -> Change:
    def objection(reader: ColumnReader) -> str:
        if reader.expected is None:
            return f"reads it and does not declare whether it relies on {guarantee}"
        unique = guarantee == "unique"
        relies = reader.expected.unique if unique else reader.expected.not_null
        return f"declares it {guarantee}" if relies else ""

    key = compared.now.asset.key
    return compared.breaking(
        kind,
        f"{key}: the column {now.name} is no longer guaranteed to be {guarantee}.",
        [
            *compared.branch.unmet("guarantee", key, now.name, guarantee),
            *_objecting(compared, now.name, objection),
        ],
        column=now.name,
        sides=(guarantee, ""),
        was=old.column,
    )


def _derivation(column: NamedColumn) -> str:
    text = ", ".join(column.column.derived_from)
    return f"copy of {text}" if column.column.copy else text
