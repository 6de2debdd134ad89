"""Assets of a code location, joined from Dagster's definitions and dbt's manifest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from dagster_lineage.extract.dbt.manifest_graph import ManifestGraph
from dagster_lineage.extract.descriptions import first_paragraph
from dagster_lineage.extract.probe.answer import AssetFacts, DependencyFacts
from dagster_lineage.model import Asset, Check, Column, Expected, Read


def sorted_checks(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return checks in an order that does not depend on the manifest."""
    return tuple(sorted(checks, key=lambda one: (one.name, one.kind, one.at)))


def sorted_reads(reads: Iterable[Read], own: Collection[str] = ()) -> tuple[Read, ...]:
    """Return reads in an order that does not depend on the manifest.

    Args:
        reads: The reads.
        own: Keys of the location's own assets. Their reads have no relation: the assets have it.
    """
    found = (replace(one, relation="") if one.relation and one.key in own else one for one in reads)
    return tuple(sorted(found, key=lambda one: (one.key, one.source, one.via)))


@dataclass(frozen=True)
class DbtAssets:
    """The assets of one manifest in a code location, without the facts of their SQL."""

    manifest: ManifestGraph
    other_keys: Mapping[str, tuple[str, ...]]
    """Keys that Dagster may have instead of those of the manifest, by unique id."""
    own: Collection[str]
    """Keys of the location's own assets."""
    relative: Callable[[str], str]
    """Returns an absolute place relative to the project's folder."""

    def asset(self, facts: AssetFacts, checks: Iterable[Check]) -> Asset:
        """Return the asset of a dbt node.

        Args:
            facts: The asset in Dagster, which decides on key, group, owners and dependencies. The
                manifest has all other facts.
            checks: Checks of the asset.
        """
        asset = self.manifest.assets[facts.unique_id]
        # Dagster also builds a model that dbt-loom injected, unless its selection leaves it out.
        kind = "model" if asset.injected else asset.kind
        return replace(
            asset,
            key=facts.key,
            kind=kind if facts.executable else "external",
            at=asset.at or (self.relative(facts.at) if facts.executable else ""),
            group=facts.group,
            owners=facts.owners or asset.owners,
            partitions=facts.partitions,
            freshness=facts.freshness or asset.freshness,
            automation=facts.automation,
            reads=sorted_reads(_reads(asset.reads, facts, self._other, self.relative), self.own),
            checks=sorted_checks(checks),
        )

    @cached_property
    def _other(self) -> dict[str, tuple[str, ...]]:
        """Other keys by key in the manifest."""
        keys = self.manifest.keys
        return {keys[one]: others for one, others in self.other_keys.items() if one in keys}


def python_asset(
    facts: AssetFacts, checks: Iterable[Check], relative: Callable[[str], str]
) -> Asset:
    """Return an asset that is not a dbt node.

    Args:
        facts: The asset in Dagster.
        checks: Checks of the asset.
        relative: Returns an absolute place relative to the project's folder.
    """
    columns = facts.columns or ()
    return Asset(
        key=facts.key,
        kind="asset" if facts.executable else "external",
        at=relative(facts.at),
        description=first_paragraph(facts.description),
        relation=facts.relation,
        group=facts.group,
        owners=facts.owners,
        contract=bool(columns),
        partitions=facts.partitions,
        freshness=facts.freshness,
        automation=facts.automation,
        columns={
            column.name: Column(
                type=column.type.lower(),
                not_null=column.not_null,
                unique=column.unique,
                derived_from=tuple(sorted(facts.column_lineage.get(column.name, ()))),
                description=first_paragraph(column.description),
            )
            for column in columns
        },
        columns_known=bool(columns),
        reads=sorted_reads(_python_read(one, relative) for one in facts.dependencies),
        checks=sorted_checks(checks),
    )


def _reads(
    named: Iterable[Read],
    facts: AssetFacts,
    other: Mapping[str, tuple[str, ...]],
    relative: Callable[[str], str],
) -> Iterable[Read]:
    """Return the reads that dbt names, under Dagster's keys, then those that only Dagster has."""
    known = {one.key: one for one in facts.dependencies}
    found: set[str] = set()
    for read in named:
        keys = (read.key, *other.get(read.key, ()))
        key = next((one for one in keys if one in known), read.key)
        mapping = known[key].partition_mapping if key in known else ""
        found.add(key)
        yield replace(read, key=key, declared=key in known, partition_mapping=mapping)
    for one in known.values():
        # dagster-dbt gives an incremental model a dependency on itself.
        if one.key not in found and one.key != facts.key:
            yield _python_read(one, relative)


def _python_read(dependency: DependencyFacts, relative: Callable[[str], str]) -> Read:
    columns = dependency.columns
    return Read(
        key=dependency.key,
        at=relative(dependency.at),
        via="python",
        partition_mapping=dependency.partition_mapping,
        columns=None if columns is None else tuple(sorted(columns)),
        expects={
            name: Expected(
                type=str(details.get("type", "")),
                not_null=bool(details.get("not_null")),
                unique=bool(details.get("unique")),
            )
            for name, details in (columns or {}).items()
            if details
        },
    )
