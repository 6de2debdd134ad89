"""Steps that choose and combine rows: filters, joins, set operations, subqueries."""

from __future__ import annotations

from benchmarks.executed.draft import SIMPLE, Draft, Relation, any_relation, imported
from benchmarks.executed.expressions import Column


def filter_rows(draft: Draft) -> None:
    relation = any_relation(draft)
    kept = draft.expressions.of_kind("boolean", relation.columns)
    draft.decide(kept)
    way = draft.chance.random()
    if way < 0.6:
        body = f"select * from {relation.name} where {kept.text}"
    elif way < 0.8:
        key = draft.chance.choice(relation.columns)
        draft.decide(key)
        body = (
            f"select * from {relation.name} qualify row_number() over "
            f"(partition by {kept.text} order by {key.text}) <= 6"
        )
    else:
        draft.decide(*relation.columns)
        body = f"select distinct * from {relation.name}"
    draft.add(body, relation.columns)


def join(draft: Draft) -> None:
    left = any_relation(draft)
    others = [one for one in draft.relations if one is not left]
    right = draft.chance.choice(others) if others else imported(draft)
    pairs = [
        (one, other)
        for one in left.columns
        for other in right.columns
        if one.kind == other.kind == "number" and one.key and other.key
    ]
    if not pairs:
        return
    one, other = draft.chance.choice(pairs)
    draft.decide(one, other)
    kind = draft.chance.choice(("join", "left join", "full join", "right join"))
    sides = [(left, "l"), (right, "r")]
    if one.text == other.text and draft.chance.random() < 0.6:
        roots = one.roots | other.roots
        on, columns = f"using ({one.text})", [one._replace(roots=roots, key=False)]
        listed = [one.text]
    else:
        on, columns, listed = f"on l.{one.text} = r.{other.text}", [], []
    for relation, alias in sides:
        for column in relation.columns:
            if draft.chance.random() < 0.6:
                name = draft.fresh("j")
                listed.append(f"{alias}.{column.text} as {name}")
                columns.append(column._replace(text=name))
    both = [part.qualified(alias) for relation, alias in sides for part in relation.columns]
    for name, part in draft.computed(both, 2):
        listed.append(f"{part.text} as {name}")
        columns.append(part._replace(text=name, key=False))
    body = f"select {', '.join(listed)} from {left.name} as l {kind} {right.name} as r {on}"
    draft.add(body, columns)


def set_operation(draft: Draft) -> None:
    left = any_relation(draft)
    right = draft.chance.choice(draft.relations)
    way = draft.chance.choice(
        (
            "union all",
            "union all",
            "union all by name",
            "union by name",
            "union",
            "except",
            "intersect",
        )
    )
    columns, first, second = [], [], []
    for _ in range(draft.chance.randint(2, 5)):
        kind = draft.chance.choice(SIMPLE)
        name = draft.fresh("u")
        one = draft.expressions.of_kind(kind, left.columns)
        other = draft.expressions.of_kind(kind, right.columns)
        if kind == "number":
            one, other = (
                part._replace(text=f"cast({part.text} as double)") for part in (one, other)
            )
        first.append(f"{one.text} as {name}")
        second.append(f"{other.text} as {name}")
        columns.append(Column(name, kind, one.roots | other.roots))
    if way.endswith("by name"):
        draft.chance.shuffle(second)
    if not way.startswith("union all"):
        draft.decide(*columns)
    draft.add(
        f"select {', '.join(first)} from {left.name} {way} "
        f"select {', '.join(second)} from {right.name}",
        columns,
    )


def scalar_query(draft: Draft) -> None:
    outer, inner = any_relation(draft), draft.chance.choice(draft.relations)
    keys = [
        (one, other)
        for one in outer.columns
        for other in inner.columns
        if one.kind == other.kind == "number"
    ]
    if not keys:
        return
    one, other = draft.chance.choice(keys)
    both = one.roots | other.roots
    name, where = draft.fresh("q"), f"i.{other.text} % 5 = o.{one.text} % 5"
    inside = [part.qualified("i") for part in inner.columns]
    way = draft.chance.random()
    if way < 0.4:
        value = draft.expressions.filled("max({})", "number", ("number",), inside)
        draft.decide(one, other)
        column = Column(name, "number", value.roots)
        text = f"(select {value.text} from {inner.name} as i where {where})"
    elif way < 0.6:
        column, text = (
            Column(name, "boolean", both),
            f"exists (from {inner.name} as i where {where})",
        )
    elif way < 0.8:
        column = Column(name, "number", both)
        text = f"(select count(*) from {inner.name} as i where {where})"
    else:
        column = Column(name, "boolean", both)
        text = f"o.{one.text} in (select i.{other.text} from {inner.name} as i)"
    draft.add(f"select *, {text} as {name} from {outer.name} as o", [*outer.columns, column])


def lateral(draft: Draft) -> None:
    outer = any_relation(draft)
    one = draft.expressions.of_kind("number", [part.qualified("o") for part in outer.columns])
    two = draft.expressions.of_kind("text", [part.qualified("o") for part in outer.columns])
    names = [draft.fresh("l") for _ in range(2)]
    columns = [
        *outer.columns,
        Column(names[0], "number", one.roots),
        Column(names[1], "text", two.roots),
    ]
    way = draft.chance.random()
    if way < 0.5:
        body = (
            f"select o.*, v.* from {outer.name} as o, "
            f"lateral (select {one.text} as {names[0]}, {two.text} as {names[1]}) as v"
        )
    else:
        body = (
            f"select o.*, v.one as {names[0]}, v.two as {names[1]} from {outer.name} as o "
            f"cross join lateral (values ({one.text}, {two.text})) as v(one, two)"
        )
    draft.add(body, columns)


def recursive(draft: Draft) -> None:
    relation = any_relation(draft)
    one = draft.expressions.of_kind("number", relation.columns)
    two = draft.expressions.of_kind("text", relation.columns)
    step, total, path = (draft.fresh("x") for _ in range(3))
    name = draft.fresh("walk_")
    draft.ctes.append(
        f"{name}({step}, {total}, {path}) as (\n"
        f"    select 1, cast({one.text} as double), {two.text} from {relation.name}\n"
        f"    union all\n"
        f"    select {step} + 1, {total} * 2, {path} || '.' from {name} where {step} < 3\n)"
    )
    columns = [
        Column(step, "number", frozenset()),
        Column(total, "number", one.roots),
        Column(path, "text", two.roots),
    ]
    draft.relations.append(Relation(name, columns))
    if not draft.ctes[0].startswith("recursive "):
        draft.ctes[0] = f"recursive {draft.ctes[0]}"


def other_join(draft: Draft) -> None:
    """Join in one of the rarer ways."""
    left, right = any_relation(draft), draft.chance.choice(draft.relations)
    keys = (
        [one for one in left.of("number") if one.key],
        [one for one in right.of("number") if one.key],
    )
    if left is right or not all(keys):
        return
    one, other = (draft.chance.choice(some) for some in keys)
    draft.decide(one, other)
    on = f"l.{one.text} = r.{other.text}"
    way = draft.chance.choice(("semi", "anti", "asof", "positional", "cross", "natural"))
    if way in ("semi", "anti"):
        body, columns = (
            f"select * from {left.name} as l {way} join {right.name} as r on {on}",
            left.columns,
        )
    elif way == "natural":
        both = {column.text for column in left.columns} & {column.text for column in right.columns}
        if not both or any(
            column.kind not in ("number", "text", "date", "boolean")
            for relation in (left, right)
            for column in relation.columns
            if column.text in both
        ):
            return
        draft.decide(*(c for r in (left, right) for c in r.columns if c.text in both))
        body = f"select * from {left.name} as l natural join {right.name} as r"
        columns = [*left.columns, *(c for c in right.columns if c.text not in both)]
    else:
        names = [draft.fresh("o") for _ in range(2)]
        on = {"asof": f" on l.{one.text} >= r.{other.text}"}.get(way, "")
        body = (
            f"select l.*, r.{other.text} as {names[0]}, "
            f"l.{one.text} + r.{other.text} as {names[1]} "
            f"from {left.name} as l {way} join {right.name} as r{on}"
        )
        columns = [
            *left.columns,
            other._replace(text=names[0], key=False),
            Column(names[1], "number", one.roots | other.roots),
        ]
    draft.add(body, columns)


def ordered(draft: Draft) -> None:
    """Keep some rows: the first of each group, or the first ones."""
    relation = any_relation(draft)
    order = draft.expressions.filled("{}, {}", "text", ("number", "text"), relation.columns)
    draft.decide(order)
    if draft.chance.random() < 0.5:
        key = draft.chance.choice(relation.columns)
        draft.decide(key)
        body = (
            f"select distinct on ({key.text}) * from {relation.name} "
            f"order by {key.text}, {order.text}"
        )
    else:
        body = f"select * from {relation.name} order by {order.text} limit 9"
    draft.add(body, relation.columns)


def renamed_table(draft: Draft) -> None:
    """Give the columns of a relation other names where it is read."""
    relation = any_relation(draft)
    names = [draft.fresh("t") for _ in relation.columns[:3]]
    columns = [one._replace(text=name) for one, name in zip(relation.columns, names, strict=False)]
    draft.add(
        f"select * from {relation.name} as o({', '.join(names)})",
        [*columns, *relation.columns[len(names) :]],
    )
