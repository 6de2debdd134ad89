"""The columns of all assets, numbered, each with the columns that it is computed from."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_lineage.model import Column, split_column
from dagster_lineage.present.report.nodes import PageNode, PageNodes
from dagster_lineage.present.report.texts import Texts
from dagster_lineage.present.report.type_spellings import TypeSpellings

NOT_NULL, UNIQUE, COPY, UNDECLARED, CONSTANT, UNKNOWN_ORIGIN = 1, 2, 4, 8, 16, 32
"""Flags of a column. `UNDECLARED`: it is read, but the interface of its asset does not have it."""


@dataclass(frozen=True)
class ColumnTable:
    """Columns by number; those of one box are consecutive."""

    first: list[int]
    """By box: number of its first column; one more entry at the end."""
    names: list[int]
    """By column: number of its name's text."""
    types: list[int]
    """By column: number of its type's text."""
    flags: list[int]
    """By column: sum of its flags."""
    origins: list[int | list[int]]
    """By column: the columns that it is computed from; one number alone, -1 for none."""
    places: list[dict[str, int]]
    """By box: index of its columns by case-folded name."""

    def number(self, box: int, name: str) -> int | None:
        """Return the number of a column; letter case does not matter."""
        place = self.places[box].get(name.casefold())
        return None if place is None else self.first[box] + place


def column_table(nodes: PageNodes, texts: Texts) -> ColumnTable:
    """Return all columns: those of the interfaces, and those that are only read."""
    columns: list[dict[str, Column | None]] = [dict(node.asset.columns) for node in nodes.nodes]
    places = [{name.casefold(): at for at, name in enumerate(own)} for own in columns]
    _add_undeclared(nodes, columns, places)
    table = ColumnTable([0], [], [], [], [], places)
    for own in columns:
        table.first.append(table.first[-1] + len(own))
    spelled = TypeSpellings(
        (column.type, _dialect(node))
        for node in nodes.nodes
        for column in node.asset.columns.values()
    )
    for box, own in enumerate(columns):
        dialect = _dialect(nodes.nodes[box])
        for name, column in own.items():
            table.names.append(texts(name))
            table.types.append(texts(spelled(column.type, dialect) if column else ""))
            table.flags.append(_flags(column))
            table.origins.append(_origins(nodes, table, box, column))
    return table


def _dialect(node: PageNode) -> str:
    return node.where.interface.dialect if node.where else ""


def _add_undeclared(
    nodes: PageNodes, columns: list[dict[str, Column | None]], places: list[dict[str, int]]
) -> None:
    for node in nodes.nodes:
        if node.where is None:
            continue
        wanted = {
            origin for column in node.asset.columns.values() for origin in column.derived_from
        }
        for origin in sorted(wanted):
            key, name = split_column(origin)
            box = nodes.of(node.where, key)
            if box is not None and name.casefold() not in places[box]:
                places[box][name.casefold()] = len(columns[box])
                columns[box][name] = None


def _flags(column: Column | None) -> int:
    if column is None:
        return UNDECLARED
    return (
        NOT_NULL * column.not_null
        + UNIQUE * column.unique
        + COPY * column.copy
        + CONSTANT * column.constant
        + UNKNOWN_ORIGIN * bool(column.unknown)
    )


def _origins(
    nodes: PageNodes, table: ColumnTable, box: int, column: Column | None
) -> int | list[int]:
    where = nodes.nodes[box].where
    if column is None or where is None:
        return -1
    found = []
    for origin in column.derived_from:
        key, name = split_column(origin)
        upstream = nodes.of(where, key)
        number = None if upstream is None else table.number(upstream, name)
        if number is not None:
            found.append(number)
    if len(found) == 1:
        return found[0]
    return sorted(set(found)) or -1
