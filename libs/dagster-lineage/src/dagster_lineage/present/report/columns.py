"""The columns of all boxes in one row of numbers, each with the columns it is computed from."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_lineage.model import Column, split_column
from dagster_lineage.present.report.nodes import Nodes
from dagster_lineage.present.report.texts import Texts

NOT_NULL, UNIQUE, COPY, UNTOLD = 1, 2, 4, 8
"""Marks of a column. `UNTOLD`: somebody reads it, but its asset does not tell of it."""


@dataclass(frozen=True)
class ColumnTable:
    """Columns by number: those of a box follow each other.

    Attributes:
        first: By box, the number of its first column; one more entry at the end.
        names: By column, the number of its name.
        types: By column, the number of its type's text.
        marks: By column, the sum of its marks.
        origins: By column: the columns that it is computed from (a number alone for one, -1 for
            none).
        places: By box, the place of a column among its own, by folded name.
    """

    first: list[int]
    names: list[int]
    types: list[int]
    marks: list[int]
    origins: list[int | list[int]]
    places: list[dict[str, int]]

    def number(self, box: int, name: str) -> int | None:
        """The number of a column, letter case left aside."""
        place = self.places[box].get(name.casefold())
        return None if place is None else self.first[box] + place


def column_table(nodes: Nodes, texts: Texts) -> ColumnTable:
    """All columns: those that assets tell of, and those that are read of them nevertheless."""
    columns: list[dict[str, Column | None]] = [dict(node.asset.columns) for node in nodes.nodes]
    places = [{name.casefold(): at for at, name in enumerate(own)} for own in columns]
    _add_untold(nodes, columns, places)
    table = ColumnTable([0], [], [], [], [], places)
    for own in columns:
        table.first.append(table.first[-1] + len(own))
    for box, own in enumerate(columns):
        for name, column in own.items():
            table.names.append(texts(name))
            table.types.append(texts(column.type if column else ""))
            table.marks.append(_marks(column))
            table.origins.append(_origins(nodes, table, box, column))
    return table


def _add_untold(
    nodes: Nodes, columns: list[dict[str, Column | None]], places: list[dict[str, int]]
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


def _marks(column: Column | None) -> int:
    if column is None:
        return UNTOLD
    return NOT_NULL * column.not_null + UNIQUE * column.unique + COPY * column.copy


def _origins(nodes: Nodes, table: ColumnTable, box: int, column: Column | None) -> int | list[int]:
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
