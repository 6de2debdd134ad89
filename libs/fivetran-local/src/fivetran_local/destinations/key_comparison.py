"""The keys that only one of a source and a destination has, without holding all keys in memory.

Deleted rows leave no mark in a source, so every sync compares all keys. Both sides are reduced to a
few thousand buckets, each with a count and two order-independent sums of 64-bit hashes. Only the
keys in buckets that differ are compared one by one. An insert and a delete that keep the count
change the sums.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeAlias

from duckdb import DuckDBPyConnection

from fivetran_local.names import quoted, quoted_list

Keys: TypeAlias = Callable[[], AbstractContextManager[str]]

CAME = "came"
"""Temporary table of the source's keys in buckets that differ."""
GONE = "gone"
"""Temporary table of the destination's keys that the source no longer has."""

_PRESENT = "present"
# The highest 12 bits of a hash: 4,096 buckets.
_BUCKET_SHIFT = 52


def compare_keys(
    connection: DuckDBPyConnection, key: Sequence[str], source: Keys, destination: Keys
) -> int | None:
    """Compare keys and, if some differ, create the tables `CAME` and `GONE`.

    Args:
        connection: The DuckDB connection that compares.
        key: Names of the key columns.
        source: Opens a query for these columns of the source; called once or twice.
        destination: The same for the destination's rows that are not deleted.

    Returns:
        The number of keys that only the source has; None if both have the same keys.
    """
    names, key_hash = quoted_list(key), f"hash({quoted_list(key)})"
    bucket = f"{key_hash} >> {_BUCKET_SHIFT}"
    sides = ((CAME, source), (_PRESENT, destination))
    for name, keys in sides:
        with keys() as query:
            connection.execute(
                f"create or replace temp table {name}_sums as select {bucket} as bucket,"
                f" count(*) as keys, bit_xor({key_hash}) as bits, sum({key_hash}) as total"
                f" from ({query}) group by bucket"
            )
    connection.execute(
        "create or replace temp table differing as"
        f" select bucket from (from {CAME}_sums except from {_PRESENT}_sums)"
        f" union select bucket from (from {_PRESENT}_sums except from {CAME}_sums)"
    )
    [(differing,)] = connection.execute("select count(*) from differing").fetchall()
    if not differing:
        return None
    for name, keys in sides:
        with keys() as query:
            connection.execute(
                f"create or replace temp table {name} as select {names} from ({query})"
                f" where {bucket} in (from differing)"
            )
    same = " and ".join(f"a.{quoted(name)} is not distinct from b.{quoted(name)}" for name in key)
    connection.execute(
        f"create or replace temp table {GONE} as"
        f" select a.* from {_PRESENT} as a anti join {CAME} as b on {same}"
    )
    [(missing,)] = connection.execute(
        f"select count(*) from {CAME} as a anti join {_PRESENT} as b on {same}"
    ).fetchall()
    return int(missing)
