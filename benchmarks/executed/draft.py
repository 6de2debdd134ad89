"""A query that is being written: a chain of common table expressions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.executed.expressions import Column, Expressions
from benchmarks.executed.tables import KEYS, TABLES

_KINDS = {
    "bigint": "number",
    "integer": "number",
    "double": "number",
    "varchar": "text",
    "date": "date",
    "boolean": "boolean",
    "varchar[]": "list",
    "json": "json",
    "struct(price integer, label varchar)": "struct:price=number,label=text",
    "struct(city varchar, number integer)": "struct:city=text,number=number",
}
SIMPLE = ("number", "text", "date", "boolean")


@dataclass
class Relation:
    """A table or a common table expression."""

    name: str
    columns: list[Column]

    def of(self, *kinds: str) -> list[Column]:
        """Return the columns of some kinds."""
        return [one for one in self.columns if one.kind in kinds]

    def named(self, text: str) -> Column | None:
        """Return the column with a name."""
        return next((one for one in self.columns if one.text == text), None)


@dataclass
class Draft:
    """A query that is being written."""

    chance: random.Random
    ctes: list[str] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    deciding: set[str] = field(default_factory=set)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.expressions = Expressions(self.chance)

    def fresh(self, prefix: str) -> str:
        """Return an unused name."""
        self.numbers += 1
        return f"{prefix}{self.numbers}"

    def add(self, body: str, columns: Sequence[Column]) -> Relation:
        """Add a common table expression, or sometimes a subquery."""
        name = self.fresh("step_")
        self.ctes.append(f"{name} as (\n    {body}\n)")
        relation = Relation(name, list(columns))
        self.relations.append(relation)
        return relation

    def decide(self, *columns: Column) -> None:
        """Record that columns decide which rows are returned."""
        for one in columns:
            self.deciding |= one.roots

    def computed(self, columns: Sequence[Column], many: int) -> list[tuple[str, Column]]:
        """Return expressions over columns, with their names."""
        kinds = [
            self.chance.choice((*SIMPLE, "number", "text", "list", "json")) for _ in range(many)
        ]
        return [
            (
                self.fresh("c"),
                self.expressions.of_kind(kind, columns, self.chance.choice((1, 1, 2))),
            )
            for kind in kinds
        ]


def imported(draft: Draft) -> Relation:
    """Read a table: with a star, or with some columns, some of them under other names."""
    table = draft.chance.choice(list(TABLES))
    columns = [
        Column(name, _KINDS[type_], frozenset((f"{table}.{name}",)), key=True)
        for name, type_ in TABLES[table].items()
    ]
    if draft.chance.random() < 0.4:
        return draft.add(f"select * from {table}", columns)
    if draft.chance.random() < 0.2:
        dropped = draft.chance.choice(columns[3:])
        kept = [one for one in columns if one is not dropped]
        return draft.add(f"from {table} select * exclude ({dropped.text})", kept)
    some = [one for one in columns if one.text in KEYS or draft.chance.random() < 0.7]
    renamed = {
        one.text: draft.fresh("r") if one.text not in KEYS and draft.chance.random() < 0.3 else ""
        for one in some
    }
    listed = [f"t.{old} as {new}" if new else old for old, new in renamed.items()]
    return draft.add(
        f"select {', '.join(listed)} from memory.main.{table} as t",
        [one._replace(text=renamed[one.text] or one.text) for one in some],
    )


def any_relation(draft: Draft) -> Relation:
    """Return a relation, most often the last one."""
    last = draft.relations[-1]
    return last if draft.chance.random() < 0.75 else draft.chance.choice(draft.relations)


def in_from(draft: Draft, relation: Relation) -> str:
    """Return a relation for a FROM clause: its name, or a subquery."""
    if draft.chance.random() < 0.2:
        return f"(select * from {relation.name}) as {relation.name}"
    return relation.name
