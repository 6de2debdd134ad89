"""Steps that change the shape of values: structs, lists, PIVOT and UNPIVOT."""

from __future__ import annotations

from benchmarks.executed.draft import Draft, any_relation
from benchmarks.executed.expressions import Column


def unnest(draft: Draft) -> None:
    relation = any_relation(draft)
    lists = [one for one in relation.columns if one.kind == "list" and one.key]
    if not lists:
        return
    one = draft.chance.choice(lists)
    name = draft.fresh("n")
    others = [part for part in relation.columns if part is not one]
    column = Column(name, "text", one.roots)
    if draft.chance.random() < 0.5:
        body = f"select * exclude ({one.text}), unnest({one.text}) as {name} from {relation.name}"
    else:
        listed = ", ".join(f"o.{part.text}" for part in others)
        body = (
            f"select {listed}, v.value as {name} from {relation.name} as o, "
            f"unnest(o.{one.text}) as v(value)"
        )
    draft.add(body, [*others, column])


def struct(draft: Draft) -> None:
    relation = any_relation(draft)
    one = draft.expressions.of_kind("number", relation.columns)
    two = draft.expressions.of_kind("text", relation.columns)
    packed, fields = draft.fresh("s"), [draft.fresh("f") for _ in range(2)]
    roots = one.roots | two.roots
    first = draft.chance.choice(
        (
            f"{{'{fields[0]}': {one.text}, '{fields[1]}': {two.text}}}",
            f"struct_pack({fields[0]} := {one.text}, {fields[1]} := {two.text})",
        )
    )
    inner = draft.add(
        f"select *, {first} as {packed} from {relation.name}",
        [*relation.columns, Column(packed, f"struct:{fields[0]}=number,{fields[1]}=text", roots)],
    )
    star = draft.chance.choice((f"{packed}.*", f"unnest({packed})", f"{inner.name}.{packed}.*"))
    kept = [part for part in relation.columns if draft.chance.random() < 0.5]
    draft.add(
        f"select {''.join(f'{part.text}, ' for part in kept)}{star} from {inner.name}",
        [*kept, Column(fields[0], "number", roots), Column(fields[1], "text", roots)],
    )


def pivot(draft: Draft) -> None:
    relation = any_relation(draft)
    numbers, keys = relation.of("number"), [one for one in relation.of("boolean") if one.key]
    if not numbers or not keys:
        return
    on, using = draft.chance.choice(keys), draft.chance.choice(numbers)
    group = draft.chance.choice([one for one in relation.columns if one is not on])
    draft.decide(group)
    names = [draft.fresh("p") for _ in range(2)]
    values = ", ".join(
        f"{flag} as {name}" for flag, name in zip(("true", "false"), names, strict=True)
    )
    roots = on.roots | using.roots
    amount = draft.fresh("v")
    body = (
        f"select * from (select {group.text}, {on.text}, {using.text} as {amount} "
        f"from {relation.name}) pivot (sum({amount}) for {on.text} in ({values}))"
    )
    draft.add(body, [group._replace(key=False), *(Column(name, "number", roots) for name in names)])


def unpivot(draft: Draft) -> None:
    relation = any_relation(draft)
    numbers = relation.of("number")
    if len(numbers) < 2:
        return
    chosen = draft.chance.sample(numbers, 2)
    name, value = draft.fresh("k"), draft.fresh("v")
    listed = ", ".join(f"cast({one.text} as double) as {one.text}" for one in chosen)
    others = relation.of("text", "date")[:2]
    roots = chosen[0].roots | chosen[1].roots
    texts = "".join(f"{one.text}, " for one in others)
    body = (
        f"select * from (select {texts}{listed} from {relation.name}) "
        f"unpivot include nulls ({value} for {name} in ({chosen[0].text}, {chosen[1].text}))"
    )
    draft.add(body, [*others, Column(name, "text", frozenset()), Column(value, "number", roots)])


def best_row(draft: Draft) -> None:
    """Keep a whole row of each group: the usual way to remove duplicates in BigQuery."""
    relation = any_relation(draft)
    keys = [one for one in relation.columns if one.key and one.kind in ("number", "boolean")]
    if not keys:
        return
    key = draft.chance.choice(keys)
    draft.decide(key)
    order = draft.expressions.filled("{}, {}", "text", ("number", "text"), relation.columns)
    name = draft.fresh("best_")
    inner = f"select list(o order by {order.text})[1] as {name} from {relation.name} as o"
    draft.add(
        f"select {name}.* from ({inner} group by {key.text})",
        [one._replace(roots=one.roots | order.roots, key=False) for one in relation.columns],
    )


def list_of_structs(draft: Draft) -> None:
    """Collect structs in a list, and read their fields after UNNEST."""
    relation = any_relation(draft)
    one = draft.expressions.of_kind("number", relation.columns)
    two = draft.expressions.of_kind("text", relation.columns)
    first, second, items = draft.fresh("f"), draft.fresh("f"), draft.fresh("items_")
    inner = draft.add(
        f"select list({{'{first}': {one.text}, '{second}': {two.text}}}) as {items} "
        f"from {relation.name}",
        [Column(items, "structs", one.roots | two.roots)],
    )
    names = [draft.fresh("n") for _ in range(2)]
    draft.add(
        f"select item.{first} as {names[0]}, item.{second} as {names[1]} "
        f"from (select unnest({items}) as item from {inner.name})",
        [Column(names[0], "number", one.roots), Column(names[1], "text", two.roots)],
    )
