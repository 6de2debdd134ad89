"""Which partitions of an asset a run fills, and in how many runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster import (
    AssetKey,
    DagsterInstance,
    PartitionKeyRange,
    PartitionsDefinition,
    partition_loading_context,
)
from dagster import _check as check
from dagster._core.definitions.automation_tick_evaluation_context import (
    build_run_requests_with_backfill_policies,
)
from dagster._core.definitions.events import AssetKeyPartitionKey
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
)

from platform_commands.errors import PartitionsWrong, did_you_mean
from platform_commands.graph import AssetName
from platform_commands.plan import Group
from platform_commands.workspace import Workspace, dagster_key

MISSING = "missing"
LATEST = "latest"
ALL = "all"
RANGE = ".."


@dataclass(frozen=True)
class Slice:
    """What one run makes: some assets, and of partitioned ones some partitions."""

    assets: tuple[AssetName, ...]
    partitions: int
    """How many; 0 without partitions."""
    tags: Mapping[str, str]
    """Dagster's tags that tell the run its partition, or the first and last of its range."""


def slices(
    workspace: Workspace, group: Group, assets: Sequence[AssetName], wanted: str
) -> list[Slice]:
    """The runs that make a group's assets, by the same function as Dagster's own backfills.

    With the backfill policy `single_run` each unbroken range of partitions is one run that carries
    Dagster's range tags; with no policy each partition is a run.

    Args:
        workspace: Where the assets are.
        group: Whose partitioning.
        assets: Those of the group that can be made.
        wanted: "missing" (never materialized, or failed; the latest if there are none), "latest",
            "all", or "START..END".

    Returns:
        No slice at all if no partition exists yet.

    Raises:
        PartitionsWrong: "START..END" names a partition that there is not.
    """
    if group.partitioning is None:
        return [Slice(tuple(assets), partitions=0, tags={})]
    keys = [dagster_key(name) for name in assets]
    graph, instance = workspace.dagster_graph, workspace.instance
    definition = check.not_none(graph.get(keys[0]).partitions_def)
    with partition_loading_context(dynamic_partitions_store=instance):
        existing = list(definition.get_partition_keys())
        if wanted == MISSING:
            chosen = _missing(instance, keys, definition, existing) or existing[-1:]
        else:
            chosen = _named(wanted, existing, group)
        requests = build_run_requests_with_backfill_policies(
            {AssetKeyPartitionKey(key, partition) for key in keys for partition in chosen},
            graph,
            dynamic_partitions_store=instance,
        )
        return [
            Slice(tuple(assets), _size(definition, request.tags), request.tags)
            for request in requests
        ]


def check_range(workspace: Workspace, groups: Sequence[Group], wanted: str) -> None:
    """Make sure, before anything runs, that the wanted partitions exist wherever they are wanted.

    Raises:
        PartitionsWrong: an asset does not have them, or the words are none that are known.
    """
    if wanted in {MISSING, LATEST, ALL}:
        return
    if RANGE not in wanted:
        raise PartitionsWrong(
            f"--partitions {wanted} is none of {MISSING}, {LATEST}, {ALL} and START{RANGE}END."
            + did_you_mean(wanted, [MISSING, LATEST, ALL])
        )
    partitioned = [group for group in groups if group.partitioning is not None]
    if not partitioned:
        raise PartitionsWrong(
            f"--partitions {wanted} is of no use: no asset of the selection has partitions."
        )
    with partition_loading_context(dynamic_partitions_store=workspace.instance):
        for group in partitioned:
            node = workspace.dagster_graph.get(dagster_key(group.assets[0]))
            _named(wanted, list(check.not_none(node.partitions_def).get_partition_keys()), group)


def _missing(
    instance: DagsterInstance,
    keys: Sequence[AssetKey],
    definition: PartitionsDefinition[str],
    existing: Sequence[str],
) -> list[str]:
    """Partitions that one of the assets does not have, or whose last run failed."""
    missing: set[str] = set()
    for key in keys:
        status = get_and_update_asset_status_cache_value(instance, key, definition)
        if status is None:
            return list(existing)
        materialized = status.deserialize_materialized_partition_subsets(definition)
        failed = status.deserialize_failed_partition_subsets(definition)
        missing |= set(existing) - set(materialized.get_partition_keys())
        missing |= set(failed.get_partition_keys())
    return [partition for partition in existing if partition in missing]


def _named(wanted: str, existing: Sequence[str], group: Group) -> list[str]:
    if wanted == LATEST:
        return list(existing[-1:])
    if wanted == ALL:
        return list(existing)
    start, _, end = wanted.partition(RANGE)
    for partition in (start, end):
        if partition not in existing:
            span = f"{existing[0]} to {existing[-1]}" if existing else "none"
            raise PartitionsWrong(
                f"{group.assets[0]} has no partition '{partition}'; it has {span}."
                + did_you_mean(partition, existing)
            )
    first, last = existing.index(start), existing.index(end)
    if first > last:
        raise PartitionsWrong(f"The range {wanted} is the wrong way round: write {end}..{start}.")
    return list(existing[first : last + 1])


def _size(definition: PartitionsDefinition[str], tags: Mapping[str, str]) -> int:
    start, end = tags.get(ASSET_PARTITION_RANGE_START_TAG), tags.get(ASSET_PARTITION_RANGE_END_TAG)
    if start is None or end is None:
        return 1
    return len(definition.get_partition_keys_in_range(PartitionKeyRange(start, end)))
