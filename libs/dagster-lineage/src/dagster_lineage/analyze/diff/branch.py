"""The two graphs of a comparison, and which readers a change of them breaks at head."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from dagster_lineage.analyze.diff.changes import BrokenReader
from dagster_lineage.analyze.reliance.compatibility import is_unique
from dagster_lineage.analyze.reliance.readers import Reader, Readers
from dagster_lineage.analyze.reliance.unmet import Aspect, Unmet, all_unmet
from dagster_lineage.model import (
    Asset,
    Column,
    Edge,
    LineageGraph,
    LocatedAsset,
    LocatedInterface,
    split_column,
)
from dagster_lineage.model.column_names import column_named, folded_names
from dagster_lineage.model.type_compatibility import type_change


class Branch:
    """Base and head of a comparison.

    Args:
        before: The graph at base.
        after: The graph at head.
        changed_files: Files that the branch changes, relative to the root.
        today: The day with which deprecation dates and the end of partitions are compared.
    """

    def __init__(
        self,
        before: LineageGraph,
        after: LineageGraph,
        changed_files: frozenset[str],
        today: dt.date,
    ) -> None:
        self.before = Readers(before)
        self.after = Readers(after)
        self.changed_files = changed_files
        self.today = today
        self.reported: set[int] = set()
        """Ids of the unmet expectations at head that a change lists among its broken readers."""
        self._own_keys: dict[int, frozenset[str]] = {}

    def unmet(
        self, aspect: Aspect, key: str, column: str = "", guarantee: str = ""
    ) -> Iterator[BrokenReader]:
        """Yield the readers at head whose expectation of an asset is not met, and mark it reported.

        A column may be expected under another key: an asset copied it at base, by `select *` for
        instance, and does not have it any more either.

        Args:
            aspect: What they expect.
            key: Key of the asset at head.
            column: Name of the column, for expectations of columns.
            guarantee: `unique` or `not null`, for guarantees.
        """
        for unmet in self._unmet_of.get((aspect, key, column.casefold()), ()):
            if guarantee in unmet.expected:
                self.reported.add(id(unmet))
                for reader in self.after.of_unmet(unmet):
                    yield broken(reader, reason_of(unmet))
        if aspect == "column":
            for unmet in self._copied.get((key, column.casefold()), ()):
                self.reported.add(id(unmet))
                for reader in self.after.of_unmet(unmet):
                    yield broken(reader, f"{reason_of(unmet)}, a copy of {key}#{column}")

    def introduced(self) -> Iterator[Unmet]:
        """Yield the unmet expectations at head that no change reports and that base did not have.

        All changes of assets must have been compared before.
        """
        left = [unmet for unmet in self._unmet if id(unmet) not in self.reported]
        if left:
            before = self._changed_part(self.before.graph)
            known = {_identity(unmet) for unmet in all_unmet(before, self.today)}
            yield from (unmet for unmet in left if _identity(unmet) not in known)

    @cached_property
    def _unmet(self) -> list[Unmet]:
        """Unmet expectations at head that the branch may have introduced."""
        return [*all_unmet(self._changed_part(self.after.graph), self.today)]

    @cached_property
    def _unmet_of(self) -> dict[tuple[Aspect, str, str], list[Unmet]]:
        """Unmet expectations by aspect, key and folded column; a field is also under its struct."""
        found: defaultdict[tuple[Aspect, str, str], list[Unmet]] = defaultdict(list)
        for unmet in self._unmet:
            for column in folded_names((unmet.column,)):
                found[unmet.aspect, unmet.key, column].append(unmet)
        return dict(found)

    def _changed_part(self, graph: LineageGraph) -> LineageGraph:
        """Return a graph with the references to keys that a changed interface produces or reads."""
        return graph if self._keys is None else graph.limited_to(self._keys)

    @cached_property
    def _keys(self) -> dict[str, None] | None:
        """Keys that a changed interface, at base or head, produces or reads; None for all."""
        before, after = (
            {id(where.interface): where.interface for where in readers.graph.located}
            for readers in (self.before, self.after)
        )
        if before.keys().isdisjoint(after.keys()):
            return None
        found: dict[str, None] = {}
        for interfaces, others in ((before, after), (after, before)):
            for interface in (interfaces[one] for one in interfaces if one not in others):
                found |= dict.fromkeys(asset.key for asset in interface.assets)
                for asset in interface.assets:
                    found |= dict.fromkeys(read.key for read in asset.reads)
                found |= dict.fromkeys(source.key for source in interface.sources)
        return found

    @cached_property
    def _copied(self) -> dict[tuple[str, str], list[Unmet]]:
        """Missing columns by the key and folded column of which they were copies at base."""
        found: defaultdict[tuple[str, str], list[Unmet]] = defaultdict(list)
        for (aspect, key, column), expectations in self._unmet_of.items():
            if aspect == "column":
                for origin in self._lost_origins(key, column):
                    found[origin] += expectations
        return dict(found)

    def _lost_origins(self, key: str, column: str) -> Iterator[tuple[str, str]]:
        """Yield the columns that a column copied at base, as far as head does not have them."""
        seen: set[tuple[str, str]] = set()
        while (key, column) not in seen:
            seen.add((key, column))
            copied = _column(self.before.graph, key, column)
            if copied is None or not copied.copy or len(copied.derived_from) != 1:
                return
            key, name = split_column(copied.derived_from[0])
            column = name.casefold()
            if _column(self.after.graph, key, column):
                return
            yield key, column

    def changed_reader(self, edge: Edge) -> bool:
        """Return whether the branch changes a file of a reader, or its columns and reads.

        This is the only sign that a reader was adapted to a change of which it cannot declare what
        it relies on.
        """
        asset = edge.reader
        files = {edge.place[0], edge.where.path(asset.at)[0]}
        if asset.described_at:
            files.add(edge.where.path(asset.described_at)[0])
        if files & self.changed_files:
            return True
        before = self._assets_before.get((edge.where.project, asset.key))
        return before is None or _facts(before) != _facts(asset)

    @cached_property
    def _assets_before(self) -> dict[tuple[str, str], Asset]:
        return {
            (located.where.project, located.asset.key): located.asset
            for located in self.before.graph.assets()
        }

    def own_keys(self, where: LocatedInterface) -> frozenset[str]:
        """Return the keys that a code location produces."""
        found = self._own_keys.get(id(where.interface))
        if found is None:
            found = frozenset(asset.key for asset in where.interface.assets if asset.executable)
            self._own_keys[id(where.interface)] = found
        return found

    def kept_by(self, before: LocatedAsset, key: str, column: str, was: Column | None) -> str:
        """Return which version of a dbt model keeps what a change removes.

        Args:
            before: The asset at base.
            key: Key of the changed asset at head, which is not its own old version.
            column: The column that is removed or changed; empty for the asset.
            was: That column at base.

        Returns:
            `KEY keeps it until DATE`; empty if no version does.
        """
        for where in self.after.graph.located:
            if where.project != before.where.project or not before.asset.name:
                continue
            for asset in where.interface.assets:
                if (
                    asset.name == before.asset.name
                    and asset.package == before.asset.package
                    and asset.key != key
                    and asset.version
                    and self._not_over(asset.deprecation_date)
                    and (was is None or _keeps(asset, column, was, where.interface.dialect))
                ):
                    return f"{asset.key} keeps it until {asset.deprecation_date[:10]}"
        return ""

    def _not_over(self, date: str) -> bool:
        try:
            return dt.datetime.fromisoformat(date).date() >= self.today
        except ValueError:
            return False


def broken(reader: Reader, reason: str) -> BrokenReader:
    """Return a reader as one that a change breaks."""
    return BrokenReader(
        project=reader.where.project,
        name=reader.name,
        reason=reason,
        owners=reader.owners,
        file=reader.place[0],
        line=reader.place[1],
    )


def reason_of(unmet: Unmet) -> str:
    """Return what a reader relies on, to follow its name."""
    column = f"{unmet.key}#{unmet.column}"
    if unmet.contract and unmet.aspect == "column":
        return f"has {unmet.column} in its contract"
    if unmet.contract:
        return f"copies {column} and has it as {unmet.expected} in its contract"
    return {
        "column": f"reads {column}",
        "type": f"declares {unmet.expected}",
        "guarantee": f"declares it {unmet.expected}",
        "access": f"reads {unmet.key}",
        "partitions": f"reads {unmet.key} and {unmet.found}",
    }[unmet.aspect]


def _identity(unmet: Unmet) -> tuple[str, ...]:
    """Return what an unmet expectation at base and at head have in common."""
    reader = unmet.contract.asset.key if unmet.contract else ""
    if not reader and unmet.reference is None:
        reader = unmet.edges[0].reader.key
    column = unmet.column.casefold()
    return unmet.aspect, unmet.where.project, unmet.key, column, reader


def _column(graph: LineageGraph, key: str, column: str) -> Column | None:
    producer = graph.producer(key)
    found = column_named(producer.asset.columns, column) if producer else None
    return found[1] if found else None


def _facts(asset: Asset) -> tuple[object, ...]:
    """Return what an asset produces and reads, without where that is written."""
    return (
        asset.relation,
        asset.partitions,
        asset.freshness,
        asset.grain,
        [(name, one.type, one.not_null, one.derived_from) for name, one in asset.columns.items()],
        [
            (read.key, read.columns, read.partition_mapping, read.queried, *read.expects)
            for read in asset.reads
        ],
    )


def _keeps(asset: Asset, column: str, was: Column, dialect: str) -> bool:
    found = column_named(asset.columns, column)
    if found is None:
        return False
    spelled, kept = found
    typed = not was.type or (
        bool(kept.type) and type_change(was.type, kept.type, dialect) in ("same", "widened")
    )
    return typed and kept.not_null >= was.not_null and is_unique(asset, spelled, kept) >= was.unique
