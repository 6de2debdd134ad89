"""Check that the imported columns of a Fivetran table are those of the snapshot.

The snapshot is the contract of the table: readers in other projects are checked against it.
Fivetran follows the source: it changes the type of a column, and adds columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from ingestion.fivetran.column_schema import expected_columns
from ingestion.fivetran.column_types import duckdb_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingestion.fivetran.destination import Column
    from ingestion.fivetran.snapshot import SnapshotTable

_NAME = "columns_match_snapshot"


def columns_check_spec(table: SnapshotTable) -> dg.AssetCheckSpec:
    """Return the declaration of the check of a table."""
    return dg.AssetCheckSpec(
        _NAME,
        asset=table.key,
        blocking=True,
        description=(
            "The table has every column of the snapshot, with its type. Otherwise nothing is "
            "published. Additional columns are named and pass."
        ),
    )


def columns_match_snapshot(
    table: SnapshotTable, imported: Sequence[tuple[str, str]]
) -> dg.AssetCheckResult:
    """Return whether a table has every column of the snapshot, with its type.

    Args:
        table: Table of the snapshot.
        imported: Name and type of each column of the table in the work file.
    """
    expected = expected_columns(table)
    differences = _differences(
        expected, {column.casefold(): found_type for column, found_type in imported}
    )
    known = {column.name.casefold() for column in expected}
    added = [column for column, _ in imported if column.casefold() not in known]
    name = table.key.to_user_string()
    description = f"{name} has the {len(expected)} columns of the snapshot, with their types."
    if differences:
        description = (
            f"{name} differs from the snapshot: {'; '.join(differences)}. Restore the column at "
            f"the source, drop the table in the destination, and sync again. Or accept the change: "
            f"`make fivetran-snapshot` writes it to the snapshot, and its `lineage check` reports "
            f"the readers that it breaks."
        )
    if added:
        description += (
            f" Columns that are not in the snapshot: {', '.join(added)}. To add them: "
            f"make fivetran-snapshot."
        )
    return dg.AssetCheckResult(
        check_name=_NAME,
        asset_key=table.key,
        passed=not differences,
        description=description,
        metadata={"differences": differences, "added_columns": added},
    )


def _differences(expected: Sequence[Column], found: Mapping[str, str]) -> list[str]:
    """Return a description of each missing column and each changed type.

    A type that the snapshot does not have, or that DuckDB does not know, is not compared.
    """
    differences = []
    for column in expected:
        found_type = found.get(column.name.casefold())
        if found_type is None:
            found_type = "no such column"
        elif duckdb_type(column.type) in ("", found_type):
            continue
        wanted = column.type or "a column of any type"
        differences.append(f"column {column.name}: expected {wanted}, found {found_type}")
    return differences
