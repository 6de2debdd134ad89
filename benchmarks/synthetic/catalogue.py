"""The planted faults and harmless edits of a synthetic repository, chosen evenly over all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from benchmarks.synthetic import (
    faults_of_columns,
    faults_of_keys,
    faults_of_readers,
    harmless_files,
    harmless_sql,
)
from benchmarks.synthetic.index import Index
from benchmarks.synthetic.plants import Plant

Planter = Callable[[Index], Iterator[Plant]]
T = TypeVar("T")

FAULTS: tuple[Planter, ...] = (
    faults_of_readers.partitions_differ,
    faults_of_columns.typo_in_python,
    faults_of_columns.type_in_python,
    faults_of_columns.gone_behind_star,
    faults_of_keys.cycle,
    faults_of_keys.upstream_not_selected,
    faults_of_keys.model_makes_it_too,
    faults_of_keys.same_name_same_key,
    faults_of_keys.key_on_the_source,
    faults_of_keys.python_makes_it_too,
    faults_of_keys.python_key_typo,
    faults_of_readers.unknown_owner,
    faults_of_readers.without_owner,
    faults_of_readers.frozen_expired,
    faults_of_readers.undeclared_external,
    faults_of_keys.upstream_gone,
    faults_of_keys.source_key_typo,
    faults_of_keys.source_beside_its_key,
    faults_of_keys.table_moved_under_its_key,
    faults_of_keys.key_as_text,
    faults_of_columns.upstream_column_gone,
    faults_of_columns.typo_in_sql,
    faults_of_columns.typo_in_clause,
    faults_of_columns.typo_in_yaml,
    faults_of_columns.type_changed,
    faults_of_columns.type_declared_wrong,
    faults_of_columns.constraint_dropped,
    faults_of_readers.no_longer_public,
    faults_of_readers.reads_private,
    faults_of_readers.no_contract,
    faults_of_readers.became_a_view,
    faults_of_readers.invisible_test,
    faults_of_readers.declared_not_read,
    faults_of_readers.read_not_declared,
)
"""Planters with few possible places come first."""

HARMLESS: tuple[Planter, ...] = (
    harmless_files.project_edited,
    harmless_files.models_reordered,
    harmless_files.python_rewritten,
    harmless_files.python_added,
    harmless_sql.renamed_with_readers,
    harmless_sql.widened,
    harmless_sql.new_column,
    harmless_files.constraint_added,
    harmless_sql.private_model_renamed,
    harmless_sql.new_model,
    harmless_sql.wrapped,
    harmless_sql.rewritten,
    harmless_sql.built_otherwise,
    harmless_files.source_rewritten,
    harmless_files.model_rewritten,
)


def chosen(
    index: T, planters: Iterable[Callable[[T], Iterator[Plant]]], each: int, *, passes: int = 2
) -> list[list[Plant]]:
    """Return plants for a number of passes, without conflicts inside of a pass.

    Args:
        index: What the planters choose from, such as the index of the repository.
        planters: Functions that yield plants.
        each: Number of plants of each planter over all passes.
        passes: Number of copies of the repository.
    """
    groups: list[list[Plant]] = [[] for _ in range(passes)]
    taken: list[set[str]] = [set() for _ in range(passes)]
    for planter in planters:
        found = 0
        share = -(-each // passes)
        counts = [0] * passes
        for plant in islice(planter(index), 2000):
            if found >= each:
                break
            for number in range(passes):
                if counts[number] < share and not taken[number] & plant.touches:
                    taken[number] |= plant.touches
                    groups[number].append(plant)
                    counts[number] += 1
                    found += 1
                    break
    return groups
