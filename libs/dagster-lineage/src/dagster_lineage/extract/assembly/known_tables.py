"""What a model's SQL may know of the tables that it reads, under the names they have there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dagster_lineage.extract.assembly.drafts import Draft
from dagster_lineage.extract.dbt.manifest_graph import Code
from dagster_lineage.extract.sql import RelationName
from dagster_lineage.model import Asset, Read
from dagster_lineage.model.relations import is_location, same_relation

_QUOTED = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^."`\[\]]+)')


class ReadTable(NamedTuple):
    """What a query may know of a table that it reads."""

    key: str
    made_by: str
    """Key of the producer: another key if a source has the key of one table and reads another."""
    relation: str = ""
    """Under the name it has in the SQL; empty where it has none, as a file or a table function."""
    columns: Mapping[str, str] = {}
    complete: bool = False


class KnownTables:
    """The tables of all assets, as one draft's models see them.

    Args:
        draft: Whose models read.
        known: All assets by key, those of other locations too; changed while they are traced.
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
        """What the reader's SQL may know of a table that is read by `ref` or `source`."""
        made_by, upstream = read.key, self._known.get(read.key)
        source = self._draft.sources.read_by(manifest, read, code)
        relation = (source.relation if source else "") or (upstream.relation if upstream else "")
        # A path or a table function: a query does not name it as a table.
        if not relation or is_location(relation):
            return ReadTable(read.key, read.key)
        if upstream and upstream.relation and not same_relation(relation, upstream.relation):
            other = self.key_of(relation)
            if other:
                made_by, upstream = other, self._known[other]
        if upstream is None or not upstream.columns:
            declared = source.columns if source else {}
            types = {name: column.type for name, column in declared.items()}
            return ReadTable(read.key, made_by, relation, types)
        known, types = self._types.get(made_by, (None, {}))
        if known is not upstream:
            types = {name: column.type for name, column in upstream.columns.items()}
            self._types[made_by] = (upstream, types)
        return ReadTable(read.key, made_by, relation, types, upstream.columns_known)

    def key_of(self, relation: str) -> str:
        """The asset that a query names directly, without `ref` or `source`; empty: none, or unsure.

        Two projects may write tables of one name into two databases: then this project's is meant,
        and of several others' it is not known which.
        """
        keys = self._keys.get(relation.casefold(), ())
        if len(keys) == 1:
            return keys[0]
        own = [key for key in keys if key in self._draft.assets]
        return own[0] if len(own) == 1 else ""

    def column_names(self, key: str) -> tuple[str, ...]:
        """The columns that an asset is known to have; none of one that is not known."""
        asset = self._known.get(key)
        return tuple(asset.columns) if asset else ()

    def spell(self, key: str, name: str) -> str:
        """A column in the spelling of its asset."""
        asset = self._known.get(key)
        if asset is None or name in asset.columns:
            return name
        folded = name.casefold()
        return next((one for one in asset.columns if one.casefold() == folded), name)


def relation_named(text: str) -> RelationName:
    """A relation from its text, however its parts are quoted."""
    parts = [
        (double or back or square or plain).replace('""', '"')
        for double, back, square, plain in _QUOTED.findall(text)
    ]
    catalog, schema, table = ["", "", "", *parts][-3:]
    return RelationName(catalog, schema, table)
