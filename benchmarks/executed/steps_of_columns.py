"""Steps that compute columns: expressions, aggregates, windows."""

from __future__ import annotations

from benchmarks.executed.draft import SIMPLE, Draft, any_relation, in_from
from benchmarks.executed.expressions import AGGREGATES, WINDOWS, Column


def project(draft: Draft) -> None:
    relation = any_relation(draft)
    added = draft.computed(relation.columns, draft.chance.randint(2, 5))
    listed = [f"{one.text} as {name}" for name, one in added]
    columns = [one._replace(text=name, key=False) for name, one in added]
    numbers = [one for one in columns if one.kind == "number"]
    if numbers:  # an alias of the same list
        first = numbers[0]
        name = draft.fresh("c")
        listed.append(f"{first.text} * 2 as {name}")
        columns.append(first._replace(text=name))
    way = draft.chance.random()
    if way < 0.3:
        listed.insert(0, "*")
        columns = [*relation.columns, *columns]
    elif way < 0.5 and relation.of("number"):
        replaced = draft.chance.choice(relation.of("number"))
        other = draft.expressions.of_kind("number", relation.columns)
        listed.insert(0, f"* replace ({other.text} as {replaced.text})")
        kept = [
            other._replace(text=replaced.text, key=False) if one is replaced else one
            for one in relation.columns
        ]
        columns = [*kept, *columns]
    elif way < 0.6:
        old = draft.chance.choice(relation.columns)
        new = draft.fresh("r")
        listed.insert(0, f"{relation.name}.* rename ({old.text} as {new})")
        kept = [one._replace(text=new) if one is old else one for one in relation.columns]
        columns = [*kept, *columns]
    draft.add(f"select {', '.join(listed)} from {in_from(draft, relation)}", columns)


def aggregate(draft: Draft) -> None:
    relation = any_relation(draft)
    keys = [one for one in relation.columns if one.key and one.kind in SIMPLE]
    keys = draft.chance.sample(keys, min(len(keys), draft.chance.choice((0, 1, 1, 2))))
    draft.decide(*keys)
    columns, listed = [], []
    for key in keys:
        name = draft.fresh("g")
        columns.append(key._replace(text=name, key=False))
        listed.append(f"{key.text} as {name}")
    for template, kind, kinds in draft.chance.choices(AGGREGATES, k=draft.chance.randint(2, 5)):
        one = draft.expressions.filled(template, kind, kinds, relation.columns)
        name = draft.fresh("a")
        listed.append(f"{one.text} as {name}")
        columns.append(Column(name, kind, one.roots))
    if draft.chance.random() < 0.3:
        name = draft.fresh("a")
        listed.append(f"count(*) as {name}")
        columns.append(Column(name, "number", frozenset()))
    texts = ", ".join(key.text for key in keys)
    ways = ["all", texts, f"rollup ({texts})", f"cube ({texts})", f"grouping sets (({texts}), ())"]
    group = f" group by {draft.chance.choice(ways)}" if keys else ""
    having = ""
    if keys and draft.chance.random() < 0.2:
        limit = draft.expressions.filled("max({}) > 3", "boolean", ("number",), relation.columns)
        draft.decide(limit)
        having = f" having {limit.text}"
    draft.add(f"select {', '.join(listed)} from {in_from(draft, relation)}{group}{having}", columns)


def window(draft: Draft) -> None:
    relation = any_relation(draft)
    columns, listed, named = list(relation.columns), ["*"], ""
    for template, kind, kinds in draft.chance.choices(WINDOWS, k=draft.chance.randint(2, 4)):
        if kind == "grouped":
            continue
        one = draft.expressions.filled(template, kind, kinds, relation.columns)
        roots = one.roots
        if template.endswith("over named"):
            key = draft.chance.choice(relation.columns)
            named = named or f" window named as (partition by {key.text})"
        name = draft.fresh("w")
        listed.append(f"{one.text} as {name}")
        columns.append(Column(name, kind, roots))
    draft.add(f"select {', '.join(listed)} from {relation.name}{named}", columns)


def pattern(draft: Draft) -> None:
    """Apply a function to each of the columns that a star or a pattern names."""
    relation = any_relation(draft)
    prefix = draft.chance.choice("rcjagwuqlfpvn")
    chosen = [one for one in relation.columns if one.text.startswith(prefix)]
    if not chosen:
        return
    body = f"select columns('^{prefix}'), 1 as {(name := draft.fresh('c'))} from {relation.name}"
    draft.add(body, [*chosen, Column(name, "number", frozenset())])
