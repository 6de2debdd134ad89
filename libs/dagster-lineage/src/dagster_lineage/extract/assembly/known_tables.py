"""Tables that a model reads, under the names that its SQL uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dagster_lineage.extract.assembly.drafts import Draft
from dagster_lineage.extract.dbt.manifest_graph import Code
from dagster_lineage.extract.sql import RelationName
from dagster_lineage.model import Asset, Read, key_path, place, split_place
from dagster_lineage.model.relations import is_location, same_relation

_QUOTED = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^."`\[\]]+)')
_PIECE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|(?P<comment>--[^\n]*|/\*.*?\*/)""", re.DOTALL
)


class ReadTable(NamedTuple):
    """A table that a query reads."""

    key: str
    producer_key: str
    """Key of the producer: another key if a source has the key of one table and reads another."""
    relation: str = ""
    """Name in the SQL; empty for a file or a table function."""
    columns: Mapping[str, str] = {}
    complete: bool = False


class KnownTables:
    """The tables of all assets, for the models of one draft.

    Args:
        draft: Draft of the readers.
        known: All assets by key, including other locations; updated while they are traced.
        keys: Keys by relation, casefolded.
    """

    def __init__(
        self, draft: Draft, known: Mapping[str, Asset], keys: Mapping[str, Sequence[str]]
    ) -> None:
        self._draft = draft
        self._known = known
        self._keys = keys
        self._types: dict[str, tuple[Asset, dict[str, str]]] = {}

    def table(self, manifest: str, code: Code, read: Read) -> ReadTable:
        """Return a table that is read by `ref` or `source`, as the reader's SQL names it."""
        producer_key, upstream = read.key, self._known.get(read.key)
        source = self._draft.sources.read_by(manifest, read, code)
        relation = (source.relation if source else read.relation) or (
            upstream.relation if upstream else ""
        )
        # A path or a table function: a query does not name it as a table.
        if not relation or is_location(relation):
            return ReadTable(read.key, read.key)
        if upstream and upstream.relation and not same_relation(relation, upstream.relation):
            other = self.key_of(relation)
            if other:
                producer_key, upstream = other, self._known[other]
            elif read.key in self._draft.assets:
                # Both names are of one target, so the table is not the asset with its key.
                upstream = None
        if upstream is None or not upstream.columns:
            declared = source.columns if source else {}
            types = {name: column.type for name, column in declared.items()}
            return ReadTable(read.key, producer_key, relation, types)
        known, types = self._types.get(producer_key, (None, {}))
        if known is not upstream:
            types = {name: column.type for name, column in upstream.columns.items()}
            self._types[producer_key] = (upstream, types)
        return ReadTable(read.key, producer_key, relation, types, upstream.columns_known)

    def key_of(self, relation: str) -> str:
        """Return the asset that a query names directly; empty if there is none or it is ambiguous.

        If several projects have a table of that name in different databases, the reader's own is
        used, and otherwise it is ambiguous.
        """
        keys = self._keys.get(relation.casefold(), ())
        if len(keys) == 1:
            return keys[0]
        own = [key for key in keys if key in self._draft.assets]
        return own[0] if len(own) == 1 else ""

    def column_names(self, key: str) -> tuple[str, ...]:
        """Return the known columns of an asset; empty if the asset is unknown."""
        asset = self._known.get(key)
        return tuple(asset.columns) if asset else ()

    def spell(self, key: str, name: str) -> str:
        """Return a column in the spelling of its asset."""
        asset = self._known.get(key)
        if asset is None or name in asset.columns:
            return name
        folded = name.casefold()
        return next((one for one in asset.columns if one.casefold() == folded), name)


def relation_named(text: str) -> RelationName:
    """Return a relation from its text, with or without quotes."""
    parts = [
        (double or back or square or plain).replace('""', '"')
        for double, back, square, plain in _QUOTED.findall(text)
    ]
    catalog, schema, table = ["", "", "", *parts][-3:]
    return RelationName(catalog, schema, table)


def without_comments(sql: str) -> str:
    """Return SQL with a blank for each comment. Text in quotes is not a comment."""
    return _PIECE.sub(lambda piece: " " if piece["comment"] else piece.group(), sql)


def naming(parts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for a name of several parts, with any quotes."""
    named = r"[\"`\]]?\s*\.\s*[\"`\[]?".join(map(re.escape, parts))
    return re.compile(rf"(?<!\w){named}(?!\w)", re.IGNORECASE)


def where_named(at: str, codes: Iterable[Code], key: str, relation: str = "") -> str:
    """Return the places where code names another project's table instead of using `source`.

    Args:
        at: Place of the model, for a table that only a macro names.
        codes: Code of the model and of the ephemeral models in its query.
        key: Key of the table; its last parts are schema and name if the relation has no schema.
        relation: The table as the query names it: dbt's default schema is not the key's.
    """
    _, schema, table = relation_named(relation)
    pattern = naming((schema, table) if schema else key_path(key)[-2:])
    for code in codes:
        found = pattern.search(code.raw)
        if found:
            file, first = split_place(code.at)
            return place(file, first + code.raw.count("\n", 0, found.start()))
    return at
