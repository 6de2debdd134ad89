"""Names of tables in keys and in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

TableKey: TypeAlias = Sequence[str]
"""Schema and table: `("marts", "daily_order_summary")`, or the path of an asset key."""


def schema_and_table(key: TableKey) -> tuple[str, str]:
    """Return the two parts of a table's key.

    Raises:
        ValueError: the key does not have two parts.
    """
    if isinstance(key, str) or len(key) != 2:  # noqa: PLR2004 - schema and table
        raise ValueError(f"A table's key has two parts, schema and table: {key!r} does not.")
    return key[0], key[1]


def quoted(*names: str) -> str:
    """Return the names as one SQL identifier: `quoted("a", "b")` is `"a"."b"`."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """Return the text as an SQL string, for statements without parameters, such as ATTACH."""
    return "'" + text.replace("'", "''") + "'"
