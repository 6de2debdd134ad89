"""Columns of a written table, as Dagster's metadata of its materialization."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

SCHEMA = "dagster/column_schema"
LINEAGE = "dagster/column_lineage"


def column_metadata(
    declared: Mapping[str, Any], columns: Iterable[tuple[str, str]]
) -> dict[str, dg.TableSchema | dg.TableColumnLineage]:
    """Return the column schema of a table, and the column lineage if its definition has one.

    Args:
        declared: Metadata of the asset's definition.
        columns: Name and type of each column of the table.
    """
    schema = declared.get(SCHEMA)
    schema = getattr(schema, "schema", schema) or dg.TableSchema([])
    own = {column.name.casefold(): column for column in schema.columns}
    written = [
        _with_name_and_type(own.get(name.casefold()), name, type_) for name, type_ in columns
    ]
    metadata: dict[str, dg.TableSchema | dg.TableColumnLineage] = {
        SCHEMA: dg.TableSchema(written, constraints=schema.constraints)
    }
    lineage = declared.get(LINEAGE)
    lineage = getattr(lineage, "column_lineage", lineage)
    if lineage:
        upstream = {name.casefold(): one for name, one in lineage.deps_by_column.items()}
        metadata[LINEAGE] = dg.TableColumnLineage(
            {column.name: upstream.get(column.name.casefold(), []) for column in written}
        )
    return metadata


def _with_name_and_type(declared: dg.TableColumn | None, name: str, type_: str) -> dg.TableColumn:
    if declared is None:
        return dg.TableColumn(name, type_)
    return dg.TableColumn(
        name,
        type_,
        description=declared.description,
        constraints=declared.constraints,
        tags=declared.tags,
    )
