"""Harmless edits of SQL: the same statement in another form, or with additions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain

from benchmarks.synthetic.files import model_yaml
from benchmarks.synthetic.index import (
    Index,
    can_rename,
    cast_output,
    edit_python,
    edit_sql,
    edit_yaml,
    model_file,
    renamed_output,
    with_column_renamed,
    with_config,
    with_type,
)
from benchmarks.synthetic.plants import Edit, Plant
from benchmarks.synthetic.python_files import asset_text
from benchmarks.synthetic.tables import Model, quoted

STARS = ("star", "star_but")
KEYWORDS = re.compile(
    r"\b(select|from|where|with|as|left join|on|union all|group by|case|when|then|else|end|and|or"
    r"|not|in|exists|over|partition by|order by|qualify|is|null)\b"
)
JINJA = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|'[^']*'|\"[^\"]*\")", re.DOTALL)


def outside_jinja(sql: str, change: Callable[[str], str]) -> str:
    """Change the parts of SQL that are neither Jinja nor quoted."""
    return "".join(
        part if number % 2 else change(part) for number, part in enumerate(JINJA.split(sql))
    )


def _all_models(index: Index) -> Iterator[Model]:
    """Yield models of every project, those that read foreign tables first."""
    seen = set()
    foreign = (reader.model for reader in index.foreign())
    rest = (model for project in index.repository.projects for model in project.models)
    for model in chain(foreign, rest):
        if model.table.key not in seen:
            seen.add(model.table.key)
            yield model


REWRITES: dict[str, Callable[[str], str]] = {
    "keywords in upper case": lambda sql: outside_jinja(
        sql, lambda text: KEYWORDS.sub(lambda found: found.group().upper(), text)
    ),
    "on one line": lambda sql: " ".join(sql.split()) + "\n",
    "twice the indent": lambda sql: re.sub(r"(?m)^( +)", r"\1\1", sql),
    "a line comment": lambda sql: f"-- select missing_column from some.where.else\n{sql}",
    "a block comment": lambda sql: f"{sql}/* left join nothing on a.b */\n",
    "a Jinja comment": lambda sql: f"{{# was: source('old', 'table') #}}\n{sql}",
    "CTE final renamed": lambda sql: re.sub(r"\bfinal\b", "the_end", sql),
    "leading commas": lambda sql: re.sub(r",\n( +)(?=\S)", r"\n\1, ", sql),
    "blank lines": lambda sql: sql.replace("\n", "\n\n"),
    "Windows line ends": lambda sql: sql.replace("\n", "\r\n"),
    "Jinja without blanks": lambda sql: sql.replace("{{ ", "{{").replace(" }}", "}}"),
    "tabs": lambda sql: sql.replace("    ", "\t"),
}


def rewritten(index: Index) -> Iterator[Plant]:
    """Rewrite a statement with the same meaning."""
    rewrites = list(REWRITES.items())
    for number, model in enumerate(_all_models(index)):
        what, change = rewrites[number % len(rewrites)]
        new = change(model.sql)
        if new == model.sql or ("{%" in model.sql and what == "leading commas"):
            continue
        yield Plant("SQL", what, (edit_sql(model, new),), touches=frozenset({model.table.key}))


def wrapped(index: Index) -> Iterator[Plant]:
    """Turn the statement into a subquery, a CTE, or a separate model."""
    for number, model in enumerate(_all_models(index)):
        if model.shape == "incremental":
            continue
        body = model.sql.rstrip()
        touches = frozenset({model.table.key})
        if number % 3 == 0:
            new = f"select * from (\n{body}\n) as whole\n"
            yield Plant("SQL", "wrapped in a subquery", (edit_sql(model, new),), touches=touches)
        elif number % 3 == 1:
            new = f"with everything as (\n{body}\n)\n\nselect everything.* from everything\n"
            yield Plant("SQL", "wrapped in a CTE", (edit_sql(model, new),), touches=touches)
        else:
            base = f"int_base_of_{model.table.name}"
            folder = f"projects/{model.table.project}/models/intermediate"
            yield Plant(
                "split",
                "a model split in two",
                (
                    edit_sql(model, f"select * from {{{{ ref('{base}') }}}}\n"),
                    Edit(f"{folder}/{base}.sql", None, model.sql),
                ),
                touches=touches,
            )


def new_model(index: Index) -> Iterator[Plant]:
    """Add a private model over a foreign or own table."""
    statements = (
        "select count(*) as rows_of_it from {input}",
        "with a as (select * from {input})\n\nselect distinct {id} from a where {id} is not null",
        "select t.{id}, row_number() over (order by t.{id} desc) as place from {input} as t",
        'select "t".{id} as "Id Of It" from {input} as "t"',
        "select {upper} as one from {input} order by 1 limit 10",
    )
    for number, reader in enumerate(index.foreign()):
        column = reader.read.table.columns["id"]
        sql = statements[number % len(statements)].format(
            input=reader.read.jinja, id=quoted(column), upper=quoted(column).upper()
        )
        file = f"projects/{reader.project.name}/models/intermediate/int_extra_{number}.sql"
        yield Plant(
            "new model",
            "a private model",
            (Edit(file, None, f"{sql}\n"),),
            touches=frozenset({reader.read.table.key}),
        )


def new_column(index: Index) -> Iterator[Plant]:
    """Add a column to a published table."""
    for number, model in enumerate(index.public()):
        if any(reader.model.shape in STARS for reader in index.readers(model)):
            continue
        if model.shape in STARS or not model.lines:
            continue
        role = next(iter(model.lines))
        line = model.lines[role]
        if model.sql.count(line.strip()) != 1:
            continue
        name, type_, value = (
            ("loaded_by", "varchar", "cast('us' as varchar)"),
            ("row_version", "bigint", "cast(1 as bigint)"),
            ("Is New", "boolean", "cast(true as boolean)"),
        )[number % 3]
        if model.shape == "aggregate":
            value = f"max({value})"
        indent = line[: len(line) - len(line.lstrip())]
        sql = model.sql.replace(line, f"{indent}{value} as {quoted(name)},\n{line}", 1)
        quote = "        quote: true\n" if quoted(name) != name else ""
        text = f"      - name: {name}\n{quote}        data_type: {type_}\n"
        yield Plant(
            "new column",
            f"a {type_} more",
            (edit_sql(model, sql), edit_yaml(model, model_yaml(model) + text)),
            touches=index.needs(model),
        )


def renamed_with_readers(index: Index) -> Iterator[Plant]:
    """Rename a column in the producer and its readers."""
    for model in index.public():
        readers = index.readers(model)
        if any(not one.read.listed or one.model.shape in STARS for one in readers):
            continue
        for role, column in model.table.columns.items():
            used = [one for one in readers if role in one.read.used]
            if role == "id" or not used or not can_rename(model, role):
                continue
            new = f"{column.lower().replace(' ', '_')}_renamed"
            listed = f"        {quoted(column)}"
            edits = [
                edit_sql(model, renamed_output(model, role, new)),
                edit_yaml(model, with_column_renamed(model_yaml(model), column, new)),
            ]
            sources = {one.project.name: one for one in used}
            edits += [
                index.edit_source(one, with_column_renamed(index.block(one), column, new))
                for one in sources.values()
            ]
            for one in used:
                start = one.model.sql.index(one.read.alias + " as (")
                end = one.model.sql.index(one.read.jinja, start)
                head = one.model.sql[start:end].replace(
                    listed, f"        {new} as {quoted(column)}", 1
                )
                edits.append(
                    edit_sql(one.model, one.model.sql[:start] + head + one.model.sql[end:])
                )
            edits += [
                edit_python(asset, asset_text(asset).replace(f'"{column}":', f'"{new}":'))
                for asset in index.python.get(model.table.key, [])
                if column in asset.columns.get(model.table.key, ())
            ]
            yield Plant(
                "rename", "a column with all readers", tuple(edits), touches=index.needs(model)
            )
            break


def widened(index: Index) -> Iterator[Plant]:
    """Widen the type of a column."""
    wider = {"quantity": "bigint", "amount": "decimal(20, 2)"}
    for number, model in enumerate(index.public()):
        role = ("quantity", "amount")[number % 2]
        readers = index.readers(model)
        if not can_rename(model, role) or any(one.model.layer == "public" for one in readers):
            continue
        column = model.table.columns[role]
        yield Plant(
            "widening",
            f"{role} became {wider[role]}",
            (
                edit_sql(model, cast_output(model, role, wider[role])),
                edit_yaml(model, with_type(model_yaml(model), column, wider[role])),
            ),
            touches=index.needs(model),
        )


def private_model_renamed(index: Index) -> Iterator[Plant]:
    """Rename a private model, also in its readers."""
    for project in index.repository.projects:
        for model in project.models:
            below = index.own_readers[model.table.key]
            if model.layer != "intermediate" or model.shape == "incremental":
                continue
            name, new = model.table.name, f"{model.table.name}_renamed"
            file = model_file(model)
            edits = [
                Edit(file, model.sql, None),
                Edit(file.replace(f"{name}.sql", f"{new}.sql"), None, model.sql),
                edit_yaml(
                    model, model_yaml(model).replace(f"- name: {name}\n", f"- name: {new}\n", 1)
                ),
            ]
            edits += [
                edit_sql(one, one.sql.replace(f"ref('{name}')", f"ref('{new}')"))
                for one in {one.table.key: one for one in below}.values()
            ]
            yield Plant(
                "rename",
                "a private model",
                tuple(edits),
                touches=frozenset({model.table.key, *(one.table.key for one in below)}),
            )


def built_otherwise(index: Index) -> Iterator[Plant]:
    """Change the materialization or folder of a private model."""
    for number, model in enumerate(_all_models(index)):
        if model.layer == "public" or model.shape == "incremental":
            continue
        file, touches = model_file(model), frozenset({model.table.key})
        if number % 3 == 0:
            kind = ("view", "table")[number % 2]
            sql = with_config(model.sql, f"materialized='{kind}'")
            yield Plant("private", f"became a {kind}", (edit_sql(model, sql),), touches=touches)
        elif number % 3 == 1:
            moved = file.replace(f"/{model.layer}/", f"/{model.layer}/moved/")
            edits = (Edit(file, model.sql, None), Edit(moved, None, model.sql))
            yield Plant("private", "moved into a folder", edits, touches=touches)
        else:
            sql = with_config(model.sql, "tags=['nightly'], meta={'reviewed': true}")
            yield Plant("private", "tags and meta", (edit_sql(model, sql),), touches=touches)
