"""What happened to the columns of an asset that is there at both ends."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.diff.branch import Subject
from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.analyze.diff.column_pairing import NamedColumn, paired_columns
from dagster_lineage.analyze.diff.reliance import Objection
from dagster_lineage.analyze.diff.type_changes import accepts, type_change
from dagster_lineage.model import Expected

_PROMISES = (
    ("not_null", "nullable", "not-null", "may be null", "is never null", "not null"),
    ("unique", "uniqueness-dropped", "uniqueness-promised", "may repeat", "is unique", "unique"),
)
"""Of each: the fact, the kinds of its loss and of its gain, and how to say each of them."""


def column_changes(subject: Subject) -> Iterator[Change]:
    """Every change of a column, in the order of the columns before, then the new ones.

    ====================  ==========  ============================================================
    kind                  class       hurt, among those that read the column at head
    ====================  ==========  ============================================================
    column-removed        breaking    all, own project too
    column-renamed        breaking    those that read the old name, own project too
    column-unknown        breaking    other projects: nobody can tell any more whether it is there
    type-changed          breaking    those whose declared type does not fit, or that declare none
    type-narrowed         breaking    those that do not declare the new type
    type-widened          compatible  (breaking if a reader declares a type that does not hold it)
    type-unknown          breaking    those that declare a type
    type-known            compatible
    nullable              breaking    those that declare it not null, or declare nothing of it
    not-null              compatible
    uniqueness-dropped    breaking    those that declare it unique, or declare nothing of it
    uniqueness-promised   compatible
    derivation-changed    compatible  computed from other columns: values may differ, names do not
    column-respelled      compatible  other letter case
    type-respelled        compatible
    columns-reordered     compatible
    column-added          added
    column-listed         compatible  may have been there: not all were known before
    ====================  ==========  ============================================================
    """
    old, now = subject.old.asset, subject.now.asset
    if old.columns == now.columns and list(old.columns) == list(now.columns):
        return
    for pair in paired_columns(old, now):
        if pair.before is None and pair.after is not None:
            yield _added(subject, pair.after)
        elif pair.before is not None and pair.after is None:
            yield _removed(subject, pair.before)
        elif pair.before is not None and pair.after is not None:
            yield from _changed(subject, pair.before, pair.after)
    names = [name.casefold() for name in old.columns]
    new_names = [name.casefold() for name in now.columns]
    if names != new_names and sorted(names) == sorted(new_names):
        yield subject.told(
            "columns-reordered",
            "compatible",
            f"The columns of {now.key} stand in another order.",
            before=", ".join(old.columns),
            after=", ".join(now.columns),
        )


def _added(subject: Subject, column: NamedColumn) -> Change:
    all_known = subject.old.asset.columns_known
    return subject.told(
        "column-added" if all_known else "column-listed",
        "added" if all_known else "compatible",
        f"{subject.now.asset.key} has the column {column.name}"
        + ("." if all_known else ", which may have been there: not all were known."),
        column=column.name,
        after=column.column.type,
    )


def _removed(subject: Subject, column: NamedColumn) -> Change:
    asset = subject.now.asset
    gone = asset.columns_known
    return subject.breaking(
        "column-removed" if gone else "column-unknown",
        f"{asset.key} no longer has the column {column.name}."
        if gone
        else f"Whether {asset.key} still has the column {column.name} cannot be told.",
        subject.branch.after.on_column(
            asset.key,
            column.name,
            subject.now.where.project,
            _always(f"reads {asset.key}#{column.name}"),
            own=gone,
        ),
        column=column.name,
        before=column.column.type,
        was=column.column,
    )


def _changed(subject: Subject, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    key = subject.now.asset.key
    if old.name.casefold() != now.name.casefold():
        yield subject.breaking(
            "column-renamed",
            f"{key}: the column {old.name} is called {now.name} now.",
            subject.branch.after.on_column(
                key,
                old.name,
                subject.now.where.project,
                _always(f"reads {key}#{old.name}"),
                own=True,
            ),
            column=now.name,
            before=old.name,
            after=now.name,
            was=old.column,
        )
    elif old.name != now.name:
        yield subject.told(
            "column-respelled",
            "compatible",
            f"{key}: the column {old.name} is written {now.name} now.",
            column=now.name,
            before=old.name,
            after=now.name,
        )
    yield from _type(subject, old, now)
    yield from _promises(subject, old, now)
    if old.column.derived_from != now.column.derived_from or old.column.copy != now.column.copy:
        yield subject.told(
            "derivation-changed",
            "compatible",
            f"{key}: the column {now.name} is computed in another way.",
            column=now.name,
            before=_derivation(old),
            after=_derivation(now),
        )


def _type(subject: Subject, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    before, after = old.column.type, now.column.type
    if before == after:
        return
    name = f"{subject.now.asset.key}: the type of the column {now.name}"
    if not before:
        yield subject.told(
            "type-known", "compatible", f"{name} is known now.", column=now.name, after=after
        )
        return
    dialect = subject.now.where.interface.dialect
    change = type_change(before, after, dialect) if after else "unknown"
    if change == "same":
        yield subject.told(
            "type-respelled",
            "compatible",
            f"{name} is written otherwise.",
            column=now.name,
            before=before,
            after=after,
        )
        return
    kinds = {"retyped": "changed"}
    message = {
        "unknown": f"{name} can no longer be told; it was {before}.",
        "widened": f"{name} is wider: {before} became {after}.",
        "narrowed": f"{name} is narrower: {before} became {after}.",
        "retyped": f"{name} is another one: {before} became {after}.",
    }[change]
    breaking = subject.breaking(
        f"type-{kinds.get(change, change)}",
        message,
        subject.branch.after.on_column(
            subject.now.asset.key,
            now.name,
            subject.now.where.project,
            _type_objection(change, after, dialect),
        ),
        column=now.name,
        before=before,
        after=after,
        was=old.column,
    )
    if change == "widened" and not breaking.readers:
        yield subject.told(
            "type-widened", "compatible", message, column=now.name, before=before, after=after
        )
    else:
        yield breaking


def _type_objection(change: str, after: str, produced_dialect: str) -> Objection:
    def objection(expected: Expected | None, dialect: str) -> str:
        declared = expected.type if expected else ""
        if change == "unknown":
            return f"declares {declared}, which cannot be checked any more" if declared else ""
        if not declared:
            return "" if change == "widened" else "reads it and declares no type"
        if change == "narrowed":
            fits = type_change(declared, after, dialect) == "same"
        else:
            fits = accepts(
                declared, after, expected_dialect=dialect, produced_dialect=produced_dialect
            )
        return "" if fits else f"declares {declared}"

    return objection


def _promises(subject: Subject, old: NamedColumn, now: NamedColumn) -> Iterator[Change]:
    promises = (
        ("not_null", "nullable", "not-null", "may be null", "is never null", "not null"),
        (
            "unique",
            "uniqueness-dropped",
            "uniqueness-promised",
            "may repeat",
            "is unique",
            "unique",
        ),
    )
    for fact, dropped, promised, without, held, word in promises:
        before, after = getattr(old.column, fact), getattr(now.column, fact)
        if before == after:
            continue
        name = f"{subject.now.asset.key}: the column {now.name}"
        if after:
            yield subject.told(
                promised, "compatible", f"{name} {held} now.", column=now.name, after=word
            )
            continue
        yield subject.breaking(
            dropped,
            f"{name} {without} now.",
            subject.branch.after.on_column(
                subject.now.asset.key,
                now.name,
                subject.now.where.project,
                _promise_objection(fact, word, without),
            ),
            column=now.name,
            before=word,
            was=old.column,
        )


def _promise_objection(fact: str, word: str, without: str) -> Objection:
    def objection(expected: Expected | None, _dialect: str) -> str:
        if expected is None:
            return f"reads it and does not say that it {without}"
        return f"declares it {word}" if getattr(expected, fact) else ""

    return objection


def _always(why: str) -> Objection:
    return lambda _expected, _dialect: why


def _derivation(column: NamedColumn) -> str:
    text = ", ".join(column.column.derived_from)
    return f"copy of {text}" if column.column.copy else text
