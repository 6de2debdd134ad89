"""Which change of a column's type hurts a reader, over engines.

`compatible(produced, expected)` follows this table; a pair that it does not list does not fit.

| expected by the reader | fits what is produced as | and why |
|---|---|---|
| anything | unknown, and the other way round | what cannot be known is no fault |
| any integer | any integer | whole numbers; wider is a widening, smaller fits |
| any integer | decimal of scale 0 | a widening that stays whole; `(12,2)` brings fractions |
| decimal(p, s) | decimal(_, ≥ s) | more digits widen; fewer after the point lose cents |
| decimal(p, 0) | any integer | the same numbers; with s > 0 another unit |
| float, double | float, double | approximate; the exact ones add up and join otherwise |
| text | text of any length, enum | a length binds the writer, a reader gets text |
| date, time, timestamp | themselves, any precision | a day is no midnight |
| timestamptz | timestamptz | a clock's reading is no moment: never timestamp, nor back |
| array, map | the same, if elements fit | without element types: any |
| struct | struct, if the fields fit | new fields nobody asked for; one that is gone hurts |
| boolean, binary, interval, uuid | themselves | any other needs a cast that readers lack |
| json, variant, super | each other | paths work alike; text and structs are other things |

Widening passes in either direction, as one state of the code cannot tell which end moved: a reader
that declared `integer` before the producer went to `bigint` still reads whole numbers.
"""

from __future__ import annotations

from functools import lru_cache

from dagster_lineage.model.dialects import canonical_dialect
from dagster_lineage.model.type_parser import ColumnType, normal_form


@lru_cache(maxsize=8192)
def compatible(
    produced: str, expected: str, *, produced_dialect: str = "", expected_dialect: str = ""
) -> bool:
    """Whether a reader that expects one type can live with another; the module has the table.

    Args:
        produced: Type that the producer has, in its engine's spelling; empty: unknown.
        expected: Type that the reader relies on; empty: unknown.
        produced_dialect: Engine of the producer; without one, the reader's.
        expected_dialect: Engine of the reader; without one, the producer's.
    """
    ours = canonical_dialect(produced_dialect or expected_dialect)
    theirs = canonical_dialect(expected_dialect or produced_dialect)
    if ours == theirs and produced == expected:
        return True
    return _fits(normal_form(produced, ours), normal_form(expected, theirs))


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
