"""Backfills over several code locations: "Materialize all" in the UI."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TypeVar

import dagster as dg

SMALLEST = 1_000_000
"""More partitions than anybody has: as a limit for one run it limits nothing."""
NUMBERS = 1_000_000_000
"""How many locations can be told apart."""


AnyAsset = TypeVar("AnyAsset")


def in_runs_of_their_own(
    assets: Iterable[AnyAsset], location: str
) -> list[AnyAsset | dg.AssetsDefinition]:
    """Keep a backfill from putting assets of two code locations into one run.

    Dagster groups what is ready by partitions and backfill policy, and not by location
    (`build_run_requests_with_backfill_policies`, dagster 1.13.27); a run over two locations cannot
    be launched, and the whole backfill fails with "Failed to target asset selection". A policy
    that no other location has keeps them apart. It says how many partitions a run may have, so for
    assets without partitions it says nothing else.

    Args:
        assets: All assets of a code location.
        location: Its name.

    Returns:
        The same assets; those without partitions have the location's own backfill policy.
    """
    policy = policy_of(location)
    return [
        asset.with_attributes(backfill_policy=policy)
        if isinstance(asset, dg.AssetsDefinition) and asset.partitions_def is None
        else asset
        for asset in assets
    ]


def policy_of(location: str) -> dg.BackfillPolicy:
    """A backfill policy that depends on nothing but the name of a location."""
    number = SMALLEST + zlib.crc32(location.encode()) % NUMBERS
    return dg.BackfillPolicy.multi_run(max_partitions_per_run=number)
