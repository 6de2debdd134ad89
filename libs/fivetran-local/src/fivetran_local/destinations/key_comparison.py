"""Which keys a source and a destination do not share, without holding all keys of either.

Deletes leave no mark in a source, so every sync compares all keys. Both sides are reduced to a few
thousand buckets, each with a count and two order-independent sums of 64-bit hashes; only buckets
that differ are looked into key by key. An insert and a delete that leave the count as it was change
the sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fivetran_local.names import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    import duckdb

    Keys = Callable[[], AbstractContextManager[str]]

CAME = "came"
"""Temporary table of the source's keys in buckets that differ."""
GONE = "gone"
"""Temporary table of the landed keys that the source no longer has."""

_LANDED = "landed"
# The topmost 12 bits of a hash: 4,096 buckets.
_BUCKET_SHIFT = 52


def compare_keys(
    connection: duckdb.DuckDBPyConnection, key: Sequence[str], source: Keys, landed: Keys
) -> int | None:
    """Compare keys and, where they differ, leave the tables `CAME` and `GONE`.

    Args:
        connection: The DuckDB to compare in.
        key: The names of the key columns.
        source: Opens a query with these columns and the source's keys; opened once or twice.
        landed: The same for the keys of rows that are not marked as deleted.

    Returns:
        How many of the source's keys have not landed; None where both have the same keys.
    """
    for name, keys in ((CAME, source), (_LANDED, landed)):
        with keys() as query:
            connection.execute(
                f"create or replace temp table {name}_sums as select {_bucket(key)} as bucket,"
                f" count(*) as keys, bit_xor({_hash(key)}) as bits, sum({_hash(key)}) as total"
                f" from ({query}) group by bucket"
            )
    connection.execute(
        "create or replace temp table differing as"
        f" select bucket from (from {CAME}_sums except from {_LANDED}_sums)"
        f" union select bucket from (from {_LANDED}_sums except from {CAME}_sums)"
    )
    [(differing,)] = connection.execute("select count(*) from differing").fetchall()
    if not differing:
        return None
    names = ", ".join(map(quoted, key))
    for name, keys in ((CAME, source), (_LANDED, landed)):
        with keys() as query:
            connection.execute(
                f"create or replace temp table {name} as select {names} from ({query})"
                f" where {_bucket(key)} in (from differing)"
            )
    connection.execute(
        f"create or replace temp table {GONE} as {_without(_LANDED, CAME, key, 'a.*')}"
    )
    [(missing,)] = connection.execute(_without(CAME, _LANDED, key, "count(*)")).fetchall()
    return int(missing)


def _without(relation: str, other: str, key: Sequence[str], selected: str) -> str:
    same = " and ".join(f"a.{quoted(name)} is not distinct from b.{quoted(name)}" for name in key)
    return f"select {selected} from {relation} as a anti join {other} as b on {same}"


def _hash(key: Sequence[str]) -> str:
    return f"hash({', '.join(map(quoted, key))})"


def _bucket(key: Sequence[str]) -> str:
    return f"{_hash(key)} >> {_BUCKET_SHIFT}"
