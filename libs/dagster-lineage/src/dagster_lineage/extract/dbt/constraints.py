"""The guarantees of a table's rows, and the rule by which a constraint or test is one.

A reader can rely on a guarantee, because a violation stops the run:

* a **constraint** (`not_null`, `unique`, `primary_key`; on a column, or on the model over several)
  of a model whose contract is enforced: without the contract dbt does not even write it into the
  DDL. Engines that only store such constraints are treated alike: the producer has
  guaranteed it;
* a **data test** that fails the run for every single offending row: `not_null`, `unique`, a
  primary key or a unique combination of columns (dbt's own, dbt_utils', dbt_expectations' and
  dbt_constraints'), enabled, of severity `error`, without `where`, with no other `error_if` than
  `!= 0` (or its like), no custom `fail_calc`, no argument that leaves out rows, and over
  columns, not expressions.

These are not guarantees: `unique_key` of a config (it says how rows are merged, and nothing checks
it), a test of severity `warn`, a test of some of the rows, an inference such as dbt's own
`primary_key` (which counts disabled tests, too).

For a source, the same rule gives the expectations of its project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dagster_lineage.extract.dbt.data_tests import DataTest
from dagster_lineage.extract.dbt.manifest_nodes import ManifestNode, ManifestSource, strings
from dagster_lineage.extract.dbt.quoted_names import unquoted

_NOT_NULL, _UNIQUE, _PRIMARY_KEY = "not_null", "unique", "primary_key"
_TESTS = {
    "not_null": _NOT_NULL,
    "dbt_expectations.expect_column_values_to_not_be_null": _NOT_NULL,
    "unique": _UNIQUE,
    "dbt_expectations.expect_column_values_to_be_unique": _UNIQUE,
    "dbt_utils.unique_combination_of_columns": _UNIQUE,
    "dbt_expectations.expect_compound_columns_to_be_unique": _UNIQUE,
    "dbt_constraints.unique_key": _UNIQUE,
    "primary_key": _PRIMARY_KEY,
    "dbt_constraints.primary_key": _PRIMARY_KEY,
}


@dataclass(frozen=True)
class Guarantees:
    """Of one table; names of columns are case-folded but in `grain`."""

    not_null: frozenset[str]
    """Columns without null."""
    unique: frozenset[str]
    """Columns whose values are all different."""
    grain: tuple[str, ...]
    """The columns that identify a row, as they are spelled where they are declared."""


def guarantees_of(node: ManifestNode | ManifestSource, tests: Iterable[DataTest]) -> Guarantees:
    """Return the guarantees of a model, seed, snapshot or source.

    Args:
        node: Of the manifest.
        tests: The data tests that are about it.
    """
    details = [*_constraints(node), *_tested(tests)]
    not_null = {
        column.casefold()
        for kind, columns in details
        if kind in (_NOT_NULL, _PRIMARY_KEY)
        for column in columns
    }
    primary = [columns for kind, columns in details if kind == _PRIMARY_KEY]
    unique = [columns for kind, columns in details if kind == _UNIQUE]
    return Guarantees(
        not_null=frozenset(not_null),
        unique=frozenset(
            columns[0].casefold() for columns in (*primary, *unique) if len(columns) == 1
        ),
        grain=primary[0] if primary else _grain(node, unique, not_null),
    )


def _tested(tests: Iterable[DataTest]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for test in tests:
        if test.guarantee and test.check.kind in _TESTS:
            yield _TESTS[test.check.kind], test.check.columns


def _constraints(node: ManifestNode | ManifestSource) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(node, ManifestNode):
        if not node.contract_is_enforced:
            return
        for constraint in node.constraints:
            columns = tuple(map(unquoted, strings(constraint.columns)))
            if columns:
                yield constraint.type, columns
    for name, column in node.columns.items():
        for constraint in column.constraints:
            yield constraint.type, (name,)


def _grain(
    node: ManifestNode | ManifestSource, unique: list[tuple[str, ...]], not_null: set[str]
) -> tuple[str, ...]:
    """The best of several combinations without a primary key.

    What the config merges rows by, if it is one of them; else a column without null, a combination,
    a column.
    """
    merged_by = {column.casefold() for column in strings(node.config.unique_key)}

    def rank(columns: tuple[str, ...]) -> int:
        folded = {column.casefold() for column in columns}
        if folded == merged_by:
            return 0
        if len(columns) == 1:
            return 1 if folded <= not_null else 3
        return 2

    return min(unique, key=rank, default=())
