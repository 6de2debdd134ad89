"""Columns of dbt's assets: types, origins, and the columns that each read uses."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from msgspec.structs import replace

from dagster_lineage.extract.assembly.assets import sorted_reads
from dagster_lineage.extract.assembly.drafts import Draft
from dagster_lineage.extract.assembly.known_tables import KnownTables, ReadTable, where_named
from dagster_lineage.extract.assembly.query_facts import all_columns, facts_of_queries
from dagster_lineage.extract.assembly.trace_cache import QueryFacts, TraceCache, digest_of
from dagster_lineage.extract.dbt.manifest_graph import Code
from dagster_lineage.model import Asset, Column, Read
from dagster_lineage.model.column_names import missing_names
from dagster_lineage.model.relations import table_of

_SNAPSHOT_COLUMNS = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")


def add_columns(drafts: Sequence[Draft], elsewhere: Mapping[str, Asset], cache: TraceCache) -> None:
    """Trace the columns of every dbt node through its SQL, from upstream to downstream.

    Args:
        drafts: Drafts of the locked locations, whose assets are replaced.
        elsewhere: Assets of other locations by key, from their committed interfaces.
        cache: Cache of traced SQL.
    """
    known = {**elsewhere, **_known_assets(drafts)}
    keys = _keys_by_relation(known)
    # Two locations can produce one key, which a rule reports: each is traced in its own location.
    producers: dict[str, list[Tracer]] = {}
    for draft in drafts:
        tracer = Tracer(draft, known, keys, cache)
        for key in draft.code:
            producers.setdefault(key, []).append(tracer)
    # All objects stay alive, so garbage collection would find nothing.
    gc.freeze()
    try:
        for key in _upstream_first(known):
            for tracer in producers.get(key, ()):
                tracer.trace(key)
    finally:
        gc.unfreeze()


def _known_assets(drafts: Sequence[Draft]) -> dict[str, Asset]:
    """Return assets by key: the produced one of several, and of these the one in its project."""
    known: dict[str, tuple[bool, bool]] = {}
    found: dict[str, Asset] = {}
    for draft in drafts:
        own = {"", *(manifest.project for manifest in draft.manifests.values())}
        for key, asset in draft.assets.items():
            rank = (asset.executable, asset.package in own)
            if key not in known or rank > known[key]:
                known[key], found[key] = rank, asset
    return found


def _keys_by_relation(assets: Mapping[str, Asset]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for asset in assets.values():
        if table_of(asset.relation):
            keys.setdefault(asset.relation.casefold(), []).append(asset.key)
    return keys


def _upstream_first(assets: Mapping[str, Asset]) -> Iterable[str]:
    """Return keys with upstream keys first; cycles in any order."""
    edges = {
        key: [read.key for read in asset.reads if read.key in assets and read.key != key]
        for key, asset in assets.items()
    }
    while True:
        try:
            return list(TopologicalSorter(edges).static_order())
        except CycleError as error:
            cycle: list[str] = error.args[1]
            # Break a cycle: without one edge the other keys have an order.
            edges[cycle[1]] = [key for key in edges[cycle[1]] if key != cycle[0]]


class Tracer:
    """Tracing of the assets of one draft.

    Args:
        draft: Its assets are replaced by assets with the facts of their SQL.
        known: All assets by key, including other locations; updated here.
        keys: Keys by relation, casefolded.
        cache: Cache of traced SQL.
    """

    def __init__(
        self,
        draft: Draft,
        known: dict[str, Asset],
        keys: Mapping[str, Sequence[str]],
        cache: TraceCache,
    ) -> None:
        self._draft = draft
        self._known = known
        self._cache = cache
        self._tables = KnownTables(draft, known, keys)

    def trace(self, key: str) -> None:
        """Replace an asset by one with the facts of its SQL."""
        before = self._draft.assets[key]
        traced = self._draft.assets[key] = self._traced(before)
        if self._known.get(key) is before:
            self._known[key] = traced

    def _traced(self, asset: Asset) -> Asset:
        """Return the asset with the facts of its SQL."""
        name, code = self._draft.code[asset.key]
        if code.language != "sql" or asset.kind == "seed":
            return asset
        dialect = self._draft.manifests[name].dialect
        nodes = self._draft.nodes[name]
        tables = [self._tables.table(name, code, read) for read in asset.reads]
        rendered = nodes.digest(code.unique_id)
        facts = self._cache.facts(
            digest_of((rendered, dialect, asset.key, tables)),
            rendered,
            read=lambda: facts_of_queries(
                nodes(code.unique_id, all_columns(tables)),
                asset.key,
                dialect,
                tables,
                self._tables,
            ),
            is_valid=self._is_valid,
        )
        self._draft.untraced.setdefault(asset.key, []).extend(facts.problems)
        if facts.empty:
            return asset
        hidden = {table.key for table in tables if not table.relation}
        reads = [
            self._read(read, table, facts, dialect, certain=facts.whole and read.key not in hidden)
            for read, table in zip(asset.reads, tables, strict=True)
        ]
        declared = {read.key for read in asset.reads}
        relations = {key: relation for relation, key, _ in facts.named}
        reads += [
            Read(
                key=key,
                at=where_named(asset.at, self._inlined(name, code), key, relations.get(key, "")),
                via="ref",
                declared=False,
                queried=True,
                columns=columns,
            )
            for key, columns in facts.reads.items()
            if key not in declared
        ]
        traced = facts.columns
        reason = self._reason(facts)
        if asset.kind == "snapshot":
            traced = traced | {name: Column() for name in _SNAPSHOT_COLUMNS}
        return replace(
            asset,
            reads=sorted_reads(reads),
            columns=_merged_columns(asset, traced, reason),
            columns_known=asset.columns_known or facts.columns_known,
            unknown_columns=reason,
            missing_contract_columns=_columns_not_given(asset, traced, dialect)
            if facts.columns_known
            else (),
        )

    def _reason(self, facts: QueryFacts) -> str:
        """Return why columns of a query are unknown; empty if all are known."""
        if facts.columns_known:
            return ""
        return self._draft.paths.details("; ".join(facts.problems)) or "its SQL has several forms"

    def _is_valid(self, facts: QueryFacts) -> bool:
        """Return whether the relations that are named directly are unchanged."""
        return all(
            self._tables.key_of(relation) == key and self._tables.column_names(key) == columns
            for relation, key, columns in facts.named
        )

    def _inlined(self, manifest: str, code: Code) -> Iterable[Code]:
        """Return the code of a node and of its ephemeral models, the nearest first."""
        codes = self._draft.manifests[manifest].code
        waiting, seen = [code], {code.unique_id}
        while waiting:
            one = waiting.pop(0)
            yield one
            for unique_id in one.reads:
                other = codes.get(unique_id)
                if other and other.is_ephemeral and unique_id not in seen:
                    seen.add(unique_id)
                    waiting.append(other)

    def _read(
        self, read: Read, table: ReadTable, facts: QueryFacts, dialect: str, *, certain: bool
    ) -> Read:
        if read.key not in facts.reads:
            idle = certain and read.key in facts.idle
            return replace(read, queried=False if idle else None, columns=() if idle else None)
        columns = facts.reads[read.key]
        if columns is None or not certain:
            return replace(read, queried=True, columns=None)
        own = table.producer_key == read.key and table.complete
        missing = self._missing(read.key, columns, dialect) if own else ()
        return replace(read, queried=True, columns=columns, missing_columns=missing)

    def _missing(self, key: str, columns: Iterable[str], dialect: str) -> tuple[str, ...]:
        """Return columns that an asset of this project lacks, if all of its columns are known."""
        asset = self._draft.assets.get(key)
        if asset is None or not asset.columns_known or not asset.columns:
            return ()
        return tuple(missing_names(asset.columns, columns, dialect))


def _columns_not_given(asset: Asset, traced: Mapping[str, Column], dialect: str) -> tuple[str, ...]:
    """Return the columns that a contract declares and the SQL lacks."""
    return tuple(missing_names(traced, asset.columns, dialect)) if asset.contract else ()


def _merged_columns(asset: Asset, traced: dict[str, Column], reason: str) -> dict[str, Column]:
    """Return columns with the guarantees of YAML and the origins of SQL.

    Under an enforced contract the declared columns are complete and decide on the types; otherwise
    the query does.

    Args:
        asset: The asset with its declared columns.
        traced: Columns of its SQL.
        reason: Why `traced` may not be all of them; empty if it is.
    """
    if not asset.columns and not asset.columns_known:
        return traced
    by_name = {name.casefold(): (name, column) for name, column in asset.columns.items()}
    if asset.columns_known or reason:
        spelled = {name.casefold(): column for name, column in traced.items()}
        merged = {}
        for name, column in asset.columns.items():
            found = spelled.pop(name.casefold(), None)
            merged[name] = _joined(column, found) if found else replace(column, unknown=reason)
        if asset.columns_known:
            return merged
        return merged | {
            name: column for name, column in traced.items() if name.casefold() in spelled
        }
    return {
        name: _joined(by_name[name.casefold()][1], column) if name.casefold() in by_name else column
        for name, column in traced.items()
    }


def _joined(declared: Column, traced: Column) -> Column:
    return replace(
        declared,
        type=declared.type or traced.type,
        derived_from=traced.derived_from,
        copy=traced.copy,
        constant=traced.constant,
        unknown=traced.unknown,
    )
