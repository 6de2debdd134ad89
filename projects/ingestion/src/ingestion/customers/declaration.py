"""Declaration of a customer export: its columns, and what a valid value of each is."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW_NUMBER = "row_number"
"""Column of the rejected rows: the row's number in the export."""
REASON = "reason"
"""Column of the rejected rows: why the row was rejected."""


class InvalidColumns(ValueError):
    """The columns of the customer export are declared in a way that cannot work."""


@dataclass(frozen=True)
class ValueType:
    """The type of a column's values."""

    name: str
    """Name in plain words."""
    pattern: str
    """Regular expression of the values in the export."""
    reason: str
    """Reason of a rejection; `{}` is the name of the column."""
    sql: str
    """Type of the column in the table of accepted rows."""
    arrow: str
    """The same type as a name of Arrow."""


TEXT = ValueType("text", r"(?s).+", "missing {}", "VARCHAR", "string")
# Without leading zeros equal numbers are equal texts; 18 digits fit BIGINT.
WHOLE_NUMBER = ValueType(
    "whole number", r"0|-?[1-9][0-9]{0,17}", "{} is not a whole number", "BIGINT", "int64"
)
# `schema.py` also rejects dates that do not exist.
DATE = ValueType(
    "date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "{} is not a date (YYYY-MM-DD)", "DATE", "date32"
)


@dataclass(frozen=True)
class ExportColumn:
    """A column of the customer export."""

    name: str
    """Name in the header of the export and in the tables."""
    type: ValueType
    """Type of the values."""
    description: str
    """Description in Dagster's UI and in the interface."""
    key: bool = False
    """Whether the column identifies the customer; exactly one column does."""
    required: bool = True
    """Whether every row has a value. Otherwise a missing value, or column, is null."""
    personal: bool = False
    """Whether previews in Dagster's UI mask the values."""
    pattern: str | None = None
    """Regular expression of valid values, in addition to the type's."""
    reason: str | None = None
    """Reason of a rejection; by default it is made from the name and the type."""

    def __post_init__(self) -> None:
        if self.key and not self.required:
            raise InvalidColumns(f"column `{self.name}`: the key is required in every row.")
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise InvalidColumns(
                f"column `{self.name}`: the pattern {self.pattern!r} is not a regular expression: "
                f"{error}."
            ) from None

    @property
    def rejection(self) -> str:
        """Reason for rejecting a row whose value is not valid."""
        return self.reason or self.type.reason.format(self.name.replace("_", " "))

    @property
    def patterns(self) -> tuple[str, ...]:
        """Regular expressions that a value has to match, all of them."""
        return (self.type.pattern, *([self.pattern] if self.pattern else []))


@dataclass(frozen=True)
class ExportColumns:
    """The columns of a customer export, in the order of the tables; the export may have any."""

    columns: tuple[ExportColumn, ...]
    """All columns that are loaded. Other columns of the export are ignored."""

    def __post_init__(self) -> None:
        # DuckDB's names of columns are not case-sensitive.
        names = Counter(name.lower() for name in self.names)
        for name, found in names.items():
            if found > 1:
                raise InvalidColumns(f"column `{name}` is declared twice.")
            if name in {ROW_NUMBER, REASON}:
                raise InvalidColumns(
                    f"column `{name}`: the table of rejected rows already has a column with this "
                    f"name."
                )
        keys = [column.name for column in self if column.key]
        if len(keys) != 1:
            declared = " and ".join(f"`{name}`" for name in keys) or "none"
            raise InvalidColumns(f"exactly one column is the key; declared: {declared}.")

    def __iter__(self) -> Iterator[ExportColumn]:
        return iter(self.columns)

    @property
    def names(self) -> list[str]:
        """Names of all columns."""
        return [column.name for column in self.columns]

    @property
    def key(self) -> ExportColumn:
        """The column that identifies the customer."""
        return next(column for column in self.columns if column.key)
