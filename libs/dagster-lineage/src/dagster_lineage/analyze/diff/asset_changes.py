"""Changes of an asset as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_lineage.analyze.diff.branch import broken
from dagster_lineage.analyze.diff.changes import BrokenReader, Change
from dagster_lineage.analyze.diff.compared_asset import ComparedAsset
from dagster_lineage.analyze.diff.guarantee_changes import foreign_readers, guarantee_changes
from dagster_lineage.analyze.diff.partition_changes import partition_changes
from dagster_lineage.analyze.reliance.readers import asset_reader, source_reader
from dagster_lineage.model import Asset


def asset_changes(compared: ComparedAsset) -> Iterator[Change]:
    """Yield every change of an asset that exists at base and head, except those of its columns.

    ======================  ==========  ==========================================================
    kind                    level       broken readers at head
    ======================  ==========  ==========================================================
    key-changed             breaking    all that name the old key
    project-changed         compatible  readers name the key
    no-longer-produced      breaking    all that name the key: it is only declared now
    relation-changed        breaking    dbt sources, and refs into an installed package, of other
                                        projects with another relation
    became-ephemeral        breaking    all of other projects: there is no table any more
    access-narrowed         breaking    all of other projects
    contract-dropped        breaking    of other projects, if the branch does not change them
    grain-changed           breaking    of other projects, if the branch does not change them
    partitions-changed      breaking    whose partitions Dagster cannot map on the new ones
    partitions-narrowed     breaking    whose partitions Dagster cannot map on the new ones
    freshness-loosened      breaking    of other projects that guarantee a freshness themselves, if
                                        the branch does not change them
    deprecated              deprecated
    deprecation-moved       deprecated  (compatible when later)
    ======================  ==========  ==========================================================

    All others are compatible: access-widened, contract-enforced, grain-added, now-produced,
    partitions-widened, freshness-added, freshness-tightened, deprecation-withdrawn, owner-changed,
    group-changed, version-changed, materialization-changed, automation-changed, check-added,
    check-removed, check-weakened, check-strengthened, upstream-added, upstream-removed.
    """
    old, now = compared.old.asset, compared.now.asset
    if old != now or compared.old.where.project != compared.now.where.project:
        yield from _identity(compared, old, now)
        yield from _table(compared, old, now)
        yield from guarantee_changes(compared, old, now)
        yield from partition_changes(compared, old, now)
        yield from _other_facts(compared, old, now)
        if old.checks != now.checks:
            yield from _checks(compared, old, now)
        yield from _upstream(compared, old, now)


def removed(compared: ComparedAsset) -> Change:
    """Return the removal of an asset, which breaks all that name a key without other producer."""
    asset = compared.old.asset
    date = asset.deprecation_date[:10]
    message = f"{asset.key} was removed" + (f"; it was deprecated until {date}." if date else ".")
    return compared.breaking(
        "asset-removed", message, _naming(compared, asset.key), (asset.key, "")
    )


def _naming(compared: ComparedAsset, key: str) -> Iterator[BrokenReader]:
    """Yield everything that names a key at head; nothing if the key has a producer there."""
    readers = compared.branch.after
    if readers.graph.producer(key) is None:
        yield from (broken(reader, f"{reader.verb} {key}") for reader in readers.of_key(key))


def _identity(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    project, old_project = compared.now.where.project, compared.old.where.project
    if old.key != now.key:
        message = f"{old.key} now has the key {now.key}"
        message += f", in project {project}." if project != old_project else "."
        readers = _naming(compared, old.key)
        yield compared.breaking("key-changed", message, readers, (old.key, now.key))
    elif project != old_project:
        message = f"{now.key} moved from project {old_project} to {project}."
        yield compared.change("project-changed", message, (old_project, project))
    if old.executable and not now.executable:
        message = f"{now.key} is only declared now: project {project} no longer produces it."
        yield compared.breaking("no-longer-produced", message, _naming(compared, now.key))
    elif now.executable and not old.executable:
        yield compared.change("now-produced", f"{now.key} is now produced by {project}.")


def _table(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    named = old.key == now.key and old.relation and now.relation
    if named and old.relation.casefold() != now.relation.casefold():
        message = f"{now.key} is now the relation {now.relation}; it was {old.relation}."
        readers = _other_relations(compared, now)
        yield compared.breaking("relation-changed", message, readers, (old.relation, now.relation))
    sides = (old.materialized, now.materialized)
    if now.materialized == "ephemeral" != old.materialized:
        message = f"{now.key} is now ephemeral: there is no table to read."
        readers = foreign_readers(compared, f"reads the table {now.key}")
        yield compared.breaking("became-ephemeral", message, readers, sides)
    elif old.materialized != now.materialized:
        message = f"{now.key} is now materialized as {now.materialized or 'unknown'}."
        yield compared.change("materialization-changed", message, sides)


def _other_relations(compared: ComparedAsset, now: Asset) -> Iterator[BrokenReader]:
    """Yield the reads of other projects that name another relation; Python names the key only."""
    for where, source in compared.branch.after.sources(now.key):
        other = source.relation.casefold() not in ("", now.relation.casefold())
        if other and where.project != compared.now.where.project:
            yield broken(source_reader(where, source), f"reads another relation of {now.key}")
    for edge in compared.branch.after.graph.readers.get(now.key, ()):
        other = edge.read.relation.casefold() not in ("", now.relation.casefold())
        if other and edge.where.project != compared.now.where.project:
            yield broken(asset_reader(edge), f"reads another relation of {now.key}")


def _other_facts(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
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
            yield compared.change(kind, message, (before, after))


def _checks(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    before = {check.name: check for check in old.checks}
    after = {check.name: check for check in now.checks}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            kind, what = "check-removed", "was removed"
        elif name not in before:
            kind, what = "check-added", "is new"
        elif before[name].blocking and not after[name].blocking:
            kind, what = "check-weakened", "no longer blocks downstream assets"
        elif after[name].blocking and not before[name].blocking:
            kind, what = "check-strengthened", "now blocks downstream assets if it fails"
        else:
            continue
        yield compared.change(kind, f"The check {name} of {now.key} {what}.", ("", name))


def _upstream(compared: ComparedAsset, old: Asset, now: Asset) -> Iterator[Change]:
    if old.reads == now.reads and compared.old.where.project == compared.now.where.project:
        return
    own_keys = compared.branch.own_keys
    before = {read.key for read in old.reads} - own_keys(compared.old.where)
    after = {read.key for read in now.reads} - own_keys(compared.now.where)
    for key in sorted(after - before):
        message = f"{now.key} now reads {key} of another project."
        yield compared.change("upstream-added", message, ("", key))
    for key in sorted(before - after):
        yield compared.change("upstream-removed", f"{now.key} no longer reads {key}.", (key, ""))
