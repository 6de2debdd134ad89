"""Metadata of an asset in Dagster, from the columns of its interface.

Dagster+ draws `dagster/column_lineage` as a graph over all code locations. The open-source UI
(1.13.27) stores it, but shows only `dagster/column_schema`. So the descriptions of columns name
their origins, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote

import dagster as dg

from dagster_lineage.model import Asset, Column, key_path, split_column
from dagster_lineage.model.wording import listed

SCHEMA = "dagster/column_schema"
LINEAGE = "dagster/column_lineage"
UNKNOWN_TYPE = "?"
"""As dagster-dbt writes it."""
LISTED_ORIGINS = 6
"""Number of origins that a description names."""


def with_columns(spec: dg.AssetSpec, asset: Asset) -> dg.AssetSpec:
    """Return a spec with the columns of an asset and their origins, as metadata.

    Args:
        spec: The asset in Dagster. What it declares is kept: types, descriptions, tags,
            constraints, and upstream columns.
        asset: The same asset in the interface.
    """
    declared = _declared_schema(spec)
    lineage = _declared_lineage(spec)
    columns = _columns(declared, asset)
    if not columns:
        return spec
    metadata: dict[str, object] = {
        SCHEMA: dg.TableSchema(
            [_table_column(own, column) for own, column in columns],
            constraints=declared.constraints,
        )
    }
    # An asset that reads others, but has no known origins, does not end the path of a column.
    known = any(column.derived_from or column.constant for _, column in columns)
    if lineage or known or not asset.reads:
        origins = {
            own.name: [_dependency(one) for one in dict.fromkeys(column.derived_from)]
            for own, column in columns
        }
        metadata[LINEAGE] = dg.TableColumnLineage({**origins, **lineage})
    return spec.merge_attributes(metadata=metadata)


def _declared_schema(spec: dg.AssetSpec) -> dg.TableSchema:
    entry = spec.metadata.get(SCHEMA)
    schema = getattr(entry, "schema", entry)
    return schema if isinstance(schema, dg.TableSchema) else dg.TableSchema([])


def _declared_lineage(spec: dg.AssetSpec) -> Mapping[str, Sequence[dg.TableColumnDep]]:
    entry = spec.metadata.get(LINEAGE)
    lineage = getattr(entry, "column_lineage", entry)
    return lineage.deps_by_column if isinstance(lineage, dg.TableColumnLineage) else {}


def _columns(declared: dg.TableSchema, asset: Asset) -> list[tuple[dg.TableColumn, Column]]:
    """Return the columns of an asset, each as declared in Dagster and as in the interface.

    Python declares all columns of an asset or none. dbt's YAML files may declare some of them.
    """
    own = {column.name.casefold(): column for column in declared.columns}
    known = {name.casefold(): column for name, column in asset.columns.items()}
    names = {} if own and asset.kind == "asset" else {one.casefold(): one for one in asset.columns}
    return [
        (own.get(name) or dg.TableColumn(names[name], UNKNOWN_TYPE), known.get(name) or Column())
        for name in dict.fromkeys([*names, *own])
    ]


def _table_column(own: dg.TableColumn, column: Column) -> dg.TableColumn:
    return dg.TableColumn(
        own.name,
        type=column.type if column.type and own.type in ("", UNKNOWN_TYPE) else own.type,
        description="\n\n".join(filter(None, (own.description, _origins(column)))) or None,
        constraints=dg.TableColumnConstraints(
            nullable=own.constraints.nullable and not column.not_null,
            unique=own.constraints.unique or column.unique,
            other=own.constraints.other,
        ),
        tags=own.tags,
    )


def _dependency(origin: str) -> dg.TableColumnDep:
    key, column = split_column(origin)
    return dg.TableColumnDep(_asset_key(key), column)


def _origins(column: Column) -> str:
    """Return sentences in Markdown with links to the upstream assets; empty if it has none."""
    links = [
        f"[`{key}.{name}`]({_address(key)})" for key, name in map(split_column, column.derived_from)
    ]
    sentences = []
    if links:
        origins = listed(links, LISTED_ORIGINS, code=False)
        sentences.append(f"{'Copied from' if column.copy else 'Computed from'} {origins}.")
    if column.constant:
        sentences.append("A constant.")
    if column.unknown:
        what = "Other origins" if links else "Its origins"
        sentences.append(f"{what} are unknown: {column.unknown}.")
    return " ".join(sentences)


# The columns of an asset are computed from those of few others.


@lru_cache(maxsize=1024)
def _asset_key(key: str) -> dg.AssetKey:
    return dg.AssetKey(list(key_path(key)))


@lru_cache(maxsize=1024)
def _address(key: str) -> str:
    return "/assets/" + "/".join(quote(part, safe="") for part in key_path(key))
