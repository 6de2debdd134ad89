"""Which types a reader can read, and how a type changes, over all engines.

`compatible(produced, expected)` follows this table. A pair that it does not list does not fit.

| expected by the reader | fits if produced as | reason |
|---|---|---|
| anything | unknown, and the other way round | what is not known is not reported |
| any integer | any integer | whole numbers, whatever their width |
| any integer | decimal of scale 0 | still whole numbers; `(12,2)` has fractions |
| decimal(p, s) | decimal(_, ≥ s) | more digits are read; fewer after the point lose cents |
| decimal(p, 0) | any integer | the same numbers; with s > 0 another unit |
| float, double | float, double | approximate; exact numbers add up and join differently |
| text | text of any length, enum | a length restricts the producer, a reader gets text |
| date, time, timestamp | themselves, any precision | a day is not a midnight |
| timestamptz | timestamptz | a local time is not a moment: never timestamp, nor back |
| array, map | the same, if the elements fit | without element types: any |
| struct | struct, if the fields fit | new fields are ignored; a removed one breaks |
| boolean, binary, interval, uuid | themselves | any other needs a cast |
| json, variant, super | each other | paths work alike; text and structs are something else |

Wider types fit in either direction, because a single state of the code does not show which end
changed: a reader that declared `integer` before the producer went to `bigint` still reads whole
numbers. `type_change` compares two states of one column and does consider widths.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from dagster_lineage.model.dialects import canonical_dialect
from dagster_lineage.model.type_parser import ColumnType, normal_form
from dagster_lineage.model.type_sizes import Size

TypeChange = Literal["same", "known", "unknown", "widened", "narrowed", "changed"]


@lru_cache(maxsize=8192)
def compatible(
    produced: str, expected: str, *, produced_dialect: str = "", expected_dialect: str = ""
) -> bool:
    """Return whether a reader that expects one type can read another, by the table of the module.

    Args:
        produced: Type of the producer, in its engine's spelling; empty if unknown.
        expected: Type that the reader relies on; empty if unknown.
        produced_dialect: Engine of the producer; the reader's by default.
        expected_dialect: Engine of the reader; the producer's by default.
    """
    ours = canonical_dialect(produced_dialect or expected_dialect)
    theirs = canonical_dialect(expected_dialect or produced_dialect)
    if ours == theirs and produced == expected:
        return True
    return _fits(normal_form(produced, ours), normal_form(expected, theirs))


def type_change(before: str, after: str, dialect: str = "") -> TypeChange:
    """Return how the type of a column at head compares with its type at base.

    `widened`: it holds every value of the old type (`integer` became `bigint`), and what reads the
    old type can read it. `narrowed`: it cannot hold some values (`decimal(18,4)` became
    `decimal(18,2)`), which are cut, or the producer fails. `same`: another spelling. `known` and
    `unknown`: only one of the types is known. `changed`: none of these.

    Args:
        before: Type at base, as the interface has it.
        after: Type at head.
        dialect: Engine whose spelling both have.
    """
    if not before or not after:
        return "same" if before == after else "known" if after else "unknown"
    old, new = (normal_form(text, dialect) for text in (before, after))
    unknown = "unknown" in (old.family, new.family)
    if (old == new and not unknown) or _letters(before) == _letters(after):
        return "same"
    if not _fits(new, old):
        return "narrowed" if _fits(old, new) else "changed"
    if old.size is None or new.size is None or len(old.size) != len(new.size):
        # Nested types that fit in both directions may still have a narrower part.
        return "changed" if _fits(old, new) else "widened"
    return _size_change(old.size, new.size)


def _size_change(old: Size, new: Size) -> TypeChange:
    if old == new:
        return "same"
    pairs = [*zip(old, new, strict=True)]
    if all(one <= other for one, other in pairs):
        return "widened"
    return "narrowed" if all(one >= other for one, other in pairs) else "changed"


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()


def _fits(produced: ColumnType, expected: ColumnType) -> bool:
    families = (produced.family, expected.family)
    if "unknown" in families:
        return True
    if families == ("decimal", "integer"):
        return produced.scale in (None, 0)
    if families == ("integer", "decimal"):
        return expected.scale in (None, 0)
    return produced.family == expected.family and (
        _digits_fit(produced.scale, expected.scale)
        and all(map(_fits, produced.elements, expected.elements))
        and _fields_fit(produced, expected)
    )


def _digits_fit(produced: int | None, expected: int | None) -> bool:
    return produced is None or expected is None or produced >= expected


def _fields_fit(produced: ColumnType, expected: ColumnType) -> bool:
    if produced.fields is None or expected.fields is None:
        return True
    have = dict(produced.fields)
    return all(name in have and _fits(have[name], wanted) for name, wanted in expected.fields)
