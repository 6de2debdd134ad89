"""The partitions that `platform run` materializes, and their runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dagster import (
    AssetPartitionStatus,
    PartitionKeyRange,
    PartitionsDefinition,
    partition_loading_context,
)

from dagster_lineage.api import did_you_mean
from platform_commands.asset_graph import AssetName
from platform_commands.dagster_internals.runs import (
    RANGE_END_TAG,
    RANGE_START_TAG,
    backfill_requests,
)
from platform_commands.dagster_internals.workspace import LoadedWorkspace, asset_key
from platform_commands.errors import InvalidPartitions
from platform_commands.plan import RunGroup

MISSING = "missing"
LATEST = "latest"
ALL = "all"
RANGE = ".."


@dataclass(frozen=True)
class RunTarget:
    """The assets and partitions that one run materializes."""

    assets: tuple[AssetName, ...]
    partitions: int = 0
    """Number of partitions; 0 for assets without partitions."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Dagster's tags for the partition, or for the first and last partition of the range."""


def run_targets(
    workspace: LoadedWorkspace, group: RunGroup, assets: Sequence[AssetName], wanted: str
) -> list[RunTarget]:
    """Return the runs that materialize assets of a group.

    Args:
        workspace: The loaded code locations.
        group: The group.
        assets: Its assets that can be materialized.
        wanted: The value of `--partitions`: "missing" (never materialized, or failed; the latest
            if there are none), "latest", "all", or "START..END".

    Returns:
        The runs; none if the partitions definition has no partition yet.

    Raises:
        InvalidPartitions: "START..END" names a partition that does not exist.
    """
    if not group.run_class.partitioning:
        return [RunTarget(tuple(assets))]
    definition = workspace.partitions_of(assets[0])
    with partition_loading_context(dynamic_partitions_store=workspace.instance):
        existing = list(definition.get_partition_keys())
        if wanted == MISSING:
            chosen = _missing(workspace, assets, definition, existing) or existing[-1:]
        else:
            chosen = _named(wanted, existing, assets[0])
        return [
            RunTarget(tuple(assets), _size(definition, request.tags), request.tags)
            for request in backfill_requests(workspace, assets, chosen)
        ]


def check_partitions(workspace: LoadedWorkspace, groups: Sequence[RunGroup], wanted: str) -> None:
    """Check the value of `--partitions` against all partitioned assets, before anything runs.

    Raises:
        InvalidPartitions: The value is not valid, or an asset does not have these partitions.
    """
    if wanted in {MISSING, LATEST, ALL}:
        return
    if RANGE not in wanted:
        hint = did_you_mean(wanted, [MISSING, LATEST, ALL, f"START{RANGE}END"])
        raise InvalidPartitions(f"--partitions {wanted} is not valid: {hint}")
    partitioned = [group.assets[0] for group in groups if group.run_class.partitioning]
    if not partitioned:
        raise InvalidPartitions(
            f"--partitions {wanted} has no effect: no selected asset has partitions."
        )
    with partition_loading_context(dynamic_partitions_store=workspace.instance):
        for name in partitioned:
            _named(wanted, list(workspace.partitions_of(name).get_partition_keys()), name)


def _missing(
    workspace: LoadedWorkspace,
    assets: Sequence[AssetName],
    definition: PartitionsDefinition[str],
    existing: Sequence[str],
) -> list[str]:
    """Return the partitions that are not materialized in one of the assets."""
    missing: set[str] = set()
    for name in assets:
        status = workspace.instance.get_status_by_partition(asset_key(name), existing, definition)
        missing |= {
            partition
            for partition in existing
            if (status or {}).get(partition) is not AssetPartitionStatus.MATERIALIZED
        }
    return [partition for partition in existing if partition in missing]


def _named(wanted: str, existing: Sequence[str], name: AssetName) -> list[str]:
    if wanted == LATEST:
        return list(existing[-1:])
    if wanted == ALL:
        return list(existing)
    start, _, end = wanted.partition(RANGE)
    for partition in (start, end):
        if partition not in existing:
            span = f" Its partitions: {existing[0]} to {existing[-1]}." if existing else ""
            raise InvalidPartitions(
                f"{name} has no partition '{partition}': {did_you_mean(partition, existing)}{span}"
            )
    first, last = existing.index(start), existing.index(end)
    if first > last:
        raise InvalidPartitions(
            f"{wanted} ends before it starts. Did you mean {end}{RANGE}{start}?"
        )
    return list(existing[first : last + 1])


def _size(definition: PartitionsDefinition[str], tags: Mapping[str, str]) -> int:
    start, end = tags.get(RANGE_START_TAG), tags.get(RANGE_END_TAG)
    if start is None or end is None:
        return 1
    return len(definition.get_partition_keys_in_range(PartitionKeyRange(start, end)))
