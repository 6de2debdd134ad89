"""Changes of the partitions of an asset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

import msgspec

from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.analyze.diff.compared_asset import ComparedAsset
from dagster_lineage.analyze.diff.guarantee_changes import foreign_readers
from dagster_lineage.model import Asset, Edge, Partitions

PartitionChange = Literal["same", "widened", "narrowed", "changed"]


def partition_changes(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    """Yield the change of an asset's partitions, if there is one.

    It breaks the readers whose partitions Dagster cannot map on the new ones, as rule PA01 reports.
    If the new ones are not known, it breaks unchanged readers with other partitions.
    """
    change = partition_change(old.partitions, now.partitions)
    if change == "same":
        return
    sides = (described(old.partitions), described(now.partitions))
    message = f"{now.key} has other partitions: {sides[1]}."
    unknown = now.partitions is not None and now.partitions.kind == "unknown"

    def differs(edge: Edge) -> bool:
        other = edge.reader.partitions not in (None, now.partitions)
        return unknown and other and not compared.branch.changed_reader(edge)

    if change == "widened":
        yield compared.change("partitions-widened", message, sides)
    else:
        readers = [
            *compared.branch.unmet("partitions", now.key),
            *foreign_readers(compared, f"reads {now.key} and is not changed", differs),
        ]
        yield compared.breaking(f"partitions-{change}", message, readers, sides)


def partition_change(before: Partitions | None, after: Partitions | None) -> PartitionChange:
    """Return how the partitions at head compare with those at base.

    `widened`: all partitions still exist under the same keys. `narrowed`: some are removed.
    `changed`: another schedule, time zone, key format, kind or name, or partitions where there were
    none.
    """
    if before == after:
        return "same"
    if before is None or after is None or before.kind != after.kind:
        return "changed"
    if before.kind == "time":
        return _windows(before, after)
    if before.kind == "static":
        return _joined([_sets(set(before.keys), set(after.keys))])
    if before.kind == "multi" and before.dimensions.keys() == after.dimensions.keys():
        return _joined(
            [
                partition_change(one, after.dimensions[name])
                for name, one in before.dimensions.items()
            ]
        )
    return "changed"


def described(partitions: Partitions | None) -> str:
    """Return partitions in a few words, for a message."""
    if partitions is None:
        return "not partitioned"
    if partitions.kind == "time":
        span = f" from {partitions.start}" if partitions.start else ""
        span += f" to {partitions.end}" if partitions.end else ""
        zone = f" {partitions.timezone}" if partitions.timezone else ""
        return f"{partitions.cron}{zone}{span}"
    if partitions.kind == "static":
        return ", ".join(partitions.keys)
    if partitions.kind == "multi":
        parts = partitions.dimensions.items()
        return " by ".join(f"{name}: {described(one)}" for name, one in parts)
    return f"{partitions.kind} {partitions.name}".rstrip()


def _windows(before: Partitions, after: Partitions) -> PartitionChange:
    ends = {"start": "", "end": ""}
    if msgspec.structs.replace(before, **ends) != msgspec.structs.replace(after, **ends):
        return "changed"
    changes: list[PartitionChange] = []
    if before.start != after.start:
        changes.append("widened" if _moment(after.start) < _moment(before.start) else "narrowed")
    if before.end != after.end:
        later = not after.end or (bool(before.end) and _moment(after.end) > _moment(before.end))
        changes.append("widened" if later else "narrowed")
    return _joined(changes)


def _moment(text: str) -> tuple[bool, float, str]:
    """Return a sort key: ISO dates and times in order, and before them any other text."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return False, 0.0, text
    return True, moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp(), ""


def _sets(before: set[str], after: set[str]) -> PartitionChange:
    if before == after:
        return "same"
    if before < after:
        return "widened"
    return "narrowed" if after < before else "changed"


def _joined(changes: list[PartitionChange]) -> PartitionChange:
    kinds = set(changes) - {"same"}
    if len(kinds) > 1:
        return "changed"
    return kinds.pop() if kinds else "same"
