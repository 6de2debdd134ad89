"""How the type of a column at head compares with its type at base: wider, narrower, another one."""

from __future__ import annotations

import math
import re
from typing import Literal

from dagster_lineage.model.dialects import canonical_dialect
from dagster_lineage.model.type_compatibility import compatible
from dagster_lineage.model.type_parser import normal_form

TypeChange = Literal["same", "known", "unknown", "widened", "narrowed", "changed"]
Size = tuple[float, ...]

_BITS = {
    8: "tinyint byte int1 utinyint uint8",
    16: "smallint short int2 int16 smallserial usmallint uint16",
    24: "mediumint",
    32: "integer int int4 int32 signed serial uinteger uint32 oid integral",
    64: "bigint long int8 int64 bigserial ubigint uint64",
    128: "hugeint int128 uhugeint uint128",
}
_BITS_OF = {name: bits for bits, names in _BITS.items() for name in names.split()}
_SINGLE = frozenset({"real", "float4", "float32", "binary_float"})
_FLOAT_IS_DOUBLE = frozenset({"postgres", "redshift", "snowflake", "bigquery"})
_SECOND_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_PARTS = re.compile(r"^\s*([^(\[<]+?)\s*(?:\((.*)\)[a-z_ ]*)?$", re.IGNORECASE | re.DOTALL)


def type_change(before: str, after: str, dialect: str = "") -> TypeChange:
    """Return how the type of a column at head compares with its type at base.

    `widened`: it holds every value of the old type (`integer` became `bigint`), and what reads the
    old type can read it. `narrowed`: it cannot hold some values (`decimal(18,4)` became
    `decimal(18,2)`), which are cut, or the producer fails. `same`: another spelling. `known` and
    `unknown`: only one of the types is known. `changed`: none of these.

    `type_compatibility` decides what a reader can read. It ignores widths, because a single state
    of the code does not show which end changed. Here both states are known.

    Args:
        before: Type at base, as the interface has it.
        after: Type at head.
        dialect: Engine whose spelling both have.
    """
    if not before or not after:
        return "same" if before == after else "known" if after else "unknown"
    if _plain(before) == _plain(after):
        return "same"
    readable = _fits(after, before, dialect)
    if not readable:
        return "narrowed" if _fits(before, after, dialect) else "changed"
    old, new = _size(before, dialect), _size(after, dialect)
    if old is None or new is None or len(old) != len(new):
        # Nested types that fit in both directions may still have a narrower part.
        return "changed" if _fits(before, after, dialect) else "widened"
    return _compared(old, new)


def _compared(old: Size, new: Size) -> TypeChange:
    if old == new:
        return "same"
    if all(one <= other for one, other in zip(old, new, strict=True)):
        return "widened"
    return "narrowed" if all(a >= b for a, b in zip(old, new, strict=True)) else "changed"


def _fits(produced: str, expected: str, dialect: str) -> bool:
    return compatible(produced, expected, produced_dialect=dialect, expected_dialect=dialect)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _size(text: str, dialect: str) -> Size | None:
    """Return numbers that grow with what a type can hold; None if they are not known."""
    engine = canonical_dialect(dialect)
    family = normal_form(text, engine).family
    match = _PARTS.match(text)
    if match is None or match[1].casefold() == "enum" or family in ("array", "map", "struct"):
        return None
    name = match[1].casefold()
    numbers = [float(one) for one in re.findall(r"\d+", match[2] or "")]
    if family in ("integer", "decimal"):
        return _number_size(name, numbers, engine)
    if family == "float":
        is_single = name in _SINGLE or (name == "float" and engine not in _FLOAT_IS_DOUBLE)
        return (4.0 if is_single else 8.0,)
    if family in ("text", "binary"):
        return (numbers[0] if numbers else math.inf,)
    if family in ("time", "timetz", "timestamp", "timestamptz"):
        unit = name.rpartition("_")[2]
        return (numbers[0] if numbers else float(_SECOND_DIGITS.get(unit, 6)),)
    return ()


def _number_size(name: str, numbers: list[float], engine: str) -> Size:
    """Return digits before the point of the least and of the greatest number, and after it."""
    if name in _BITS_OF and engine == "snowflake":
        return 38.0, 38.0, 0.0  # All integers of Snowflake are NUMBER(38, 0).
    if name in _BITS_OF:
        unsigned = name.startswith("u")
        digits = math.log10(2) * (_BITS_OF[name] - (not unsigned))
        return 0.0 if unsigned else digits, digits, 0.0
    if not numbers:
        return math.inf, math.inf, math.inf
    scale = numbers[1] if len(numbers) > 1 else 0.0
    return numbers[0] - scale, numbers[0] - scale, scale
