"""What happened to an asset as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.diff.branch import Subject
from dagster_lineage.analyze.diff.changes import Change
from dagster_lineage.analyze.diff.promise_changes import promise_changes
from dagster_lineage.model import Asset, Source


def asset_changes(subject: Subject) -> Iterator[Change]:
    """Every change of an asset that is there at both ends, but for its columns.

    ======================  ==========  ==========================================================
    kind                    class       hurt at head
    ======================  ==========  ==========================================================
    key-changed             breaking    whoever names the old key
    project-changed         compatible  readers go by the key
    not-made                breaking    whoever names the key: it is only declared now
    relation-changed        breaking    dbt sources of other projects with another relation
    made-ephemeral          breaking    every other project: there is no table any more
    access-narrowed         breaking    every other project
    contract-dropped        breaking    other projects' readers that the branch does not change
    grain-changed           breaking    likewise
    partitions-changed      breaking    likewise, if partitioned themselves and not in the new way
    partitions-narrowed     breaking    likewise
    freshness-loosened      breaking    likewise, if they promise freshness themselves
    deprecated              deprecated
    deprecation-moved       deprecated  (compatible when later)
    ======================  ==========  ==========================================================

    All others are compatible: access-widened, contract-enforced, grain-promised, made-here,
    partitions-widened, freshness-promised, freshness-tightened, deprecation-withdrawn,
    owner-changed, group-changed, version-changed, materialization-changed, automation-changed,
    check-added, check-removed, check-weakened, check-strengthened, upstream-added,
    upstream-removed.
    """
    old, now = subject.old.asset, subject.now.asset
    if old != now or subject.old.where.project != subject.now.where.project:
        yield from _place(subject, old, now)
        yield from promise_changes(subject, old, now)
        yield from _rest(subject, old, now)


def _place(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    project, old_project = subject.now.where.project, subject.old.where.project
    after = subject.branch.after
    if old.key != now.key:
        still = [] if after.graph.producer(old.key) else after.on_key(old.key)
        yield subject.breaking(
            "key-changed",
            f"{old.key} has the key {now.key} now"
            + (f", and project {project} makes it." if project != old_project else "."),
            still,
            before=old.key,
            after=now.key,
        )
    elif project != old_project:
        yield subject.told(
            "project-changed",
            "compatible",
            f"{now.key} moved from project {old_project} to {project}.",
            before=old_project,
            after=project,
        )
    if old.executable and not now.executable:
        producer = after.graph.producer(now.key)
        yield subject.breaking(
            "not-made",
            f"{now.key} is only declared now: project {project} no longer makes it.",
            [] if producer else after.on_key(now.key),
        )
    elif now.executable and not old.executable:
        yield subject.told("made-here", "compatible", f"{now.key} is made by {project} now.")
    if old.key == now.key and old.relation and now.relation:
        yield from _relation(subject, old, now)
    if now.materialized == "ephemeral" != old.materialized:
        yield subject.breaking(
            "made-ephemeral",
            f"{now.key} is ephemeral now: there is no table to read.",
            after.foreign(now.key, project, lambda _edge: True, f"reads the table {now.key}"),
            before=old.materialized,
            after=now.materialized,
        )
    elif old.materialized != now.materialized:
        yield subject.told(
            "materialization-changed",
            "compatible",
            f"{now.key} is materialized as {now.materialized or 'unknown'} now.",
            before=old.materialized,
            after=now.materialized,
        )


def _relation(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    """A new relation: Python readers go by the key, dbt sources name the relation themselves."""
    if old.relation.casefold() == now.relation.casefold():
        return

    def elsewhere(source: Source) -> bool:
        return bool(source.relation) and source.relation.casefold() != now.relation.casefold()

    yield subject.breaking(
        "relation-changed",
        f"{now.key} is the relation {now.relation} now; it was {old.relation}.",
        subject.branch.after.foreign_sources(
            now.key, subject.now.where.project, elsewhere, f"reads another relation of {now.key}"
        ),
        before=old.relation,
        after=now.relation,
    )


def _rest(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    facts = (
        ("owner-changed", "owners", ", ".join(old.owners), ", ".join(now.owners)),
        ("group-changed", "group", old.group, now.group),
        ("version-changed", "version", old.version, now.version),
        ("version-changed", "latest version", old.latest_version, now.latest_version),
        ("automation-changed", "automation", old.automation, now.automation),
    )
    for kind, name, before, after in facts:
        if before != after:
            message = f"{now.key}: {name} {before or 'none'} became {after or 'none'}."
            yield subject.told(kind, "compatible", message, before=before, after=after)
    yield from _checks(subject, old, now)
    if old.reads == now.reads and subject.old.where.project == subject.now.where.project:
        return
    before_keys = {read.key for read in old.reads} - subject.branch.made_in(subject.old.where)
    after_keys = {read.key for read in now.reads} - subject.branch.made_in(subject.now.where)
    for key in sorted(after_keys - before_keys):
        message = f"{now.key} reads {key} now, which another project makes."
        yield subject.told("upstream-added", "compatible", message, after=key)
    for key in sorted(before_keys - after_keys):
        message = f"{now.key} no longer reads {key}."
        yield subject.told("upstream-removed", "compatible", message, before=key)


def _checks(subject: Subject, old: Asset, now: Asset) -> Iterator[Change]:
    before = {check.name: check for check in old.checks}
    after = {check.name: check for check in now.checks}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            kind, what = "check-removed", "is gone"
        elif name not in before:
            kind, what = "check-added", "is new"
        elif before[name].blocking and not after[name].blocking:
            kind, what = "check-weakened", "no longer stops what is downstream"
        elif after[name].blocking and not before[name].blocking:
            kind, what = "check-strengthened", "stops what is downstream when it fails"
        else:
            continue
        yield subject.told(kind, "compatible", f"The check {name} of {now.key} {what}.", after=name)
