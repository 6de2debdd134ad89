"""How much a column type can hold, as numbers that two types of one family are compared by."""

from __future__ import annotations

import math

from dagster_lineage.model.type_names import Family, default_decimal

Size = tuple[float, ...]

_BITS = {
    8: "tinyint byte int1 utinyint uint8",
    16: "smallint short int2 int16 smallserial usmallint uint16",
    24: "mediumint",
    32: "integer int int4 int32 signed serial uinteger uint32 integral",
    64: "bigint long int8 int64 bigserial ubigint uint64 oid",
    128: "hugeint int128 uhugeint uint128",
}
_BITS_OF = {name: bits for bits, names in _BITS.items() for name in names.split()}
_SINGLE = frozenset({"real", "float4", "float32", "binary_float"})
_FLOAT_IS_DOUBLE = frozenset({"postgres", "redshift", "snowflake", "bigquery"})
_SECOND_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


def size_of(name: str, family: Family, numbers: list[int], engine: str) -> Size | None:
    """Return numbers that grow with what a type can hold; None if they are not known.

    Args:
        name: Name of the type, in lower case.
        family: Its family.
        numbers: Its parameters.
        engine: Name of the engine.
    """
    if family in ("unknown", "array", "map", "struct") or name.startswith("enum"):
        return None
    if family in ("integer", "decimal"):
        return _number_size(name, numbers, engine)
    if family == "float":
        is_single = name in _SINGLE or (name == "float" and engine not in _FLOAT_IS_DOUBLE)
        return (4.0 if is_single else 8.0,)
    if family in ("text", "binary"):
        return (numbers[0] if numbers else math.inf,)
    if family in ("time", "timetz", "timestamp", "timestamptz"):
        unit = name.rpartition("_")[2]
        return (float(numbers[0] if numbers else _SECOND_DIGITS.get(unit, 6)),)
    return ()


def _number_size(name: str, numbers: list[int], engine: str) -> Size:
    """Return digits before the point of the least and of the greatest number, and after it."""
    if name in _BITS_OF and engine == "snowflake":
        return 38.0, 38.0, 0.0  # All integers of Snowflake are NUMBER(38, 0).
    if name in _BITS_OF:
        unsigned = name.startswith("u")
        digits = math.log10(2) * (_BITS_OF[name] - (not unsigned))
        return 0.0 if unsigned else digits, digits, 0.0
    if not numbers:
        numbers = [*(default_decimal(name, engine) or ())]
    if not numbers:
        return math.inf, math.inf, math.inf
    precision, scale = (*numbers, 0)[:2]
    return float(precision - scale), float(precision - scale), float(scale)
