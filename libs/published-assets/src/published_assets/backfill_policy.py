"""A backfill policy for each code location, for backfills over several of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TypeVar

import dagster as dg

SMALLEST_LIMIT = 1_000_000
"""More partitions than any asset has: a limit that limits nothing."""
LIMITS = 1_000_000_000
"""Number of different limits."""


AnyAsset = TypeVar("AnyAsset")


def with_location_policy(
    assets: Iterable[AnyAsset], location: str
) -> list[AnyAsset | dg.AssetsDefinition]:
    """Keep a backfill from combining assets of two code locations in one run.

    Dagster 1.13.27 groups the assets of a backfill by partitions and backfill policy, but not by
    code location (`build_run_requests_with_backfill_policies`). A run over two code locations
    cannot be launched, and the whole backfill fails with "Failed to target asset selection". A
    policy that no other code location has separates them. The policy limits the partitions of a
    run, so it has no other effect on assets without partitions.

    Args:
        assets: All assets of a code location.
        location: Name of the code location.

    Returns:
        The same assets; those without partitions have the code location's backfill policy.
    """
    policy = location_policy(location)
    return [
        asset.with_attributes(backfill_policy=policy)
        if isinstance(asset, dg.AssetsDefinition) and asset.partitions_def is None
        else asset
        for asset in assets
    ]


def location_policy(location: str) -> dg.BackfillPolicy:
    """Return a backfill policy that is determined by the name of a code location."""
    limit = SMALLEST_LIMIT + zlib.crc32(location.encode()) % LIMITS
    return dg.BackfillPolicy.multi_run(max_partitions_per_run=limit)
