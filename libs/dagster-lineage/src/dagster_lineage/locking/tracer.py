"""Traces one asset's columns through its SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

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
from dagster_lineage.graph.relation_names import is_location, same_relation
from dagster_lineage.locking.drafts import Draft
from dagster_lineage.locking.merged_columns import columns_not_given, merged_columns
from dagster_lineage.locking.trace_cache import RenderedNode, Told, TraceCache, digest_of
from dagster_lineage.sql import Relation, Schema, Table, trace_query
from dagster_lineage.sql.comments import without_comments

if TYPE_CHECKING:
    from dagster_lineage.sql.trace import Trace

UNKNOWN_TYPE = "unknown_type"
"""What a macro is told that casts to the type of a column of which only the name is known."""

ONLY_THE_LAST = "only the last query is read"
"""Part of what `sql.trace` says of several statements."""

_SNAPSHOT_COLUMNS = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
_CALL = re.compile(r"\{[{%][^}]*\w\s*\(")
"""A call in Jinja, which may be a `ref`, or of a macro that has one."""
_QUOTED = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^."`\[\]]+)')


class _ReadTable(NamedTuple):
    """What a query may know of a table that it reads."""

    key: str
    made_by: str
    """Who makes it: another key, where a source has the key of one table and reads another."""
    relation: str = ""
    """Under the name it has in the SQL; empty where it has none, as a file or a table function."""
    columns: Mapping[str, str] = {}
    complete: bool = False


class Tracer:
    """Traces the assets of one draft.

    Args:
        draft: Its assets are replaced by what is known of them after their SQL was read.
        known: All assets by key, those of other locations too; kept up to date.
        keys: Keys by relation, casefolded.
        cache: Of what was read before.
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
        self._keys = keys
        self._cache = cache
        self._types: dict[str, tuple[Asset, dict[str, str]]] = {}

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
        nodes = self._draft.nodes[name]
        tables = [self._table(name, code, read) for read in asset.reads]
        rendered = nodes.digest(code.unique_id)
        told = self._cache.told(
            digest_of((rendered, dialect, asset.key, tables)),
            rendered,
            read=lambda: self._told(
                asset.key, nodes(code.unique_id, _all_columns(tables)), dialect, tables
            ),
            is_valid=self._is_valid,
        )
        self._draft.untraced.setdefault(asset.key, []).extend(told.problems)
        if told.empty:
            return asset
        hidden = {table.key for table in tables if not table.relation}
        reads = [
            self._read(read, table, told, dialect, certain=told.whole and read.key not in hidden)
            for read, table in zip(asset.reads, tables, strict=True)
        ]
        declared = {read.key for read in asset.reads}
        reads += [
            Read(
                key=key,
                at=_where_named(asset.at, self._inlined(name, code), key),
                via="ref",
                declared=False,
                queried=True,
                columns=columns,
            )
            for key, columns in told.reads.items()
            if key not in declared
        ]
        traced = told.columns
        if asset.kind == "snapshot":
            traced = traced | {name: Column() for name in _SNAPSHOT_COLUMNS}
        return replace(
            asset,
            reads=tuple(reads),
            columns=merged_columns(asset, traced, known=told.columns_known),
            columns_known=asset.columns_known or told.columns_known,
            not_given=columns_not_given(asset, traced) if told.columns_known else (),
        )

    def _told(
        self, key: str, rendered: RenderedNode, dialect: str, tables: Sequence[_ReadTable]
    ) -> Told:
        """Read an asset's SQL."""
        problems = [rendered.problem] if rendered.problem else []
        if not rendered.queries:
            return Told(problems=tuple(problems), empty=True)
        keys: dict[str, _ReadTable] = {}
        known: dict[str, Table] = {}
        # Several tables may have one key, and one table several.
        for table in tables:
            if table.relation:
                relation = _relation(table.relation)
                keys.setdefault(str(relation).casefold(), table)
                known.setdefault(
                    str(relation).casefold(), Table(relation, table.columns, table.complete)
                )
        schema = Schema(known.values())
        traces = [trace_query(query, dialect, schema) for query in rendered.queries]
        self._cache.traced += len(traces)
        named: dict[str, tuple[str, str, tuple[str, ...]]] = {}

        def table_of(relation: Relation) -> _ReadTable:
            text = str(relation)
            found = keys.get(text.casefold())
            if found is None:
                itself = self._key_of(text)
                found = _ReadTable(itself, itself)
                named[text] = (text, itself, self._column_names(itself))
            return found

        reads: dict[str, set[str] | None] = {}
        for trace in traces:
            for relation, columns in trace.reads.items():
                read = table_of(relation).key
                if not read or read == key:
                    continue
                before = reads.get(read, set())
                reads[read] = None if columns is None or before is None else before | {*columns}
        builds = traces[: rendered.full_builds]
        problems += dict.fromkeys(text for trace in traces for text in trace.problems)
        alike = all(_names(trace) == _names(builds[0]) for trace in builds)
        if not alike:
            problems.append(f"its columns depend on {', '.join(rendered.differ_by)}")
        whole_list = alike and all(trace.columns_known for trace in builds)
        return Told(
            columns=self._given(builds, lambda relation: table_of(relation).made_by),
            columns_known=whole_list and not rendered.problem,
            reads={
                read: None
                if columns is None
                else tuple(sorted({self._spell(read, name) for name in columns}))
                for read, columns in reads.items()
            },
            whole=not rendered.problem and all(map(_is_whole, traces)),
            idle=tuple(
                table.key
                for table in tables
                if table.relation and table.key not in reads and _is_idle(table.relation, rendered)
            ),
            named=tuple(named.values()),
            problems=tuple(problems),
        )

    def _given(
        self, builds: Iterable[Trace], made_by: Callable[[Relation], str]
    ) -> dict[str, Column]:
        """The columns that full builds give; what they do not agree on is not told."""
        given: dict[str, Column] = {}
        for trace in builds:
            for column in trace.columns:
                origins = sorted(
                    column_of(maker, self._spell(maker, name))
                    for relation, name in column.comes_from
                    if (maker := made_by(relation))
                )
                type_ = "" if UNKNOWN_TYPE in column.type else column.type
                one = Column(type=type_, comes_from=tuple(origins), copy=column.copy)
                before = given.get(column.name)
                given[column.name] = one if before is None else _of_either(before, one)
        return given

    def _is_valid(self, told: Told) -> bool:
        """Whether the relations that are named directly are still what they were."""
        return all(
            self._key_of(relation) == key and self._column_names(key) == columns
            for relation, key, columns in told.named
        )

    def _column_names(self, key: str) -> tuple[str, ...]:
        asset = self._known.get(key)
        return tuple(asset.columns) if asset else ()

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

    def _table(self, manifest: str, code: Code, read: Read) -> _ReadTable:
        """What the SQL of the reader may know of a table, under the name it has there."""
        made_by, upstream = read.key, self._known.get(read.key)
        source = self._draft.sources.read_by(manifest, read, code)
        relation = (source.relation if source else "") or (upstream.relation if upstream else "")
        # A path or a table function: a query does not name it as a table.
        if not relation or is_location(relation):
            return _ReadTable(read.key, read.key)
        if upstream and upstream.relation and not same_relation(relation, upstream.relation):
            other = self._key_of(relation)
            if other:
                made_by, upstream = other, self._known[other]
        if upstream is None or not upstream.columns:
            declared = source.columns if source else {}
            types = {name: column.type for name, column in declared.items()}
            return _ReadTable(read.key, made_by, relation, types)
        known, types = self._types.get(made_by, (None, {}))
        if known is not upstream:
            types = {name: column.type for name, column in upstream.columns.items()}
            self._types[made_by] = (upstream, types)
        return _ReadTable(read.key, made_by, relation, types, upstream.columns_known)

    def _read(
        self, read: Read, table: _ReadTable, told: Told, dialect: str, *, certain: bool
    ) -> Read:
        if read.key not in told.reads:
            idle = certain and read.key in told.idle
            return replace(read, queried=False if idle else None, columns=() if idle else None)
        columns = told.reads[read.key]
        if columns is None or not certain:
            return replace(read, queried=True, columns=None)
        missing = self._missing(read.key, columns, dialect) if table.made_by == read.key else ()
        return replace(read, queried=True, columns=columns, missing=missing)

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

    def _spell(self, key: str, name: str) -> str:
        """A column in the spelling of its asset."""
        asset = self._known.get(key)
        if asset is None or name in asset.columns:
            return name
        folded = name.casefold()
        return next((one for one in asset.columns if one.casefold() == folded), name)

    def _key_of(self, relation: str) -> str:
        """The asset that a query names directly, without `ref` or `source`; empty: none, or unsure.

        Two projects may write tables of one name into two databases: then this project's is meant,
        and of several others' nobody knows which.
        """
        keys = self._keys.get(relation.casefold(), ())
        if len(keys) == 1:
            return keys[0]
        own = [key for key in keys if key in self._draft.assets]
        return own[0] if len(own) == 1 else ""


def _names(trace: Trace) -> set[str]:
    return {column.name.casefold() for column in trace.columns}


def _of_either(one: Column, other: Column) -> Column:
    """A column that two builds of one model give: what is the same in both."""
    same = one.comes_from == other.comes_from
    return replace(
        one,
        type=one.type if one.type == other.type else "",
        comes_from=one.comes_from if same else tuple(sorted({*one.comes_from, *other.comes_from})),
        copy=one.copy and other.copy and same,
    )


def _all_columns(tables: Iterable[_ReadTable]) -> dict[str, dict[str, str]]:
    """Type by column, by relation, of the tables whose columns are all known."""
    return {
        table.relation.casefold(): {
            name: type_ or UNKNOWN_TYPE for name, type_ in table.columns.items()
        }
        for table in tables
        if table.relation and table.complete
    }


def _is_whole(trace: Trace) -> bool:
    """All tables that the query reads are known, whatever is unknown of its columns."""
    return not trace.problems or (
        bool(trace.reads) and not any(ONLY_THE_LAST in problem for problem in trace.problems)
    )


def _is_idle(relation: str, rendered: RenderedNode) -> bool:
    """Whether a table is named in comments of the SQL and nowhere else.

    One that is named nowhere, though `ref` or `source` was called for it, was used by Jinja that
    this rendering did not come through or that left no trace: a branch for another target, a hook,
    a header. One in a text may be read by a function: `dictGet('db.rates', …)`.
    """
    named = _naming(part for part in _relation(relation) if part)
    return (
        not _CALL.search(rendered.beside)
        and not named.search(rendered.beside)
        and any(named.search(query) for query in rendered.queries)
        and not any(named.search(without_comments(query)) for query in rendered.queries)
    )


def _naming(parts: Iterable[str]) -> re.Pattern[str]:
    """Finds a name of several parts in SQL, however each is quoted."""
    named = r"[\"`\]]?\s*\.\s*[\"`\[]?".join(map(re.escape, parts))
    return re.compile(rf"(?<!\w){named}(?!\w)", re.IGNORECASE)


def _where_named(at: str, codes: Iterable[Code], key: str) -> str:
    """Where code names another project's table by itself, and not by `source`.

    Args:
        at: Place of the model, for a table that only a macro names.
        codes: The model's, and those of the ephemeral models that become part of its query.
        key: Of the table; its last parts are schema and name.
    """
    pattern = _naming(key_path(key)[-2:])
    for code in codes:
        found = pattern.search(code.raw)
        if found:
            file, first = split_place(code.at)
            return place(file, first + code.raw.count("\n", 0, found.start()))
    return at


def _relation(text: str) -> Relation:
    parts = [
        (double or back or square or plain).replace('""', '"')
        for double, back, square, plain in _QUOTED.findall(text)
    ]
    catalog, schema, table = ["", "", "", *parts][-3:]
    return Relation(catalog, schema, table)
