"""Names of tables: an asset's key is its table's schema and name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

TableKey: TypeAlias = Sequence[str]
"""Two parts, schema and table: `("marts", "daily_order_summary")`, or an asset key's path."""


def schema_and_table(key: TableKey) -> tuple[str, str]:
    """The two parts of a table's key.

    Raises:
        ValueError: there are more or fewer parts than two.
    """
    if isinstance(key, str) or len(key) != 2:  # noqa: PLR2004 - the two parts
        raise ValueError(f"A table's key has two parts, schema and table; {key!r} has not.")
    return key[0], key[1]


def quoted(*names: str) -> str:
    """The names as one SQL identifier: `quoted("a", "b")` is `"a"."b"`."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """The text as an SQL string, for statements that take no parameters, such as ATTACH."""
    return "'" + text.replace("'", "''") + "'"
