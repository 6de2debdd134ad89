"""Columns of dbt's assets: their types, where they come from, and which columns each read uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from msgspec.structs import replace

from dagster_lineage.dbt.manifest_graph import Code
from dagster_lineage.graph import (
    Asset,
    Column,
    Read,
    column_of,
    key_path,
    place,
    split_place,
)
from dagster_lineage.graph.pseudo_columns import is_pseudo_column
from dagster_lineage.graph.relation_names import is_location
from dagster_lineage.locking.drafts import Draft
from dagster_lineage.locking.trace_cache import CachedTrace, TraceCache
from dagster_lineage.sql.schema import Relation, Table

ONLY_THE_LAST = "only the last query is read"
"""Part of what `sql.trace` says of several statements."""

_SNAPSHOT_COLUMNS = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^."`\[\]]+)')


def add_columns(drafts: Sequence[Draft], elsewhere: Mapping[str, Asset], cache: TraceCache) -> None:
    """Trace the columns of every dbt node through its SQL, from upstream to downstream.

    Args:
        drafts: Of the locations that are locked; their assets are replaced.
        elsewhere: Assets of other locations, by key, from their committed interfaces.
        cache: Of what was traced before.
    """
    known: dict[str, Asset] = {}
    for draft in drafts:
        for key, asset in draft.assets.items():
            if key not in known or (asset.executable and not known[key].executable):
                known[key] = asset
    known = {**elsewhere, **known}
    keys = _keys_by_relation(known)
    # A key may be made twice, which is for a rule to say: each is traced in its own location.
    makers: dict[str, list[_Tracer]] = {}
    for draft in drafts:
        tracer = _Tracer(draft, known, keys, cache)
        for key in draft.code:
            makers.setdefault(key, []).append(tracer)
    for key in _upstream_first(known):
        for tracer in makers.get(key, ()):
            tracer.trace(key)


def _keys_by_relation(assets: Mapping[str, Asset]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for asset in assets.values():
        if asset.relation:
            keys.setdefault(asset.relation.casefold(), []).append(asset.key)
    return keys


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


def _where_named(at: str, codes: Iterable[Code], key: str) -> str:
    """Where code names another project's table by itself, and not by `source`.

    Args:
        at: Place of the model, for a table that only a macro names.
        codes: The model's, and those of the ephemeral models that become part of its query.
        key: Of the table; its last parts are schema and name.
    """
    named = r"[\"`\]]?\s*\.\s*[\"`\[]?".join(map(re.escape, key_path(key)[-2:]))
    pattern = re.compile(rf"(?<!\w){named}(?!\w)", re.IGNORECASE)
    for code in codes:
        found = pattern.search(code.raw)
        if found:
            file, first = split_place(code.at)
            return place(file, first + code.raw.count("\n", 0, found.start()))
    return at


class _Tracer:
    """Traces the assets of one draft."""

    def __init__(
        self,
        draft: Draft,
        known: dict[str, Asset],
        keys: Mapping[str, Sequence[str]],
        cache: TraceCache,
    ) -> None:
        self._draft = draft
        self._known = known
        self._keys = keys
        self._cache = cache

    def trace(self, key: str) -> None:
        """Replace an asset by what is known of it after its SQL was read."""
        before = self._draft.assets[key]
        traced = self._draft.assets[key] = self._traced(before)
        if self._known.get(key) is before:
            self._known[key] = traced

    def _traced(self, asset: Asset) -> Asset:
        """The asset with what its SQL tells."""
        name, code = self._draft.code[asset.key]
        if code.language != "sql" or asset.kind == "seed":
            return asset
        dialect = self._draft.manifests[name].dialect
        rendered = self._draft.nodes[name](code.unique_id)
        untraced = self._draft.untraced.setdefault(asset.key, [])
        if rendered.problem:
            untraced.append(rendered.problem)
        if not rendered.queries:
            return asset
        keys: dict[str, str] = {}
        tables: dict[str, Table] = {}
        hidden: set[str] = set()
        # Several tables may have one key, and one table several.
        for read in asset.reads:
            table = self._table(name, code, read)
            if table is not None:
                relation = str(table.relation).casefold()
                keys.setdefault(relation, read.key)
                tables.setdefault(relation, table)
            else:
                hidden.add(read.key)
        traces = [
            self._cache.trace(query, dialect, [*tables.values()]) for query in rendered.queries
        ]
        untraced += dict.fromkeys(text for trace in traces for text in trace.problems)
        found: dict[str, set[str] | None] = {}
        for trace in traces:
            for relation, columns in trace.reads.items():
                key = keys.get(relation.casefold()) or self._key_of(relation)
                if key is None or key == asset.key:
                    continue
                before = found.get(key, set())
                found[key] = None if columns is None or before is None else before | {*columns}
        whole = not rendered.problem and all(map(_is_whole, traces))
        reads = [
            self._read(read, found, dialect, certain=whole and read.key not in hidden)
            for read in asset.reads
        ]
        named = {read.key for read in asset.reads}
        reads += [
            Read(
                key=key,
                at=_where_named(asset.at, self._inlined(name, code), key),
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

    def _inlined(self, manifest: str, code: Code) -> Iterable[Code]:
        """The code of a node and of the ephemeral models that are part of its query, near first."""
        codes = self._draft.manifests[manifest].code
        waiting, seen = [code], {code.unique_id}
        while waiting:
            one = waiting.pop(0)
            yield one
            for unique_id in one.reads:
                other = codes.get(unique_id)
                if other and other.materialized == "ephemeral" and unique_id not in seen:
                    seen.add(unique_id)
                    waiting.append(other)

    def _table(self, manifest: str, code: Code, read: Read) -> Table | None:
        """What the SQL of the reader may know of a table, under the name it has there."""
        upstream = self._known.get(read.key)
        source = self._draft.sources.read_by(manifest, read, code)
        relation = (source.relation if source else "") or (upstream.relation if upstream else "")
        # A path or a table function: a query does not name it as a table.
        if not relation or is_location(relation):
            return None
        if upstream is None or not upstream.columns:
            declared = source.columns if source else {}
            return Table(
                _relation(relation), {name: column.type for name, column in declared.items()}
            )
        columns = {name: column.type for name, column in upstream.columns.items()}
        return Table(_relation(relation), columns, complete=upstream.columns_known)

    def _read(
        self, read: Read, found: Mapping[str, set[str] | None], dialect: str, *, certain: bool
    ) -> Read:
        if read.key not in found:
            return replace(
                read, queried=False if certain else None, columns=() if certain else None
            )
        columns = found[read.key]
        if columns is None or not certain:
            return replace(read, queried=True, columns=None)
        spelled = self._spelled(read.key, columns)
        return replace(
            read, queried=True, columns=spelled, missing=self._missing(read.key, spelled, dialect)
        )

    def _missing(self, key: str, columns: Iterable[str], dialect: str) -> tuple[str, ...]:
        """Columns that an asset of this project does not have, as far as all of its are known."""
        asset = self._draft.assets.get(key)
        if asset is None or not asset.columns_known or not asset.columns:
            return ()
        return tuple(
            name
            for name in columns
            if name not in asset.columns and not is_pseudo_column(name, dialect)
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
        """The asset that a query names directly, without `ref` or `source`.

        Two projects may write tables of one name into two databases: then this project's is meant,
        and of several others' nobody knows which.
        """
        keys = self._keys.get(relation.casefold(), ())
        if len(keys) == 1:
            return keys[0]
        own = [key for key in keys if key in self._draft.assets]
        return own[0] if len(own) == 1 else None


def _is_whole(trace: CachedTrace) -> bool:
    """All tables that the query reads are known, whatever is unknown of its columns."""
    return not trace.problems or (
        bool(trace.reads) and not any(ONLY_THE_LAST in problem for problem in trace.problems)
    )


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
