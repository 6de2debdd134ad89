"""Random expressions over columns, with the source columns that are written in them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple


class Column(NamedTuple):
    """A column or an expression."""

    text: str
    """Its name or its SQL."""
    kind: str
    """`number`, `text`, `date`, `boolean`, `list`, `json`, or `struct:field,field`."""
    roots: frozenset[str]
    """Source columns that its value is written with, as `table.column`."""
    key: bool = False
    """It is the unchanged column of a table."""

    def qualified(self, alias: str) -> Column:
        """Return the column under an alias of its table."""
        return self._replace(text=f"{alias}.{self.text}")


SCALAR: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "number": (
        ("{} + {}", ("number", "number")),
        ("{} - 2 * {}", ("number", "number")),
        ("coalesce({}, {}, 0)", ("number", "number")),
        ("nullif({}, {})", ("number", "number")),
        ("case when {} then {} else {} end", ("boolean", "number", "number")),
        ("case {} when 'a' then 1 else {} end", ("text", "number")),
        ("if({}, {}, 0)", ("boolean", "number")),
        ("greatest({}, {})", ("number", "number")),
        ("abs({})", ("number",)),
        ("round({} / 3, 2)", ("number",)),
        ("try_cast({} as integer)", ("text",)),
        ("length({})", ("text",)),
        ("date_diff('day', {}, {})", ("date", "date")),
        ("extract(year from {})", ("date",)),
        ("year({}) * 100 + month({})", ("date", "date")),
        ("len({})", ("list",)),
        ("cast({}->>'$.a' as integer)", ("json",)),
        ("json_extract({}, '$.a')::integer", ("json",)),
        ("{}::double", ("number",)),
        ("cast(hash({}, {}) % 1000 as integer)", ("text", "number")),
    ),
    "text": (
        ("{} || '-' || {}", ("text", "text")),
        ("concat({}, {})", ("text", "number")),
        ("concat_ws('/', {}, {})", ("text", "text")),
        ("upper(substr({}, 1, 5))", ("text",)),
        ("replace({}, 'a', {})", ("text", "text")),
        ("case when {} > {} then {} else 'none' end", ("number", "number", "text")),
        ("coalesce({}, 'none')", ("text",)),
        ("cast({} as varchar)", ("number",)),
        ("strftime({}, '%Y-%m')", ("date",)),
        ("{}->'b'->>'c'", ("json",)),
        ("md5({})", ("text",)),
        ("list_extract({}, 1)", ("list",)),
        ("{}[2]", ("list",)),
        ("array_to_string({}, ',')", ("list",)),
        ("regexp_replace({}, '[0-9]', 'x', 'g')", ("text",)),
        ("split_part({}, '-', 2)", ("text",)),
        ("format('{{}}:{{}}', {}, {})", ("text", "number")),
    ),
    "date": (
        ("date_trunc('month', {})", ("date",)),
        ("{} + to_days(cast(abs({}) % 100 as integer))", ("date", "number")),
        ("greatest({}, {})", ("date", "date")),
        ("case when {} then {} end", ("boolean", "date")),
    ),
    "boolean": (
        ("{} and not {}", ("boolean", "boolean")),
        ("{} > {}", ("number", "number")),
        ("{} is null or {}", ("text", "boolean")),
        ("{} in ({}, 'x')", ("text", "text")),
        ("{} between {} and 500", ("number", "number")),
        ("{} like '%1%'", ("text",)),
        ("list_contains({}, {})", ("list", "text")),
        ("{} is distinct from {}", ("number", "number")),
    ),
    "list": (
        ("[{}, {}]", ("text", "text")),
        ("list_transform({}, lambda one: one || {})", ("list", "text")),
        ("[upper(one) for one in {} if one is not null]", ("list",)),
        ("list_filter({}, lambda one, position: position < 3 or {})", ("list", "boolean")),
        ("{} || [{}]", ("list", "text")),
    ),
    "json": (
        ("json_object('a', {}, 'b', {{'c': {}}})", ("number", "text")),
        ("to_json({{'a': {}, 'b': {{'c': {}}}}})", ("number", "text")),
    ),
}
AGGREGATES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("sum({})", "number", ("number",)),
    ("count({})", "number", ("text",)),
    ("count(distinct {})", "number", ("text",)),
    ("max({})", "number", ("number",)),
    ("min({})", "text", ("text",)),
    ("max({})", "date", ("date",)),
    ("bool_or({})", "boolean", ("boolean",)),
    ("sum({}) filter (where {})", "number", ("number", "boolean")),
    ("sum(case when {} then {} else 0 end)", "number", ("boolean", "number")),
    ("string_agg({}, ',' order by {}, {})", "text", ("text", "number", "text")),
    ("list({} order by {})", "list", ("text", "text")),
    ("arg_max({}, {})", "text", ("text", "number")),
    ("max_by({}, {})", "number", ("number", "number")),
    ("first({} order by {}, {})", "text", ("text", "number", "text")),
    ("quantile_cont({}, 0.5)", "number", ("number",)),
    ("count_if({})", "number", ("boolean",)),
    ("sum({} * {})", "number", ("number", "number")),
    ("coalesce(sum({}), 0) / nullif(count({}), 0)", "number", ("number", "number")),
)
WINDOWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("row_number() over (partition by {} order by {}, {})", "number", ("key", "number", "text")),
    ("sum({}) over (partition by {})", "number", ("number", "key")),
    ("sum({}) over (order by {}, {} rows unbounded preceding)", "number",
     ("number", "number", "text")),
    ("lag({}) over (partition by {} order by {}, {})", "text", ("text", "key", "number", "text")),
    ("lead({}, 1, {}) over (order by {}, {})", "number", ("number", "number", "number", "text")),
    ("first_value({}) over (partition by {} order by {}, {})", "text",
     ("text", "key", "number", "text")),
    ("rank() over (order by {} desc)", "number", ("number",)),
    ("ntile(3) over (order by {}, {})", "number", ("number", "text")),
    ("max({}) over (partition by {} order by {} range between unbounded preceding and current row)",
     "number", ("number", "key", "number")),
    ("{} - avg({}) over ()", "number", ("number", "number")),
    ("last_value({} ignore nulls) over (order by {}, {})", "text", ("text", "number", "text")),
    ("count(*) over (partition by {})", "number", ("key",)),
    ("sum({}) filter (where {}) over (partition by {})", "number", ("number", "boolean", "key")),
    ("sum({}) over named", "number", ("number",)),
    ("sum(sum({})) over ()", "grouped", ("number",)),
)  # fmt: skip
LITERALS = {
    "number": "7",
    "text": "'t'",
    "date": "date '2024-05-05'",
    "boolean": "true",
    "list": "['a', 'b']",
    "json": """'{"a": 1, "b": {"c": "x"}}'::json""",
}


class Expressions:
    """Writes random expressions.

    Args:
        chance: Source of randomness.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def of_kind(self, kind: str, columns: Sequence[Column], depth: int = 1) -> Column:
        """Return an expression of one kind over columns."""
        plain = [one for one in columns if one.kind == kind]
        plain += self._fields(kind, columns)
        if depth <= 0 or (plain and self._chance.random() < 0.35):
            if plain:
                return self._chance.choice(plain)
            return Column(LITERALS[kind], kind, frozenset())
        template, kinds = self._chance.choice(SCALAR[kind])
        return self.filled(template, kind, kinds, columns, depth - 1)

    def filled(
        self,
        template: str,
        kind: str,
        kinds: Sequence[str],
        columns: Sequence[Column],
        depth: int = 0,
    ) -> Column:
        """Return a template with expressions of the kinds it needs; `key` is a plain column."""
        parts = [
            self._key(columns) if one == "key" else self.of_kind(one, columns, depth)
            for one in kinds
        ]
        texts = [part.text if part.key else f"({part.text})" for part in parts]
        return Column(
            template.format(*texts), kind, frozenset().union(*(one.roots for one in parts))
        )

    def _key(self, columns: Sequence[Column]) -> Column:
        keys = [one for one in columns if one.key and one.kind in ("number", "boolean")]
        return self._chance.choice(keys or list(columns))

    @staticmethod
    def _fields(kind: str, columns: Sequence[Column]) -> list[Column]:
        """Return the fields of structs that have a kind."""
        found = []
        for one in columns:
            if one.kind.startswith("struct:"):
                for part in one.kind.removeprefix("struct:").split(","):
                    name, type_ = part.split("=")
                    if type_ == kind:
                        found.append(Column(f"{one.text}.{name}", kind, one.roots, key=True))
        return found
