"""Reading what other projects publish, with the generation that it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from published_assets import WarehouseResource

if TYPE_CHECKING:
    import pyarrow as pa

ATTEMPTS = 5


def read_with_generation(
    warehouse: WarehouseResource, project: str, key: dg.AssetKey, columns: Sequence[str]
) -> tuple[pa.Table, int]:
    """Read some columns of another project's table, and say which publication they came from.

    A project may publish between the two looks at its file. Then both are taken again: a result
    that names the wrong data version cannot be traced back.

    Args:
        warehouse: Of this project.
        project: Who publishes the table.
        key: The table's asset key.
        columns: What to read; no other column is touched.

    Raises:
        dagster.Failure: the table or a column is missing, or the project publishes faster than
            it can be read.
    """
    before = warehouse.publication(project).generation
    for _ in range(ATTEMPTS):
        table = warehouse.read(key.path, columns=columns)
        after = warehouse.publication(project).generation
        if after == before:
            return table, after
        before = after
    raise dg.Failure(
        f"{project} published {ATTEMPTS} times while {key.to_user_string()} was being read: "
        "which of its states this would be is unknown. Run this again when it has calmed down.",
    )
