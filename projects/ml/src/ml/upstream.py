"""Reading what other projects publish, with the generation that it was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from dagster_lineage.definitions import Upstream
from published_assets.api import WarehouseResource

if TYPE_CHECKING:
    import pyarrow as pa

ATTEMPTS = 5


def read_with_generation(warehouse: WarehouseResource, upstream: Upstream) -> tuple[pa.Table, int]:
    """Read the declared columns of another project's table, and say of which publication.

    A project may publish between the two looks at its file. Then both are taken again: a result
    that names the wrong data version cannot be traced back.

    Args:
        warehouse: Of this project.
        upstream: The table and its columns. No other column is touched: what is read is what
            was declared, and so what `lineage check` has checked.

    Raises:
        dagster.Failure: the table or a column is missing, or the project publishes faster than
            it can be read.
    """
    before = warehouse.publication(upstream.project).generation
    for _ in range(ATTEMPTS):
        table = warehouse.read(upstream.key.path, columns=list(upstream.columns))
        after = warehouse.publication(upstream.project).generation
        if after == before:
            return table, after
        before = after
    raise dg.Failure(
        f"{upstream.project} published {ATTEMPTS} times while {upstream.key.to_user_string()} was "
        "being read: which of its states this would be is unknown. Run this again when it has "
        "calmed down.",
    )
