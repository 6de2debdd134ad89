"""Random queries of several steps."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.executed import steps_of_columns as columns
from benchmarks.executed import steps_of_rows as rows
from benchmarks.executed import steps_of_values as values
from benchmarks.executed.draft import Draft, imported
from benchmarks.executed.execution import Query

STEPS: tuple[Callable[[Draft], None], ...] = (
    *(columns.project, columns.aggregate, columns.window) * 2,
    columns.pattern,
    *(rows.join, rows.set_operation, rows.scalar_query) * 2,
    rows.filter_rows,
    rows.other_join,
    rows.lateral,
    rows.recursive,
    rows.ordered,
    rows.renamed_table,
    values.unnest,
    values.struct,
    values.pivot,
    values.unpivot,
    values.best_row,
    values.list_of_structs,
)


def random_query(chance: random.Random) -> Query:
    """Return a query of one to three steps over one to three tables."""
    draft = Draft(chance)
    for _ in range(chance.choice((1, 2, 2, 3))):
        imported(draft)
    for step in chance.choices(STEPS, k=chance.choice((1, 2, 2, 3))):
        step(draft)
    listed = ",\n".join(draft.ctes)
    return Query(
        f"with {listed}\nselect * from {draft.relations[-1].name}",
        frozenset(draft.deciding),
    )
