"""Edits of a synthetic repository that can change rows, columns or their order."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.synthetic.files import model_yaml
from benchmarks.synthetic.index import (
    Index,
    dropped_output,
    edit_sql,
    edit_yaml,
    model_file,
    with_config,
    without_column,
)
from benchmarks.synthetic.plants import Edit, Plant
from benchmarks.synthetic.tables import ROLES, Model, quoted

STARS = ("star", "star_but")
OTHER_EXPRESSIONS = {
    "amount": "cast({} + 1.25 as decimal(18, 2))",
    "quantity": "cast({} + 3 as integer)",
    "code": "upper({})",
    "name": "concat({}, ' -- ', 'x  y')",
    "flag": "not coalesce({}, false)",
    "day": "cast({} + interval 2 day as date)",
    "ratio": "cast({} * 2 as double)",
}
OTHER_WORDS = {
    "a constant": ("'none'", "'no-one'"),
    "a constant with blanks": ("'none'", "'none  '"),
    "a constant like a comment": ("'none'", "'none -- or'"),
    "a condition's constant": ("'web'", "'app'"),
    "an inner join": ("left join", "join"),
    "the oldest row": (" desc) = 1", " asc) = 1"),
    "the branches the other way round": ("not in (", "in ("),
    "a bound": (" >= 0 or ", " >= 9 or "),
    "a comparison": ("exists (", "not exists ("),
}
MACRO_WORDS = {
    "a macro's constant": ("'none'", "'nothing'"),
    "a macro's precision": ("}}, 1)", "}}, 0)"),
    "a macro's blanks": ("{% macro rounded(column) -%}", "{%- macro rounded(column) -%}"),
}


def models_of(index: Index) -> Iterator[Model]:
    """Yield every model."""
    for project in index.repository.projects:
        yield from project.models


def filters(index: Index) -> Iterator[Plant]:
    """Remove rows."""
    for number, model in enumerate(models_of(index)):
        end = "select * from final\n"
        if not model.sql.endswith(end):
            continue
        condition = f"where {quoted(model.table.columns['id'])} % {2 + number % 3} <> 1\n"
        new = model.sql.removesuffix(end) + end + condition
        yield Plant("filter", "a condition more", (edit_sql(model, new),))


def words(index: Index) -> Iterator[Plant]:
    """Change a constant, a join or an order."""
    for model in models_of(index):
        for what, (old, new) in OTHER_WORDS.items():
            if old in model.sql:
                sql = model.sql.replace(old, new, 1)
                yield Plant("constant or join", what, (edit_sql(model, sql),))


def expressions(index: Index) -> Iterator[Plant]:
    """Change the expression of a column."""
    for model in models_of(index):
        for role, form in OTHER_EXPRESSIONS.items():
            line = model.lines.get(role, "")
            if not _is_own(model, line):
                continue
            name = quoted(model.table.columns[role])
            text = line.removesuffix(f" as {name}")
            indent = text[: len(text) - len(text.lstrip())]
            new = f"{indent}{form.replace('{}', text.strip())} as {name}"
            sql = model.sql.replace(line, new, 1)
            yield Plant("expression", f"of {role}", (edit_sql(model, sql),))


def columns_added(index: Index) -> Iterator[Plant]:
    """Add a column, also to tables that readers read with `select *`."""
    for model in models_of(index):
        line = next(iter(model.lines.values()), "")
        if not _is_own(model, line):
            continue
        value = "max(7)" if model.shape == "aggregate" else "7"
        edits = [edit_sql(model, model.sql.replace(line, f"{value} as extra_column,\n{line}", 1))]
        if model.layer == "public":
            text = "      - name: extra_column\n        data_type: integer\n"
            edits.append(edit_yaml(model, model_yaml(model) + text))
        yield Plant("column added", model.layer, tuple(edits))


def columns_dropped(index: Index) -> Iterator[Plant]:
    """Drop a column that has no reader by name."""
    for model in models_of(index):
        used = {"id"} | {
            role
            for other in models_of(index)
            for read in other.inputs
            if read.table.key == model.table.key
            for role in read.used
        }
        for role in ROLES:
            if role in used or not _is_own(model, model.lines.get(role, "")):
                continue
            block = without_column(model_yaml(model), model.table.columns[role])
            edits = (edit_sql(model, dropped_output(model, role)), edit_yaml(model, block))
            yield Plant("column dropped", model.layer, edits)


def columns_swapped(index: Index) -> Iterator[Plant]:
    """Swap two columns of the statement."""
    for model in models_of(index):
        one, two, *_ = [*model.lines.values(), "", ""]
        if _is_own(model, one) and _is_own(model, two):
            sql = model.sql.replace(f"{one},\n{two}", f"{two},\n{one}", 1)
            if sql != model.sql:
                yield Plant("column order", model.layer, (edit_sql(model, sql),))


def seed_rows(index: Index) -> Iterator[Plant]:
    """Change rows of a seed: a value, fewer rows, more rows, another order."""
    for project in index.repository.projects:
        for number, seed in enumerate(project.seeds):
            file = f"projects/{project.name}/seeds/{seed.name}.csv"
            place = list(seed.columns).index("quantity")
            numbers = f"projects/{project.name}/seeds/_seeds.yml"
            kinds: tuple[tuple[str, Edit], ...] = (
                ("another value", Edit(file, "web", "app", (f"{seed.columns['flag']}\n",))),
                ("the last row gone", Edit(file, "\n2,", "\n2000,")),
                ("a value empty", Edit(file, ",true\n", ",\n", (f"{seed.columns['flag']}\n",))),
                (
                    "another type",
                    Edit(
                        numbers,
                        f'{seed.columns["quantity"]}: "integer"',
                        f'{seed.columns["quantity"]}: "bigint"',
                        (f"- name: {seed.name}\n",),
                    ),
                ),
            )
            what, edit = kinds[(number + place) % len(kinds)]
            yield Plant("seed", what, (edit,))


def macros(index: Index) -> Iterator[Plant]:
    """Change what a macro renders, or only how it is written."""
    for project in index.repository.projects:
        file = f"projects/{project.name}/macros/expressions.sql"
        for what, (old, new) in MACRO_WORDS.items():
            yield Plant("macro", what, (Edit(file, old, new),))


def deleted(index: Index) -> Iterator[Plant]:
    """Delete a private model without readers."""
    for model in models_of(index):
        key = model.table.key
        if model.layer != "public" and not index.own_readers[key] and not index.reads.get(key):
            edits = (Edit(model_file(model), model.sql, None), edit_yaml(model, ""))
            yield Plant("model deleted", model.layer, edits)


def relations(index: Index) -> Iterator[Plant]:
    """Rename a published table in the warehouse and in its readers."""
    for model in index.public():
        new = f"{model.table.name}_v2"
        edits = [edit_sql(model, with_config(model.sql, f"alias='{new}'"))]
        readers = {one.sources_file: one for one in index.readers(model)}.values()
        for reader in readers:
            block = index.block(reader)
            name = f"      - name: {model.table.name}\n"
            text = block.replace(name, f"{name}        identifier: {new}\n", 1)
            edits.append(index.edit_source(reader, text))
        yield Plant("table renamed", "with all readers", tuple(edits))


def _is_own(model: Model, line: str) -> bool:
    """Return whether the line is in the final select of the model exactly once."""
    return (
        bool(line)
        and model.shape not in (*STARS, "union")
        and model.sql.count(line.strip()) == 1
        and model.sql.count(line) == 1
    )


ROW_EDITS = {
    one.__name__.replace("_", " "): one
    for one in (
        filters, words, expressions, columns_added, columns_dropped, columns_swapped, seed_rows,
        macros, deleted, relations,
    )
}  # fmt: skip
"""Edits by name."""
