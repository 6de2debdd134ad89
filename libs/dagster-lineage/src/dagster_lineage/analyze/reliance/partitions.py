"""Whether the partitions of producer and reader fit, as Dagster 1.13 maps them by default.

Without an explicit mapping (`infer_partition_mapping`), Dagster maps

* time windows on time windows: to the upstream windows that overlap, of any length. It refuses
  another time zone, and windows before the first upstream one fail in a backfill;
* several dimensions and one definition: to the dimension that equals it, or to the only dimension
  of time windows;
* anything else: to the same key, so both must be of one kind and each downstream key must exist
  upstream.

`tests/partitions` compares this with Dagster. Inside one code location Dagster checks part of it
when definitions load, between two it checks nothing.
"""

from __future__ import annotations

import datetime as dt

from dagster_lineage.analyze.reliance.cron_ticks import first_tick
from dagster_lineage.model import Edge, Partitions
from dagster_lineage.model.wording import listed

LONGEST_WINDOW = 31
"""Days of the longest time window."""

LISTED = 3
"""Number of keys in a message."""

_UTC = {"utc", "etc/utc", "gmt", "etc/gmt", "etc/uct", "zulu", "z"}


def partition_misfit(edge: Edge, upstream: Partitions | None, today: dt.date) -> str:
    """Return why Dagster cannot map the partitions of an edge, to follow "the reader".

    Args:
        edge: The edge; an explicit partition mapping always fits.
        upstream: Partitions of the producer.
        today: The day with which the end of partitions is compared.

    Returns:
        The reason; empty if the partitions fit or are not known.
    """
    downstream = edge.reader.partitions
    if upstream is None or downstream is None or edge.read.partition_mapping:
        return ""
    return misfit(upstream, downstream, today)


def misfit(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """Return why partitions do not fit, to follow "the reader"; empty if they do or are unknown."""
    kinds = {upstream.kind, downstream.kind}
    if "unknown" in kinds:
        return ""
    if upstream.kind == downstream.kind == "time":
        return _windows(upstream, downstream, today)
    if kinds == {"multi"}:
        return _all_dimensions(upstream, downstream, today)
    if "multi" in kinds:
        return _one_dimension(upstream, downstream, today)
    return _same_keys(upstream, downstream, today)


def _same_keys(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """Compare as Dagster's identity mapping: each downstream key must exist upstream."""
    if upstream.kind != downstream.kind:
        differ = "unknown" not in (upstream.kind, downstream.kind)
        return _other(upstream, downstream) if differ else ""
    if upstream.kind == "time":
        return _same_windows(upstream, downstream, today)
    if upstream.kind == "dynamic":
        differ = bool(upstream.name and downstream.name) and upstream.name != downstream.name
        return _other(upstream, downstream) if differ else ""
    lacking = [key for key in downstream.keys if key not in set(upstream.keys)]
    if not lacking or not upstream.keys:
        return ""
    return f"has partitions that the other lacks: {listed(lacking, LISTED, code=False)}"


def _same_windows(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """Compare dimensions of time windows, which Dagster maps by key and not by time."""
    if upstream.format != downstream.format:
        return f"names partitions `{downstream.format}`, the other `{upstream.format}`"
    return _range(upstream, downstream, today) if upstream.cron == downstream.cron else ""


def _windows(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """Compare as Dagster's time window mapping: upstream windows must cover each downstream one."""
    return _zones(upstream, downstream) or _range(upstream, downstream, today)


def _zones(upstream: Partitions, downstream: Partitions) -> str:
    zones = [one.timezone.casefold() for one in (upstream, downstream)]
    first, second = ("utc" if zone in _UTC else zone for zone in zones)
    if first == second or not all(zones):
        return ""
    return f"is cut in {downstream.timezone}, the other in {upstream.timezone}"


def _range(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    first, other_first = _first_window(upstream), _first_window(downstream)
    if first and other_first and other_first < first:
        return f"starts {other_first:%Y-%m-%d}, before the other does ({first:%Y-%m-%d})"
    end, other_end = _moment(upstream.end), _moment(downstream.end)
    if end and end.date() <= today:
        # Windows of another length end at another time, so those that may still fit are accepted.
        slack = dt.timedelta(days=0 if upstream.cron == downstream.cron else LONGEST_WINDOW)
        if other_end is None or other_end > end + slack:
            return f"goes on after the last partition of the other ({end:%Y-%m-%d})"
    return ""


def _first_window(partitions: Partitions) -> dt.datetime | None:
    """Return the start of the first window: the first tick of the schedule from the start on."""
    start = _moment(partitions.start)
    return first_tick(partitions.cron, start) if start else None


def _moment(text: str) -> dt.datetime | None:
    # Both ends are in one time zone, or `_zones` has reported them, so the zone can be dropped.
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def _all_dimensions(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """Compare dimension by dimension: Dagster joins the keys in the order of the names."""
    ours, theirs = sorted(upstream.dimensions.items()), sorted(downstream.dimensions.items())
    if not ours or not theirs:
        return ""
    if [name for name, _ in ours] != [name for name, _ in theirs]:
        return f"has the dimensions {_names(downstream)}, the other {_names(upstream)}"
    for (name, one), (_, other) in zip(ours, theirs, strict=True):
        why = _same_keys(one, other, today)
        if why:
            return f"{why} (dimension {name})"
    return ""


def _one_dimension(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    multi, single = (upstream, downstream) if upstream.kind == "multi" else (downstream, upstream)
    dimensions = list(multi.dimensions.values())
    if not dimensions or any(one.kind == "unknown" for one in dimensions) or single in dimensions:
        return "" if dimensions.count(single) <= 1 else f"fits several of {_names(multi)}"
    times = [one for one in dimensions if one.kind == "time"]
    if single.kind == "time" and len(times) == 1:
        first, second = (times[0], single) if multi is upstream else (single, times[0])
        return _windows(first, second, today)
    return _other(upstream, downstream)


def _other(upstream: Partitions, downstream: Partitions) -> str:
    return f"has {_described(downstream)}, the other {_described(upstream)}"


def _described(partitions: Partitions) -> str:
    if partitions.kind == "static":
        return f"the partitions {listed(partitions.keys, LISTED, code=False)}"
    if partitions.kind == "dynamic":
        return f"the dynamic partitions `{partitions.name}`"
    if partitions.kind == "multi":
        return f"partitions by {_names(partitions)}"
    return f"time windows ({partitions.cron})" if partitions.cron else "time windows"


def _names(partitions: Partitions) -> str:
    return " and ".join(sorted(partitions.dimensions))
