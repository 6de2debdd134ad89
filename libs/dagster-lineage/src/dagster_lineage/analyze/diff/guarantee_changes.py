"""Changes of what an asset guarantees as a whole: access, contract, grain, freshness, an end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dagster_lineage.analyze.diff.branch import broken
from dagster_lineage.analyze.diff.changes import BrokenReader, Change
from dagster_lineage.analyze.diff.compared_asset import ComparedAsset
from dagster_lineage.analyze.reliance.readers import asset_reader
from dagster_lineage.model import Asset, Edge

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(
    r"(\d+(?:\.\d+)?)\s*(seconds?|s|minutes?|min|m|hours?|h|days?|d|weeks?|w)\b", re.IGNORECASE
)
_CLOCK = re.compile(r"\b(\d{1,3}):([0-5]\d):([0-5]\d)\b")


def guarantee_changes(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    """Yield every change of a guarantee of the whole asset.

    The table of `asset_changes` has their kinds. A reader cannot declare that it relies on a grain,
    a contract or a freshness, so it is taken as adapted if the branch changes it in any way.
    """
    for changes in (_access, _contract, _grain, _freshness, _deprecation):
        yield from changes(compared, old, now)


def foreign_readers(
    compared: ComparedAsset, reason: str, breaks: Callable[[Edge], bool] = lambda _edge: True
) -> Iterator[BrokenReader]:
    """Yield the assets of other projects that read an asset, if the change breaks them.

    Args:
        compared: The asset.
        reason: What they rely on.
        breaks: Whether the change breaks a reader.
    """
    for edge in compared.branch.after.graph.readers.get(compared.now.asset.key, ()):
        if edge.where.project != compared.now.where.project and breaks(edge):
            yield broken(asset_reader(edge), reason)


def _access(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    ranks = {"private": 0, "protected": 1, "public": 2}
    sides = (old.access, now.access)
    if ranks.get(old.access, 2) > ranks.get(now.access, 2):
        own = compared.now.where.interface.dbt_project
        readers = [
            *compared.branch.unmet("access", now.key),
            *foreign_readers(
                compared,
                f"reads {now.key}",
                lambda edge: not own or edge.where.interface.dbt_project != own,
            ),
        ]
        message = f"{now.key} is now {now.access}: other projects may not read it."
        yield compared.breaking("access-narrowed", message, readers, sides)
    elif old.access != now.access:
        message = f"The access to {now.key} is now {now.access or 'not limited'}."
        yield compared.change("access-widened", message, sides)


def _contract(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    if old.contract and not now.contract:
        message = f"{now.key} no longer has a contract."
        yield _breaking_if_unchanged(compared, "contract-dropped", message)
    elif now.contract and not old.contract:
        yield compared.change("contract-enforced", f"{now.key} now has a contract.")


def _grain(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    if old.grain == now.grain:
        return
    sides = (", ".join(old.grain), ", ".join(now.grain))
    if sorted(map(str.casefold, old.grain)) == sorted(map(str.casefold, now.grain)):
        return
    row = f"one row per {' and '.join(now.grain)}" if now.grain else "no guaranteed grain"
    if old.grain:
        message = f"{now.key} had one row per {' and '.join(old.grain)}; now it has {row}."
        yield _breaking_if_unchanged(compared, "grain-changed", message, sides)
    else:
        yield compared.change("grain-added", f"{now.key} now has {row}.", sides)


def _freshness(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    sides = before, after = old.freshness, now.freshness
    if before == after:
        return
    old_age, age = seconds_in(before), seconds_in(after)
    tighter = old_age is not None and age is not None and age <= old_age
    if not before or tighter:
        kind = "freshness-tightened" if before else "freshness-added"
        message = f"{now.key} now guarantees its freshness: {after}."
        yield compared.change(kind, message, sides)
    else:
        message = f"{now.key} guaranteed its freshness ({before}); now: {after or 'nothing'}."
        yield _breaking_if_unchanged(
            compared,
            "freshness-loosened",
            message,
            sides,
            breaks=lambda edge: bool(edge.reader.freshness),
        )


def _deprecation(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    sides = before, after = old.deprecation_date, now.deprecation_date
    if before == after:
        return
    if not after:
        yield compared.change("deprecation-withdrawn", f"{now.key} is not deprecated.", sides)
        return
    moved = f" {'later' if after > before else 'earlier'}:" if before else ""
    yield compared.change(
        "deprecation-moved" if before else "deprecated",
        f"{now.key} is deprecated and ends{moved} on {after[:10]}.",
        sides,
        level="compatible" if before and after > before else "deprecated",
    )


def _breaking_if_unchanged(
    compared: ComparedAsset,
    kind: str,
    message: str,
    sides: tuple[str, str] = ("", ""),
    *,
    breaks: Callable[[Edge], bool] = lambda _edge: True,
) -> Change:
    """Return a change that breaks readers of other projects which the branch does not change."""
    changed = compared.branch.changed_reader
    reason = f"reads {compared.now.asset.key} and is not changed"
    readers = foreign_readers(compared, reason, lambda edge: breaks(edge) and not changed(edge))
    return compared.breaking(kind, message, readers, sides)


def seconds_in(text: str) -> float | None:
    """Return the only time span that a text contains, in seconds; None if it has none or several.

    >>> seconds_in("at most 36 hours")
    129600.0
    """
    spans = [float(number) * _SECONDS[unit[0].lower()] for number, unit in _SPAN.findall(text)]
    spans += [
        int(hours) * 3600.0 + int(minutes) * 60 + int(seconds)
        for hours, minutes, seconds in _CLOCK.findall(text)
    ]
    return spans[0] if len(spans) == 1 else None
