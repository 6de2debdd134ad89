"""Whether the partitions of two ends of an edge fit, as Dagster 1.13 maps them by itself.

Without an explicit mapping Dagster takes (`infer_partition_mapping`):

* two sets of time windows: the upstream windows that overlap, whatever their length. It refuses
  other time zones, and windows before the first upstream one fail when they are asked for;
* a set with several dimensions and a plain one: the one dimension that equals it, or the only
  dimension of time windows;
* anything else: the same key, so that the downstream keys must all exist upstream, and the two sets
  be of one kind.

`tests/partitions` holds it against Dagster itself. Inside one location Dagster checks part of this
when it loads; between two it does not.
"""

from __future__ import annotations

import datetime as dt

from dagster_lineage.analyze.cron_ticks import first_tick
from dagster_lineage.model import Partitions

LONGEST_WINDOW = 31
"""Days of the longest windows that anybody cuts."""

MOST = 3
"""Keys that a message tells."""

_UTC = {"utc", "etc/utc", "gmt", "etc/gmt", "etc/uct", "zulu", "z"}


def misfit(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """Why partitions do not fit, in words that follow on "the reader"; empty when they do.

    What is unknown fits.
    """
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
    """Dagster's identity: each downstream key must be one upstream."""
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
    more = f" and {len(lacking) - MOST} more" if len(lacking) > MOST else ""
    return f"has partitions that the other lacks: {', '.join(lacking[:MOST])}{more}"


def _same_windows(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """As dimensions of a set: there the names of windows are compared, not their times."""
    if upstream.format != downstream.format:
        return f"names partitions `{downstream.format}`, the other `{upstream.format}`"
    return _range(upstream, downstream, today) if upstream.cron == downstream.cron else ""


def _windows(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """Dagster's overlap: each downstream window must lie over upstream ones, of any length."""
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
        # Windows of other lengths end elsewhere: where they may still fit, nothing is said.
        slack = dt.timedelta(days=0 if upstream.cron == downstream.cron else LONGEST_WINDOW)
        if other_end is None or other_end > end + slack:
            return f"goes on after the last partition of the other ({end:%Y-%m-%d})"
    return ""


def _first_window(partitions: Partitions) -> dt.datetime | None:
    """Where the first window begins: at the schedule's first tick from the start on."""
    start = _moment(partitions.start)
    return first_tick(partitions.cron, start) if start else None


def _moment(text: str) -> dt.datetime | None:
    # Both ends are in one zone, or that is the fault: clock readings are enough.
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def _all_dimensions(upstream: Partitions, downstream: Partitions, today: dt.date) -> str:
    """Keys of several dimensions are joined in the order of their names: each pair must fit."""
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
    return f"has {_findings(downstream)}, the other {_findings(upstream)}"


def _findings(partitions: Partitions) -> str:
    if partitions.kind == "static":
        more = ", …" if len(partitions.keys) > MOST else ""
        return f"the partitions {', '.join(partitions.keys[:MOST])}{more}"
    if partitions.kind == "dynamic":
        return f"the dynamic partitions `{partitions.name}`"
    if partitions.kind == "multi":
        return f"partitions by {_names(partitions)}"
    return f"time windows ({partitions.cron})" if partitions.cron else "time windows"


def _names(partitions: Partitions) -> str:
    return " and ".join(sorted(partitions.dimensions))
