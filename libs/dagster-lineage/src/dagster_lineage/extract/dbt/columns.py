"""The columns of dbt nodes: what YAML, contracts, tests and a seed's file tell of them."""

from __future__ import annotations

import csv

from dagster_lineage.extract.dbt.constraints import Promises
from dagster_lineage.extract.dbt.fields import (
    Node,
    contract_is_enforced,
    mapping,
    text,
    type_spelling,
)
from dagster_lineage.extract.dbt.lines import Described
from dagster_lineage.model import Column, Expected


def columns_of(
    node: Node, promises: Promises, described: Described | None, header: tuple[str, ...]
) -> tuple[dict[str, Column], bool]:
    """Columns in their order, and whether they are all that there are.

    Args:
        node: A model, seed or snapshot.
        promises: Of its rows.
        described: Its entry in YAML.
        header: First line of a seed's file; none for everything else.
    """
    version = text(node, "version")
    types = {name.casefold(): declared for name, declared in _types(node)}
    declared = list(mapping(node, "columns"))
    complete = bool(header) or (contract_is_enforced(node) and bool(declared))
    names = list(header) or declared
    known = {name.casefold() for name in names}
    # A test may name a column that nobody declared: it is there, but others may be as well.
    if not complete:
        for tested in sorted(promises.not_null | promises.unique):
            if tested not in known:
                names.append(tested)
    columns: dict[str, Column] = {}
    for name in names:
        folded = name.casefold()
        columns[name] = Column(
            type=types.get(folded, ""),
            not_null=folded in promises.not_null,
            unique=folded in promises.unique,
            line=described.column(name, version) if described else 0,
        )
    return columns, complete


def expected_of(node: Node, promises: Promises, described: Described | None) -> dict[str, Expected]:
    """What a project relies on of a source's columns, in their order."""
    return {
        name: Expected(
            type=type_spelling(text(column, "data_type")) if isinstance(column, dict) else "",
            not_null=name.casefold() in promises.not_null,
            unique=name.casefold() in promises.unique,
            line=described.column(name) if described else 0,
        )
        for name, column in mapping(node, "columns").items()
    }


def header_of(seed: Node, content: str | None) -> tuple[str, ...]:
    """Names of a seed's columns, from its file; none when the file is not at hand."""
    if not content:
        return ()
    delimiter = text(mapping(seed, "config"), "delimiter")
    first = content.partition("\n")[0]
    try:
        row = next(csv.reader([first], delimiter=delimiter if len(delimiter) == 1 else ","), [])
    except csv.Error:
        return ()
    return tuple(row) if all(row) else ()


def _types(node: Node) -> list[tuple[str, str]]:
    types = [
        (name, type_spelling(written))
        for name, written in mapping(mapping(node, "config"), "column_types").items()
        if isinstance(written, str)
    ]
    types += [
        (name, type_spelling(text(column, "data_type")))
        for name, column in mapping(node, "columns").items()
        if isinstance(column, dict) and text(column, "data_type")
    ]
    return types
