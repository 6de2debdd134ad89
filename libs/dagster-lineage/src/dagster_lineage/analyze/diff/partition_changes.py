"""What a change of an asset's partitions means: are the old ones all still there?"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from dagster_lineage.model import Partitions

PartitionChange = Literal["same", "widened", "narrowed", "changed"]


def partition_change(before: Partitions | None, after: Partitions | None) -> PartitionChange:
    """How the new partitions stand to the old ones.

    `widened` still has every old partition under the same key, `narrowed` has only old ones, and
    `changed` is cut otherwise: another schedule, zone, key format, kind or name, or partitions
    where there were none.
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
    """Partitions in a few words, for a message."""
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
    """Sorts ISO dates and times as moments, and before them what is none, as text."""
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
