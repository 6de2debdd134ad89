"""Planted faults of keys: unresolved keys, cycles, two producers, keys unlike their relations."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.synthetic.faults_of_columns import typed_wrong
from benchmarks.synthetic.files import model_yaml
from benchmarks.synthetic.index import (
    ForeignRead,
    Index,
    edit_python,
    edit_sql,
    edit_yaml,
    model_file,
    python_file,
    with_config,
)
from benchmarks.synthetic.plants import Edit, Expected, Plant
from benchmarks.synthetic.python_files import asset_text, dependency
from benchmarks.synthetic.tables import Model, Project, PythonAsset, Table


def python_place(asset: PythonAsset, table: Table) -> tuple[str, ...]:
    """Return the line where a Python asset names a dependency."""
    named = (
        f'upstream("{table.project}", "{table.name}"'
        if asset.style == "upstream"
        else (f'["{table.schema}", "{table.name}"]')
    )
    return (python_file(asset), f'"{asset.domain}", "{asset.name}"', named)


def _at_all_readers(
    index: Index, model: Model, *, model_stays: bool = False
) -> tuple[Expected, ...]:
    """Return a finding at each project that reads a model, and at each Python asset.

    Args:
        index: Index of the repository.
        model: The model whose key is gone.
        model_stays: The model exists under another key, so `upstream(…)` still finds it by name.
    """
    projects = {one.project.name: one for one in index.readers(model)}
    found = [
        Expected("ED01", (one.source_place,), key=model.table.name) for one in projects.values()
    ]
    found += [
        Expected("ED01", (python_place(asset, model.table),))
        for asset in index.python.get(model.table.key, [])
        if not (model_stays and asset.style == "upstream")
    ]
    return tuple(found)


def source_key_typo(index: Index) -> Iterator[Plant]:
    """Mistype `meta.dagster.asset_key`: the table, the schema, or leave a part out."""
    for number, reader in enumerate(index.foreign()):
        table = reader.read.table
        wrong, what = (
            (f"[{table.schema}, {typed_wrong(table.name)}]", "letters of the table"),
            (f"[{typed_wrong(table.schema)}, {table.name}]", "letters of the schema"),
            (f"[{table.name}]", "the schema is missing"),
            (f"[{table.schema}, {table.name.upper()}]", "upper case"),
            (f"[{table.schema}, {table.name}, {table.name}]", "a part too many"),
            (f"[{table.schema}, {table.name}_old]", "an old name"),
        )[number % 6]
        old = f"asset_key: [{table.schema}, {table.name}]"
        yield Plant(
            "ED01",
            f"source key: {what}",
            (index.edit_source(reader, index.block(reader).replace(old, f"asset_key: {wrong}")),),
            (Expected("ED01", (reader.source_place,)),),
            touches=index.needs(reader) | {f"bare {table.name}"},
        )


def python_key_typo(index: Index) -> Iterator[Plant]:
    """Mistype a Python dependency, in each of its spellings."""
    for asset in index.python_assets():
        table = asset.reads[0]
        old = dependency(asset, table)
        wrong = typed_wrong(table.name)
        new = old.replace(f'"{table.name}"', f'"{wrong}"', 1)
        yield Plant(
            "ED01",
            f"Python dependency ({asset.style})",
            (edit_python(asset, asset_text(asset).replace(old, new, 1)),),
            (
                Expected(
                    "ED01", ((python_file(asset), f'"{asset.domain}", "{asset.name}"', wrong),)
                ),
            ),
            touches=index.needs(asset),
        )


def upstream_gone(index: Index) -> Iterator[Plant]:
    """Rename, delete, move or disable a model of the producer."""
    for number, model in enumerate(index.public()):
        if index.is_shown(model):
            continue
        file, name = model_file(model), model.table.name
        folder = file.rpartition("/")[0]
        renamed = f"{name}_v2"
        kind = number % 5
        edits: tuple[Edit, ...]
        if kind == 0:
            edits = (
                Edit(file, model.sql, None),
                Edit(f"{folder}/{renamed}.sql", None, model.sql),
                edit_yaml(
                    model, model_yaml(model).replace(f"name: {name}\n", f"name: {renamed}\n", 1)
                ),
            )
        elif kind == 1:
            edits = (Edit(file, model.sql, None), edit_yaml(model, ""))
        elif kind == 2:
            edits = (edit_sql(model, with_config(model.sql, "schema='archive'")),)
        elif kind == 3:
            edits = (edit_sql(model, with_config(model.sql, "enabled=false")),)
        else:
            edits = (edit_sql(model, with_config(model.sql, f"alias='{renamed}'")),)
        what = ("renamed", "deleted", "moved to another schema", "disabled", "given an alias")[kind]
        yield Plant(
            "ED01",
            f"upstream model {what}",
            edits,
            _at_all_readers(index, model, model_stays=kind in {2, 4}),
            touches=index.needs(model),
        )


def upstream_not_selected(index: Index) -> Iterator[Plant]:
    """Leave a model out of the producer's `@dbt_assets`."""
    for project in index.repository.projects:
        models = [
            model
            for model in project.public
            if index.readers(model) and not model.daily and not index.is_shown(model)
        ]
        if not models or not any(model.daily for model in project.models):
            continue
        model = models[-1]
        yield Plant(
            "ED01",
            "left out by the producer's selection",
            (
                Edit(
                    f"projects/{project.name}/src/{project.name}/definitions.py",
                    'exclude="tag:daily"',
                    f'exclude="tag:daily {model.table.name}"',
                ),
            ),
            _at_all_readers(index, model),
            touches=index.needs(model) | {f"definitions {project.name}"},
        )


def cycle(index: Index) -> Iterator[Plant]:
    """Make a model read a table of another project that is downstream of it."""
    for number, reader in enumerate(index.foreign()):
        producer = index.models[reader.read.table.key]
        back = _public_below(index, reader)
        if not back or producer.daily:
            continue
        upstream, project = producer.table.project, reader.project.name
        sources = f"projects/{upstream}/models/staging/_new_source_{number}.yml"
        text = (
            f"sources:\n  - name: back_{number}\n    database: {project}\n"
            f"    schema: {back.table.schema}\n    tables:\n      - name: {back.table.name}\n"
            f"        config:\n          meta: {{dagster: {{asset_key: [{back.table.schema}, "
            f"{back.table.name}]}}}}\n"
        )
        condition = f"exists (select 1 from {{{{ source('back_{number}', '{back.table.name}') }}}})"
        sql = f"select * from (\n{producer.sql.rstrip()}\n) as all_rows\nwhere {condition}\n"
        if "config(" in producer.sql:
            continue
        yield Plant(
            "ED02",
            "an upstream model reads what is made from it",
            (Edit(sources, None, text), edit_sql(producer, sql)),
            (
                Expected(
                    "ED02",
                    (
                        (sources,),
                        (model_file(producer),),
                        *_crossings_between(index, reader, producer),
                    ),
                ),
            ),
            # A rule reports two connected cycles as one.
            touches=index.needs(producer, back, reader) | _between(index, upstream, project),
        )


def _between(index: Index, upstream: str, project: str) -> frozenset[str]:
    order = list(index.projects)
    return frozenset(
        f"cycle {name}" for name in order[order.index(upstream) : order.index(project) + 1]
    )


def _crossings_between(
    index: Index, reader: ForeignRead, producer: Model
) -> Iterator[tuple[str, ...]]:
    for one in index.readers(producer):
        if one.project is reader.project:
            yield one.source_place


def _public_below(index: Index, reader: ForeignRead) -> Model | None:
    """Return a public model of the reader's project that is downstream of what it reads."""
    models = [reader.model, *index.below(reader.model)]
    return next((model for model in models if model.layer == "public"), None)


def python_makes_it_too(index: Index) -> Iterator[Plant]:
    """Give a Python asset the key of another team's model or asset."""
    models = index.public()
    for number, asset in enumerate(index.python_assets()):
        model = next(models)
        key = f'key=["{model.table.schema}", "{model.table.name}"]'
        old = f'key=["{asset.domain}", "{asset.name}"]'
        if number % 3 == 2:
            consumers = [one for one in index.repository.consumers if one.name != asset.project]
            if not consumers:
                continue
            other = consumers[number % len(consumers)].assets[number % 16]
            key = f'key=["{other.domain}", "{other.name}"]'
            ends: tuple[tuple[str, ...], ...] = (
                (python_file(asset), key),
                (python_file(other), f"def {other.name}("),
            )
            needs = index.needs(asset, other)
        else:
            ends = ((python_file(asset), key), (model_file(model),))
            needs = index.needs(asset, model)
        if any(name in (table.schema, table.name) for table in asset.reads for name in (key,)):
            continue
        yield Plant(
            "KY01",
            "a Python asset with another's key",
            (edit_python(asset, asset_text(asset).replace(old, key, 1)),),
            (Expected("KY01", ends),),
            touches=needs,
        )


def model_makes_it_too(index: Index) -> Iterator[Plant]:
    """Give a private model the key of another team's table in `meta.dagster.asset_key`."""
    models = index.public()
    for project in index.repository.projects:
        own = [model for model in project.models if model.layer == "intermediate"]
        other = next((one for one in models if _is_strange(index, project, one)), None)
        if not own or other is None:
            continue
        model = own[-1]
        setting = (
            f"meta={{'dagster': {{'asset_key': ['{other.table.schema}', '{other.table.name}']}}}}"
        )
        yield Plant(
            "KY01",
            "a model with another's key in its meta",
            (edit_sql(model, with_config(model.sql, setting)),),
            (Expected("KY01", ((model_file(model),), (model_file(other),))),),
            touches=index.needs(model, other) | _around(index, model),
        )


def _is_strange(index: Index, project: Project, model: Model) -> bool:
    """Return whether the model is another project's and this one does not read it."""
    owner = index.projects[model.table.project]
    return owner is not project and model in index.unread(project, owner)


def _around(index: Index, model: Model) -> frozenset[str]:
    """Return the readers of a model in its project."""
    return frozenset(below.table.key for below in index.own_readers[model.table.key])


def same_name_same_key(index: Index) -> Iterator[Plant]:
    """Add a model with the name and schema of another team's model."""
    models = index.public()
    for number, project in enumerate(index.repository.projects):
        names = {model.table.name for model in project.models}
        other = next(
            (
                one
                for one in models
                if _is_strange(index, project, one) and one.table.name not in names
            ),
            None,
        )
        if other is None:
            continue
        own = project.models[number % 4]
        folder = ("staging", "intermediate")[number % 2]
        file = f"projects/{project.name}/models/{folder}/{other.table.name}.sql"
        sql = (
            f"{{{{ config(schema='{other.table.schema}', materialized='table') }}}}\n\n"
            f"select * from {{{{ ref('{own.table.name}') }}}}\n"
        )
        yield Plant(
            "KY04",
            f"a {folder} model of the same name and schema",
            (Edit(file, None, sql),),
            (Expected("KY04", ((file,), (model_file(other),))),),
            touches=index.needs(other) | {f"name {project.name} {other.table.name}"},
        )


def source_beside_its_key(index: Index) -> Iterator[Plant]:
    """Point a source at another table and keep the key, or the other way round."""
    for number, reader in enumerate(index.foreign()):
        table = reader.read.table
        others = [
            model.table for model in index.unread(reader.project, index.projects[table.project])
        ]
        if not others:
            continue
        head = f"      - name: {table.name}\n"
        if number % 3 == 0:
            new, what = f"{head}        identifier: {table.name}_backup\n", "identifier of a copy"
        elif number % 3 == 1:
            other = others[number % len(others)].name
            new, what = f"{head}        identifier: {other}\n", "identifier of another table"
        else:
            other = others[number % len(others)].name
            key = f"asset_key: [{table.schema}, {table.name}]"
            yield Plant(
                "KY02",
                "key of another table",
                (
                    index.edit_source(
                        reader,
                        index.block(reader).replace(key, f"asset_key: [{table.schema}, {other}]"),
                    ),
                ),
                (Expected("KY02", (reader.source_place,)),),
                # The other table has different columns.
                tolerated=tuple(
                    Expected(code, ((reader.sources_file,), (reader.sql_file,)), key=other)
                    for code in ("CO01", "CO02", "CO03")
                ),
                touches=index.needs(reader) | {f"{table.schema}/{other}"},
            )
            continue
        yield Plant(
            "KY02",
            what,
            (index.edit_source(reader, index.block(reader).replace(head, new, 1)),),
            (Expected("KY02", (reader.source_place,)),),
            touches=index.needs(reader),
        )


def table_moved_under_its_key(index: Index) -> Iterator[Plant]:
    """Write another table and keep the old key in meta."""
    for number, model in enumerate(index.public()):
        pinned = (
            f"meta={{'dagster': {{'asset_key': ['{model.table.schema}', '{model.table.name}']}}}}"
        )
        moved = (f"alias='{model.table.name}_v2'", "schema='archive'")[number % 2]
        projects = {one.project.name: one for one in index.readers(model)}
        yield Plant(
            "KY02",
            "upstream table moved, key kept",
            (edit_sql(model, with_config(model.sql, f"{moved}, {pinned}")),),
            tuple(Expected("KY02", (one.source_place,)) for one in projects.values()),
            touches=index.needs(model),
        )


def key_as_text(index: Index) -> Iterator[Plant]:
    """Write the key as a string instead of a list, or on the source."""
    for number, reader in enumerate(index.foreign()):
        table = reader.read.table
        old = f"asset_key: [{table.schema}, {table.name}]"
        new = (
            f'asset_key: "{table.name}"'
            if number % 2
            else f'asset_key: "{table.schema}.{table.name}"'
        )
        yield Plant(
            "KY03",
            "a text instead of a list",
            (index.edit_source(reader, index.block(reader).replace(old, new, 1)),),
            (Expected("KY03", (reader.source_place,)),),
            tolerated=(Expected("ED01", (reader.source_place,)),),
            # Two tables with one unprefixed key would be another fault.
            touches=index.needs(reader) | {f"bare {table.name}"},
        )


def key_on_the_source(index: Index) -> Iterator[Plant]:
    """Write the key of a source's only table on the source."""
    for number, reader in enumerate(index.foreign()):
        project, upstream = reader.project, index.projects[reader.read.table.project]
        unread = index.unread(project, upstream)
        if not unread:
            continue
        table = unread[number % len(unread)].table
        file = f"projects/{project.name}/models/staging/_added_{number}_{table.project}.yml"
        text = (
            f"sources:\n  - name: {table.project}_{number}\n    database: {table.project}\n"
            f"    schema: {table.schema}\n    config:\n"
            f"      meta: {{dagster: {{asset_key: [{table.schema}, {table.name}]}}}}\n"
            f"    tables:\n      - name: {table.name}\n"
        )
        named = f"source('{table.project}_{number}', '{table.name}')"
        model = f"projects/{project.name}/models/staging/stg_again_{number}.sql"
        sql = f"select * from {{{{ {named} }}}}\n"
        yield Plant(
            "KY03",
            "on the source, not on its table",
            (Edit(file, None, text), Edit(model, None, sql)),
            (Expected("KY03", ((file, "asset_key"),)),),
            touches=frozenset({table.key, f"again {project.name}"}),
        )
