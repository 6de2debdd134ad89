"""Types of expressions: what an engine makes of its operands' types, or unknown.

A wrong type would be a false alarm in every reader, so a rule stands here only where the engine's
answer is certain; everything else is an empty text. DuckDB's rules were taken from its `DESCRIBE`
and are compared with it in the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dagster_lineage.extract.sql.values import LITERAL

INTEGERS = ("tinyint", "smallint", "integer", "bigint", "hugeint")
UNSIGNED = ("utinyint", "usmallint", "uinteger", "ubigint")
DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, LITERAL: 10}
FLOATS = ("float", "double")
TIMES = ("date", "timestamp", "timestamp with time zone")
MAX_DIGITS = 38
FAST_DIGITS = 18
"""DuckDB keeps products in 64 bits as long as both factors fit."""


@dataclass(frozen=True)
class Words:
    """The dialect's names of the types that functions give, empty where not certain."""

    text: str = ""
    boolean: str = "boolean"
    integer: str = ""
    """Of an integer literal."""
    long: str = "bigint"
    """Of `count`."""
    rank: str = "bigint"
    """Of `row_number` and its like."""
    double: str = "double"
    date: str = "date"
    timestamp: str = ""
    instant: str = ""
    """Of `current_timestamp`."""
    part: str = ""
    """Of lengths, parts of dates and differences between them."""
    root: str = ""
    """Of `sqrt`, `ln`, `random` and their like."""
    interval: str = ""


WORDS = {
    "duckdb": Words(
        text="varchar",
        integer="integer",
        timestamp="timestamp",
        instant="timestamp with time zone",
        part="bigint",
        root="double",
        interval="interval",
    ),
    "postgres": Words(
        text="text",
        integer="integer",
        double="double precision",
        timestamp="timestamp without time zone",
        instant="timestamp with time zone",
    ),
    "redshift": Words(integer="integer", double="double precision"),
    "spark": Words(
        text="string", integer="int", rank="int", timestamp="timestamp", instant="timestamp"
    ),
    "databricks": Words(
        text="string", integer="int", rank="int", timestamp="timestamp", instant="timestamp"
    ),
    "snowflake": Words(text="varchar", long="number(18,0)", rank="", double="float"),
    "bigquery": Words(
        text="string",
        boolean="bool",
        integer="int64",
        long="int64",
        rank="int64",
        double="float64",
        part="int64",
        root="float64",
        timestamp="timestamp",
        instant="timestamp",
    ),
    "trino": Words(integer="integer"),
}
NO_WORDS = Words(boolean="", long="", rank="", double="", date="")


class Types:
    """The rules of one dialect.

    Args:
        dialect: sqlglot's name of it.
    """

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.words = WORDS.get(dialect, NO_WORDS)
        self.duckdb = dialect == "duckdb"

    def final(self, type_: str) -> str:
        """The type of a column of this expression: a literal has got its own by then."""
        return self.words.integer if type_ is LITERAL else type_

    def number(self, text: str) -> str:
        """Of a numeric literal."""
        if text.isdigit():
            if self.duckdb and int(text) >= 2**31:
                return "bigint" if int(text) < 2**63 else ""
            return LITERAL
        if self.duckdb:
            if "e" in text.lower():
                return "double"
            whole, _, fraction = text.partition(".")
            digits = len(whole.lstrip("0")) or (1 if whole else 0)
            return decimal(digits + len(fraction), len(fraction))
        return ""

    def common(self, types: Sequence[str]) -> str:
        """Of `coalesce`, `case` and set operations over operands of these types.

        NULL's own type is not among them.
        """
        distinct = set(types)
        if len(distinct) == 1:
            return self.final(types[0])
        if "" in distinct or not distinct:
            return ""
        if not self.duckdb:
            distinct.discard(LITERAL)
            one = next(iter(distinct))
            return one if len(distinct) == 1 and self._takes_literal(one) else ""
        first, *rest = types
        for type_ in rest:
            first = self._wider(first, type_)
        return first

    def _takes_literal(self, type_: str) -> bool:
        return type_ in ("bigint", "int64", "double", "float64", "double precision", "numeric")

    def _wider(self, left: str, right: str) -> str:  # noqa: PLR0911 - a return per rule
        if left == right:
            return self.final(left)
        for one, other in ((left, right), (right, left)):
            if one is LITERAL and (other in INTEGERS or other in UNSIGNED):
                return other
        if left in INTEGERS and right in INTEGERS:
            return INTEGERS[max(INTEGERS.index(left), INTEGERS.index(right))]
        if left in TIMES and right in TIMES:
            return TIMES[max(TIMES.index(left), TIMES.index(right))]
        if left in FLOATS or right in FLOATS:
            return self._floating(left, right)
        first, second = parts(left), parts(right)
        if first and second:
            scale = max(first[1], second[1])
            whole = max(first[0] - first[1], second[0] - second[1])
            return decimal(min(whole + scale, MAX_DIGITS), min(scale, MAX_DIGITS - whole))
        return ""

    def _floating(self, left: str, right: str) -> str:
        if "double" in (left, right):
            other = right if left == "double" else left
            return "double" if other in FLOATS or other == "hugeint" or parts(other) else ""
        other = right if left == "float" else left
        return "float" if other == "float" or parts(other) else ""

    def add(self, left: str, right: str, *, minus: bool = False) -> str:
        """Of `+` and `-`."""
        if not self.duckdb:
            return (
                left if left == right and left in ("bigint", "double", "int64", "float64") else ""
            )
        if left in TIMES or right in TIMES:
            return self._moved(left, right, minus=minus)
        first, second = parts(left), parts(right)
        if first and second and ("(" in left or "(" in right):
            scale = max(first[1], second[1])
            whole = max(first[0] - first[1], second[0] - second[1])
            return decimal(min(whole + scale + 1, MAX_DIGITS), scale)
        return self._wider(left, right)

    def _moved(self, left: str, right: str, *, minus: bool) -> str:
        """Of arithmetic with dates and times."""
        if left in TIMES and right in TIMES:
            if not minus or left != right:
                return ""
            return "bigint" if left == "date" else "interval"
        moment, step = (left, right) if left in TIMES else (right, left)
        if step == "interval":
            return "timestamp" if moment == "date" else moment
        return "date" if moment == "date" and (step is LITERAL or step == "integer") else ""

    def multiply(self, left: str, right: str) -> str:
        """Of `*`."""
        if not self.duckdb:
            return (
                left if left == right and left in ("bigint", "double", "int64", "float64") else ""
            )
        first, second = parts(left), parts(right)
        if first and second and ("(" in left or "(" in right):
            scale = first[1] + second[1]
            digits = first[0] + second[0]
            if scale > MAX_DIGITS:
                return ""
            fits = max(first[0], second[0]) <= FAST_DIGITS and scale <= FAST_DIGITS
            return decimal(min(digits, FAST_DIGITS if fits else MAX_DIGITS), scale)
        return self._wider(left, right) if left not in TIMES and right not in TIMES else ""

    def divide(self, left: str, right: str) -> str:
        """Of `/`."""
        numeric = all(parts(type_) or type_ in (*FLOATS, "hugeint") for type_ in (left, right))
        if self.duckdb and numeric:
            return (
                "float" if "float" in (left, right) and "double" not in (left, right) else "double"
            )
        return "float64" if self.dialect == "bigquery" and left == right == "int64" else ""

    def modulo(self, left: str, right: str) -> str:
        """Of `%`."""
        first, second = parts(left), parts(right)
        if first and second:
            whole = max(first[0] - first[1], second[0] - second[1])
            if whole + max(first[1], second[1]) > MAX_DIGITS:
                return ""
        return self._wider(left, right) if self.duckdb else ""

    def quotient(self, left: str, right: str) -> str:
        """Of `//`."""
        whole = (*INTEGERS, LITERAL)
        return self._wider(left, right) if self.duckdb and left in whole and right in whole else ""

    def total(self, type_: str) -> str:  # noqa: PLR0911 - a return per rule
        """Of `sum`."""
        if self.duckdb:
            if type_ in INTEGERS or type_ is LITERAL or type_ == "boolean":
                return "hugeint"
            if type_ in FLOATS:
                return "double"
            found = parts(type_)
            return decimal(MAX_DIGITS, found[1]) if found else ""
        if self.dialect == "bigquery":
            return type_ if type_ in ("int64", "float64", "numeric", "bignumeric") else ""
        if self.dialect in ("spark", "databricks"):
            if type_ in ("int", "bigint", "smallint", "tinyint") or type_ is LITERAL:
                return "bigint"
            found = parts(type_)
            if found:
                return decimal(min(found[0] + 10, MAX_DIGITS), found[1])
            return "double" if type_ in FLOATS else ""
        if self.dialect in ("postgres", "redshift"):
            return "bigint" if type_ in ("integer", "smallint") else ""
        if self.dialect == "trino":
            return "bigint" if type_ in INTEGERS else ("double" if type_ == "double" else "")
        return ""

    def mean(self, type_: str) -> str:
        """Of `avg`."""
        if self.duckdb and (parts(type_) or type_ in (*FLOATS, "hugeint")):
            return "double"
        return ""

    def truncated(self, type_: str) -> str:
        """Of `date_trunc`."""
        if self.duckdb:
            return "timestamp" if type_ == "date" else (type_ if type_ in TIMES else "")
        return ""

    def rounded(self, type_: str, digits: str | None) -> str:
        """Of `round`; `digits` is the literal that it was given."""
        if not self.duckdb:
            return ""
        if type_ in FLOATS:
            return type_
        if type_.startswith("decimal("):
            precision, scale = parts(type_) or (0, 0)
            if digits is None or digits.isdigit():
                return decimal(precision, min(int(digits or 0), scale))
        return type_ if type_ in INTEGERS and digits is None else ""

    def whole(self, type_: str) -> str:
        """Of `ceil` and `floor`."""
        if self.duckdb and type_ in INTEGERS:
            return "double"
        return self.rounded(type_, None)

    def zoned(self, type_: str) -> str:
        """Of `at time zone`: it adds a zone to what has none and takes it from what has one."""
        if not self.duckdb:
            return ""
        return {TIMES[1]: TIMES[2], TIMES[2]: TIMES[1]}.get(type_, "")

    def listed(self, type_: str) -> str:
        """Of `array_agg`."""
        return f"{self.final(type_)}[]" if self.duckdb and type_ else ""


def decimal(precision: int, scale: int) -> str:
    """The name of a decimal type."""
    return f"decimal({precision},{scale})"


def parts(type_: str) -> tuple[int, int] | None:
    """Precision and scale of a decimal type, or of an integer that turns into one."""
    digits = DIGITS.get(type_)
    if digits is not None:
        return digits, 0
    if type_.startswith("decimal("):
        precision, _, scale = type_[8:-1].partition(",")
        return int(precision), int(scale or 0)
    return None
