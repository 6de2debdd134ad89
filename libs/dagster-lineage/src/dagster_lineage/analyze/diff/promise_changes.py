"""What happened to what an asset promises: access, contract, grain, partitions, freshness."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dagster_lineage.analyze.diff.branch import Subject
from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.analyze.diff.durations import seconds_in
from dagster_lineage.analyze.diff.partition_changes import described, partition_change
from dagster_lineage.model import Asset, Edge


def promise_changes(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    """Every change of a promise that is about the asset as a whole.

    The table of `asset_changes` has their kinds. A reader has no way to declare that it relies on a
    grain, a contract or a freshness: it counts as changed along when the branch changes it at all.
    """
    for changes in (_access, _contract, _grain, _partitions, _freshness, _deprecation):
        yield from changes(subject, old, now)


def _access(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    project = subject.now.where.project
    ranks = {"private": 0, "protected": 1, "public": 2}
    if ranks.get(old.access, 2) > ranks.get(now.access, 2):
        yield subject.breaking(
            "access-narrowed",
            f"{now.key} is {now.access} now: other projects may not read it.",
            subject.branch.after.foreign(now.key, project, lambda _edge: True, f"reads {now.key}"),
            before=old.access,
            after=now.access,
        )
    elif old.access != now.access:
        yield subject.told(
            "access-widened",
            "compatible",
            f"The access to {now.key} is {now.access or 'not limited'} now.",
            before=old.access,
            after=now.access,
        )


def _contract(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    if old.contract and not now.contract:
        yield _unchanged_readers_hurt(
            subject, "contract-dropped", f"No contract holds for {now.key} any more."
        )
    elif now.contract and not old.contract:
        yield subject.told(
            "contract-enforced", "compatible", f"A contract holds for {now.key} now."
        )


def _grain(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    if [name.casefold() for name in sorted(old.grain)] != [
        name.casefold() for name in sorted(now.grain)
    ]:
        before, after = ", ".join(old.grain), ", ".join(now.grain)
        if old.grain:
            yield _unchanged_readers_hurt(
                subject,
                "grain-changed",
                f"A row of {now.key} was one {' and '.join(old.grain)}; now "
                + (f"it is one {' and '.join(now.grain)}." if now.grain else "nothing says so."),
                before=before,
                after=after,
            )
        else:
            yield subject.told(
                "grain-promised",
                "compatible",
                f"A row of {now.key} is one {' and '.join(now.grain)}.",
                before=before,
                after=after,
            )


def _partitions(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    change = partition_change(old.partitions, now.partitions)
    if change == "same":
        return
    before, after = described(old.partitions), described(now.partitions)
    message = f"The partitions of {now.key} are other ones: {after}."
    if change == "widened":
        yield subject.told("partitions-widened", "compatible", message, before=before, after=after)
        return

    def cut_otherwise(edge: Edge) -> bool:
        return edge.reader.partitions not in (None, now.partitions)

    yield _unchanged_readers_hurt(
        subject, f"partitions-{change}", message, objects=cut_otherwise, before=before, after=after
    )


def _freshness(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    if old.freshness == now.freshness:
        return
    before, after = old.freshness, now.freshness
    old_age, age = seconds_in(before), seconds_in(after)
    if not old.freshness:
        message = f"{now.key} promises to be fresh: {now.freshness}."
        yield subject.told("freshness-promised", "compatible", message, before=before, after=after)
    elif old_age is not None and age is not None and age <= old_age:
        message = f"{now.key} promises to be fresher: {now.freshness}."
        yield subject.told("freshness-tightened", "compatible", message, before=before, after=after)
    else:
        yield _unchanged_readers_hurt(
            subject,
            "freshness-loosened",
            f"{now.key} promised to be fresh ({old.freshness}); now: {now.freshness or 'nothing'}.",
            objects=lambda edge: bool(edge.reader.freshness),
            before=before,
            after=after,
        )


def _deprecation(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    before, after = old.deprecation_date, now.deprecation_date
    if before == after:
        return
    if not after:
        message = f"{now.key} is no longer deprecated."
        yield subject.told(
            "deprecation-withdrawn", "compatible", message, before=before, after=after
        )
    elif not before:
        message = f"{now.key} is deprecated and goes on {after[:10]}."
        yield subject.told("deprecated", "deprecated", message, before=before, after=after)
    else:
        later = after > before
        yield subject.told(
            "deprecation-moved",
            "compatible" if later else "deprecated",
            f"{now.key} goes {'later' if later else 'earlier'}: on {after[:10]}.",
            before=before,
            after=after,
        )


def _unchanged_readers_hurt(
    subject: Subject,
    kind: str,
    message: str,
    *,
    objects: Callable[[Edge], bool] = lambda _edge: True,
    before: str = "",
    after: str = "",
) -> Change:
    """Breaking for readers of other projects that object, unless the branch changes them too."""
    branch, now = subject.branch, subject.now
    return subject.breaking(
        kind,
        message,
        branch.after.foreign(
            now.asset.key,
            now.where.project,
            lambda edge: objects(edge) and not branch.changed_reader(edge),
            f"reads {now.asset.key} and is not changed",
        ),
        before=before,
        after=after,
    )
