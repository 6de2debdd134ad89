"""SQL of synthetic models: typical statements of dbt projects.

Every shape returns the ten columns of `tables.ROLES` with exactly their types, and with unique,
non-null ids, for any rows, so that any model can read any other. Results do not depend on the order
of rows: windows are ordered by the id, and doubles are only compared and increased by quarters.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.synthetic.tables import ROLES, Input, quoted

CODES = ("web", "app", "store", "phone")


@dataclass
class Draft:
    """A model that is being written."""

    random: random.Random
    """Decides on variations."""
    names: dict[str, str]
    """Its output columns by role."""
    inputs: list[Input]
    """What it reads; the first one gives the rows."""
    lines: dict[str, str] = field(default_factory=dict)
    """Output line by role, filled by `columns`."""

    def chance(self, share: float) -> bool:
        """Return true with the given probability."""
        return self.random.random() < share

    def value(self, role: str, read: Input, clause: str = "select", prefix: str = "") -> str:
        """An expression of the role's type over one input; constant where it lacks the column."""
        if role not in read.offered:
            return _constant(role)
        plain = prefix + read.use(role, clause)
        if role in ("id", "ref") or not self.chance(0.4):
            return plain
        return self.random.choice(_VARIATIONS[role])(plain)

    def columns(self, expressions: dict[str, str], indent: str = "        ") -> str:
        """The lines of the final select, one per column."""
        for role, name in self.names.items():
            text, wanted = expressions[role], quoted(name)
            same = text == wanted or text.endswith("." + wanted)
            bare = text.rpartition(".")[2] if same else ""
            self.lines[role] = f"{indent}{text}" + ("" if bare == wanted else f" as {wanted}")
        return ",\n".join(self.lines.values())


def _constant(role: str) -> str:
    return {
        "id": "cast(0 as bigint)",
        "ref": "cast(0 as bigint)",
        "code": "cast('none' as varchar)",
        "name": "cast('' as varchar)",
        "amount": "cast(0 as decimal(18, 2))",
        "quantity": "cast(1 as integer)",
        "ratio": "cast(0.5 as double)",
        "day": "cast('2024-01-01' as date)",
        "at": "cast('2024-01-01' as timestamp)",
        "flag": "cast(true as boolean)",
    }[role]


_VARIATIONS: dict[str, tuple[Callable[[str], str], ...]] = {
    "code": (
        lambda a: f"coalesce({a}, 'none')",
        lambda a: f"lower({a})",
        lambda a: f"case when {a} = 'web' then 'online' when {a} is null then 'none' else {a} end",
    ),
    "name": (
        lambda a: f"trim({a})",
        lambda a: f"left(upper({a}), 40)",
        lambda a: f"coalesce({a}, 'unknown')",
    ),
    "amount": (
        lambda a: f"coalesce({a}, cast(0 as decimal(18, 2)))",
        lambda a: f"cast(least({a} + 1, 99999) as decimal(18, 2))",
        lambda a: f"case when {a} > 10 then {a} else cast(10 as decimal(18, 2)) end",
    ),
    "quantity": (
        lambda a: f"coalesce({a}, 0)",
        lambda a: f"cast(least({a} + 1, 9999) as integer)",
    ),
    "ratio": (lambda a: f"cast(least({a} + 0.25, 100) as double)", lambda a: f"abs({a})"),
    "day": (
        lambda a: f"cast({a} + interval 1 day as date)",
        lambda a: f"cast(date_trunc('month', {a}) as date)",
    ),
    "at": (lambda a: f"date_trunc('hour', {a})", lambda a: f"coalesce({a}, {a})"),
    "flag": (lambda a: f"coalesce({a}, false)", lambda a: f"not coalesce({a}, false)"),
}


def imports(draft: Draft) -> list[str]:
    """A CTE for each input: `select *`, or the columns that are offered, one per line."""
    ctes = []
    for read in draft.inputs:
        if read.listed:
            lines = ",\n".join(f"        {read.use(role, 'select')}" for role in read.offered)
            body = f"    select\n{lines}\n    from {read.jinja}"
        else:
            body = f"    select * from {read.jinja}"
        ctes.append(f"{read.alias} as (\n{body}\n)")
    return ctes


def statement(ctes: list[str], end: str) -> str:
    """CTEs and what comes after them."""
    return "with " + ",\n\n".join(ctes) + "\n\n" + end + "\n"


def final(draft: Draft, ctes: list[str], expressions: dict[str, str], rest: str) -> str:
    """End with a CTE `final` that lists the columns, or with the list itself."""
    if draft.chance(0.7):
        body = f"final as (\n    select\n{draft.columns(expressions)}\n{rest}\n)"
        return statement([*ctes, body], "select * from final")
    listed = draft.columns(expressions, indent="    ")
    outer = "\n".join(line.removeprefix("    ") for line in rest.splitlines())
    return statement(ctes, f"select\n{listed}\n{outer}")


def always(draft: Draft, read: Input, prefix: str = "") -> str:
    """A condition that holds for every row, over a column that may be used nowhere else."""
    role = draft.random.choice(
        [role for role in read.offered if role in ("amount", "quantity", "id")]
    )
    return f"{prefix}{read.use(role, 'where')} >= 0 or {prefix}{read.use(role, 'where')} is null"


def rename(draft: Draft) -> str:
    """Give columns other names, perhaps filter."""
    read = draft.inputs[0]
    expressions = {role: draft.value(role, read) for role in ROLES}
    rest = f"    from {read.alias}"
    if draft.chance(0.5):
        rest += f"\n    where {always(draft, read)}"
    return final(draft, imports(draft), expressions, rest)


def join(draft: Draft) -> str:
    """Left join on the second input's id, with names qualified by alias."""
    left, right = draft.inputs[:2]
    short = draft.chance(0.4)
    one, two = ("l", "r") if short else (left.alias, right.alias)
    expressions = {}
    for role in ROLES:
        from_left = role in ("id", "ref") or role not in right.offered or draft.chance(0.6)
        read, alias = (left, one) if from_left else (right, two)
        expressions[role] = draft.value(role, read, prefix=f"{alias}.")
    on = f"{one}.{left.use('ref', 'join')} = {two}.{right.use('id', 'join')}"
    as_one, as_two = (f" as {one}", f" as {two}") if short else ("", "")
    rest = f"    from {left.alias}{as_one}\n    left join {right.alias}{as_two}\n        on {on}"
    return final(draft, imports(draft), expressions, rest)


def union(draft: Draft) -> str:
    """Rows of two inputs, the second one's only where the first has no such id."""
    first, second = draft.inputs[:2]
    branches = []
    for number, read in enumerate((first, second)):
        lines = ",\n".join(
            f"        {draft.value(role, read)} as {quoted(name)}"
            for role, name in draft.names.items()
        )
        rest = f"    from {read.alias}"
        if number:
            rest += (
                f"\n    where {read.use('id', 'where')} not in "
                f"(select {first.use('id', 'where')} from {first.alias})"
            )
        branches.append(f"    select\n{lines}\n{rest}")
    unioned = "unioned as (\n" + "\n    union all\n".join(branches) + "\n)"
    return statement([*imports(draft), unioned], "select * from unioned")


def window(draft: Draft) -> str:
    """Number, lag and running sums within partitions."""
    read = draft.inputs[0]
    by = read.use("code", "window") if "code" in read.offered else read.use("id", "window")
    order = read.use("id", "window")
    inner = {role: draft.value(role, read) for role in ROLES if role != "quantity"}
    inner["quantity"] = f"cast(row_number() over (partition by {by} order by {order}) as integer)"
    inner["amount"] = (
        f"coalesce(lag({draft.value('amount', read)}) over (order by {order}), 0)"
        if "amount" in read.offered
        else inner["amount"]
    )
    inner["amount"] = f"cast({inner['amount']} as decimal(18, 2))"
    inner["at"] = f"max({draft.value('at', read)}) over (partition by {by})"
    lines = ",\n".join(f"        {text} as {role}_" for role, text in inner.items())
    ranked = f"ranked as (\n    select\n{lines}\n    from {read.alias}\n)"
    rest = "    from ranked"
    if draft.chance(0.5):
        rest += "\n    where quantity_ >= 1"
    return final(draft, [*imports(draft), ranked], {role: f"{role}_" for role in ROLES}, rest)


def aggregate(draft: Draft) -> str:
    """One row per reference, with sums, counts and a loop over codes."""
    read = draft.inputs[0]
    group = f"coalesce({read.use('ref', 'group')}, -1)" if "ref" in read.offered else "-1"

    def over(function: str, role: str) -> str:
        return f"{function}({draft.value(role, read)})"

    expressions = {
        "id": f"cast({group} as bigint)",
        "ref": f"cast(max({read.use('id', 'select')}) as bigint)",
        "code": over("min", "code"),
        "name": over("max", "name"),
        "amount": f"cast(least(sum({draft.value('amount', read)}), 99999) as decimal(18, 2))",
        "quantity": "cast(count(*) as integer)",
        "ratio": f"cast({over('max', 'ratio')} as double)",
        "day": over("min", "day"),
        "at": over("max", "at"),
        "flag": f"bool_or({draft.value('flag', read)})",
    }
    if "code" in read.offered and "amount" in read.offered and draft.chance(0.5):
        code, amount = read.use("code", "select"), read.use("amount", "select")
        expressions["amount"] = (
            "cast(least(0\n"
            "            {% for code in ['web', 'app'] %}\n"
            f"            + sum(case when {code} = '{{{{ code }}}}' then {amount} else 0 end)\n"
            "            {% endfor %}\n"
            "        , 99999) as decimal(18, 2))"
        )
    return final(draft, imports(draft), expressions, f"    from {read.alias}\n    group by {group}")


def subquery(draft: Draft) -> str:
    """A derived table, a scalar subquery and an `exists`."""
    read, other = draft.inputs[:2]
    lines = ",\n".join(f"            {draft.value(role, read)} as {role}_" for role in ROLES)
    expressions = {role: f"base.{role}_" for role in ROLES}
    column = "amount" if "amount" in other.offered else "id"
    expressions["amount"] = (
        "cast(coalesce((\n"
        f"            select max(o.{other.use(column, 'select')}) from {other.alias} as o\n"
        f"            where o.{other.use('id', 'where')} = base.ref_\n"
        "        ), 0) % 100000 as decimal(18, 2))"
    )
    expressions["flag"] = (
        f"exists (select 1 from {other.alias} as o where o.{other.use('id', 'where')} = base.id_)"
    )
    rest = f"    from (\n        select\n{lines}\n        from {read.alias}\n    ) as base"
    return final(draft, imports(draft), expressions, rest)


def latest(draft: Draft) -> str:
    """Keep the newest row per id with `qualify`."""
    read = draft.inputs[0]
    expressions = {role: draft.value(role, read) for role in ROLES}
    order = read.use("at" if "at" in read.offered else "id", "window")
    by = read.use("id", "window")
    rest = (
        f"    from {read.alias}\n"
        f"    qualify row_number() over (partition by {by} order by {order} desc) = 1"
    )
    return final(draft, imports(draft), expressions, rest)


def star(draft: Draft) -> str:
    """Everything as it is: names are the input's, through a subquery or a chain of CTEs."""
    read = draft.inputs[0]
    for role in read.offered:
        read.use(role, "star")
    draft.names = dict(read.offered)
    if draft.chance(0.4):
        return (
            f"select s.*\nfrom (\n    select * from {read.jinja}\n) as s\n"
            f"where s.{read.use('id', 'where')} is not null\n"
        )
    kept = f"kept as (\n    select *\n    from {read.alias}\n    where {always(draft, read)}\n)"
    return statement([*imports(draft), kept], "select kept.* from kept")


def star_but(draft: Draft) -> str:
    """Everything, with one column recomputed."""
    read = draft.inputs[0]
    role = draft.random.choice(("code", "name", "amount", "quantity", "flag"))
    new = draft.random.choice(_VARIATIONS[role])(read.use(role, "select"))
    for other in read.offered:
        if other != role:
            read.use(other, "star")
    column = quoted(read.offered[role])
    taken = {text.casefold() for kept, text in read.offered.items() if kept != role}
    if draft.names[role].casefold() in taken:
        draft.names[role] = f"{draft.names[role]}_new"
    name = quoted(draft.names[role])
    draft.names = {
        **{kept: text for kept, text in read.offered.items() if kept != role},
        role: draft.names[role],
    }
    draft.lines[role] = f"    {new} as {name}"
    return statement(
        imports(draft),
        f"select\n    * exclude ({column}),\n{draft.lines[role]}\nfrom {read.alias}",
    )


def incremental(draft: Draft) -> str:
    """New rows only, if the table exists."""
    read = draft.inputs[0]
    expressions = {role: draft.value(role, read) for role in ROLES}
    expressions["id"] = f"{read.alias}.{read.use('id', 'select')}"
    target, source = quoted(draft.names["id"]), read.use("id", "where")
    rest = (
        f"    from {read.alias}\n"
        "    {% if is_incremental() %}\n"
        f"    where {read.alias}.{source} > (select max(t.{target}) from {{{{ this }}}} as t)\n"
        "    {% endif %}"
    )
    config = (
        "{{ config(materialized='incremental', unique_key='"
        + draft.names["id"]
        + "',\n    incremental_strategy='delete+insert', on_schema_change='fail') }}\n\n"
    )
    return config + final(draft, imports(draft), expressions, rest)


def with_macro(draft: Draft) -> str:
    """Expressions from macros of the project."""
    read = draft.inputs[0]
    expressions = {role: draft.value(role, read) for role in ROLES}
    if "code" in read.offered:
        expressions["code"] = f"{{{{ clean_code('{read.use('code', 'select')}') }}}}"
    if "amount" in read.offered:
        expressions["amount"] = f"{{{{ rounded('{read.use('amount', 'select')}') }}}}"
    return final(draft, imports(draft), expressions, f"    from {read.alias}")


OVER_ONE: dict[str, Callable[[Draft], str]] = {
    "rename": rename,
    "window": window,
    "aggregate": aggregate,
    "latest": latest,
    "star": star,
    "star_but": star_but,
    "incremental": incremental,
    "with_macro": with_macro,
}
OVER_TWO: dict[str, Callable[[Draft], str]] = {"join": join, "union": union, "subquery": subquery}
