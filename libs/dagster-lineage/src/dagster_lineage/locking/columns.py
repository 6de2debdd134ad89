"""Columns of dbt's assets: their types, where they come from, and which columns each read uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from msgspec.structs import replace

from dagster_lineage.graph import Asset, Column, Read, Source, column_of
from dagster_lineage.graph.pseudo_columns import is_pseudo_column
from dagster_lineage.locking.drafts import Draft
from dagster_lineage.locking.rendered_nodes import RenderedNodes
from dagster_lineage.locking.trace_cache import TraceCache
from dagster_lineage.sql.schema import Relation, Table

_SNAPSHOT_COLUMNS = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^."`\[\]]+)')


def add_columns(
    drafts: Sequence[Draft],
    elsewhere: Mapping[str, Asset],
    nodes: Mapping[str, Mapping[str, RenderedNodes]],
    cache: TraceCache,
) -> None:
    """Trace the columns of every dbt node through its SQL, from upstream to downstream.

    Args:
        drafts: Of the locations that are locked; their assets are replaced.
        elsewhere: Assets of other locations, by key, from their committed interfaces.
        nodes: By name of the draft, then of its manifest: how to get a node's SQL.
        cache: Of what was traced before.
    """
    known: dict[str, Asset] = dict(elsewhere)
    makers: dict[str, Draft] = {}
    for draft in drafts:
        for key, asset in draft.assets.items():
            if asset.executable or key not in known:
                known[key] = asset
                makers[key] = draft
    relations = {asset.relation.casefold(): asset.key for asset in known.values() if asset.relation}
    for key in _upstream_first(known):
        maker = makers.get(key)
        if maker is None or key not in maker.code:
            continue
        tracer = _Tracer(maker, known, relations, cache)
        known[key] = maker.assets[key] = tracer.traced(maker.assets[key], nodes[maker.name])


def _upstream_first(assets: Mapping[str, Asset]) -> Iterable[str]:
    """Keys in an order in which what is read comes before its reader; circles in any order."""
    edges = {
        key: [read.key for read in asset.reads if read.key in assets and read.key != key]
        for key, asset in assets.items()
    }
    while True:
        try:
            return list(TopologicalSorter(edges).static_order())
        except CycleError as error:
            circle: list[str] = error.args[1]
            # Each entry is read by the next: one edge less, and the rest has an order.
            edges[circle[1]] = [key for key in edges[circle[1]] if key != circle[0]]


class _Tracer:
    """Traces the assets of one draft."""

    def __init__(
        self,
        draft: Draft,
        known: Mapping[str, Asset],
        relations: Mapping[str, str],
        cache: TraceCache,
    ) -> None:
        self._draft = draft
        self._known = known
        self._relations = relations
        self._cache = cache
        self._sources: dict[str, Source] = {}
        for source in draft.sources.values():
            self._sources.setdefault(source.name, source)

    def traced(self, asset: Asset, nodes: Mapping[str, RenderedNodes]) -> Asset:
        """The asset with what its SQL tells."""
        name, code = self._draft.code[asset.key]
        if code.language != "sql" or asset.kind == "seed":
            return asset
        rendered = nodes[name](code.unique_id)
        if rendered.problem:
            self._draft.unknown.append(f"{asset.key}: {rendered.problem}")
        if not rendered.queries:
            return asset
        tables = {read.key: self._table(read) for read in asset.reads}
        keys = {
            str(table.relation).casefold(): key
            for key, table in tables.items()
            if table is not None
        }
        schema = [table for table in tables.values() if table is not None]
        traces = [
            self._cache.trace(query, self._draft.dialect, schema) for query in rendered.queries
        ]
        for problem in dict.fromkeys(text for trace in traces for text in trace.problems):
            self._draft.unknown.append(f"{asset.key}: {problem}")
        found: dict[str, set[str] | None] = {}
        for trace in traces:
            for relation, columns in trace.reads.items():
                key = keys.get(relation.casefold()) or self._key_of(relation)
                if key is None or key == asset.key:
                    continue
                before = found.get(key, set())
                found[key] = None if columns is None or before is None else before | {*columns}
        reads = [self._read(read, found, certain=not rendered.problem) for read in asset.reads]
        named = {read.key for read in asset.reads}
        reads += [
            Read(
                key=key,
                at=asset.at,
                via="ref",
                declared=False,
                queried=True,
                columns=None if columns is None else self._spelled(key, columns),
            )
            for key, columns in found.items()
            if key not in named
        ]
        first = traces[0]
        traced = {
            column.name: Column(
                type=column.type,
                comes_from=tuple(
                    sorted(
                        column_of(key, self._spell(key, name))
                        for relation, name in column.comes_from
                        if (key := keys.get(relation.casefold()) or self._key_of(relation))
                    )
                ),
                copy=column.copy,
            )
            for column in first.columns
        }
        if asset.kind == "snapshot":
            traced |= {name: Column() for name in _SNAPSHOT_COLUMNS}
        known = first.columns_known and not rendered.problem
        return replace(
            asset,
            reads=tuple(reads),
            columns=_merged(asset, traced, known=known),
            columns_known=asset.columns_known or known,
            not_given=_not_given(asset, traced) if known else (),
        )

    def _table(self, read: Read) -> Table | None:
        """What the SQL of the reader may know of a table, under the name it has there."""
        upstream = self._known.get(read.key)
        source = self._sources.get(read.source) if read.source else None
        relation = (source.relation if source else "") or (upstream.relation if upstream else "")
        if not relation:
            return None
        if upstream is None or not upstream.columns:
            declared = source.columns if source else {}
            return Table(
                _relation(relation), {name: column.type for name, column in declared.items()}
            )
        columns = {name: column.type for name, column in upstream.columns.items()}
        return Table(_relation(relation), columns, complete=upstream.columns_known)

    def _read(self, read: Read, found: Mapping[str, set[str] | None], *, certain: bool) -> Read:
        if read.key not in found:
            return replace(
                read, queried=False if certain else None, columns=() if certain else None
            )
        columns = found[read.key]
        if columns is None or not certain:
            return replace(read, queried=True, columns=None)
        spelled = self._spelled(read.key, columns)
        return replace(
            read, queried=True, columns=spelled, missing=self._missing(read.key, spelled)
        )

    def _missing(self, key: str, columns: Iterable[str]) -> tuple[str, ...]:
        """Columns that an asset of this project does not have, as far as all of its are known."""
        asset = self._draft.assets.get(key)
        if asset is None or not asset.columns_known or not asset.columns:
            return ()
        return tuple(
            name
            for name in columns
            if name not in asset.columns and not is_pseudo_column(name, self._draft.dialect)
        )

    def _spelled(self, key: str, columns: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({self._spell(key, name) for name in columns}))

    def _spell(self, key: str, name: str) -> str:
        """A column in the spelling of its asset."""
        asset = self._known.get(key)
        if asset is None or name in asset.columns:
            return name
        folded = name.casefold()
        return next((one for one in asset.columns if one.casefold() == folded), name)

    def _key_of(self, relation: str) -> str | None:
        """The asset that a query names directly, without `ref` or `source`."""
        return self._relations.get(relation.casefold())


def _not_given(asset: Asset, traced: Mapping[str, Column]) -> tuple[str, ...]:
    if not asset.contract:
        return ()
    given = {name.casefold() for name in traced}
    return tuple(name for name in asset.columns if name.casefold() not in given)


def _merged(asset: Asset, traced: dict[str, Column], *, known: bool) -> dict[str, Column]:
    """What YAML declares and what the SQL gives, as one: YAML knows promises, SQL origins.

    Under an enforced contract the declared columns are all there are, and their types the truth;
    else the query is.
    """
    by_name = {name.casefold(): (name, column) for name, column in asset.columns.items()}
    if asset.columns_known or not known:
        spelled = {name.casefold(): column for name, column in traced.items()}
        merged = {}
        for name, column in asset.columns.items():
            found = spelled.pop(name.casefold(), None)
            merged[name] = _joined(column, found) if found else column
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
        comes_from=traced.comes_from,
        copy=traced.copy,
    )


def _relation(text: str) -> Relation:
    parts = [
        (double or back or square or plain).replace('""', '"')
        for double, back, square, plain in _QUOTED.findall(text)
    ]
    catalog, schema, table = ["", "", "", *parts][-3:]
    return Relation(catalog, schema, table)
