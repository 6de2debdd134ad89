"""Planted faults of access, externals, partitions, owners, tests and declarations."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.synthetic.faults_of_columns import typed_wrong
from benchmarks.synthetic.faults_of_keys import python_place
from benchmarks.synthetic.files import dbt_project_yaml, model_yaml
from benchmarks.synthetic.index import (
    Index,
    edit_python,
    edit_sql,
    edit_yaml,
    model_file,
    python_file,
    with_config,
    yaml_file,
)
from benchmarks.synthetic.plants import Edit, Expected, Plant
from benchmarks.synthetic.python_files import asset_text
from benchmarks.synthetic.tables import Model, Project


def _readers_places(index: Index, model: Model, code: str) -> tuple[Expected, ...]:
    projects = {one.project.name: one for one in index.readers(model)}
    found = [Expected(code, (one.source_place,), key=model.table.name) for one in projects.values()]
    found += [
        Expected(code, (python_place(asset, model.table),))
        for asset in index.python.get(model.table.key, [])
    ]
    return tuple(found)


def no_longer_public(index: Index) -> Iterator[Plant]:
    """Make a model with foreign readers protected or private."""
    for number, model in enumerate(index.public()):
        # dbt does not parse an exposure, which has no group, of a private model.
        private = number % 2 and not index.is_shown(model)
        access = "private" if private else "protected"
        if number % 4 < 2:
            edit = edit_sql(model, with_config(model.sql, f"access='{access}'"))
        else:
            edit = edit_yaml(
                model,
                _with_yaml_config(model_yaml(model), model, f"access: {access}"),
            )
        yield Plant(
            "AC01",
            f"became {access}",
            (edit,),
            _readers_places(index, model, "AC01"),
            touches=index.needs(model),
        )


def _with_yaml_config(block: str, model: Model, setting: str) -> str:
    if "    config:\n" in block:
        return block.replace("    config:\n", f"    config:\n      {setting}\n", 1)
    head = f"  - name: {model.table.name}\n"
    return block.replace(head, f"{head}    config:\n      {setting}\n", 1)


def reads_private(index: Index) -> Iterator[Plant]:
    """Read another team's intermediate table."""
    for number, reader in enumerate(index.foreign()):
        upstream = index.projects[reader.read.table.project]
        hidden = [model for model in upstream.models if model.layer == "intermediate"]
        if not hidden:
            continue
        model = hidden[number % len(hidden)]
        project = reader.project.name
        sources, new = _new_source(index, project, number, model.table.schema, model.table.name)
        yield Plant(
            "AC01",
            "a new source on a private table",
            new,
            (Expected("AC01", ((sources, f"- name: {model.table.name}"),)),),
            touches=index.needs(reader) | {model.table.key},
        )


def _new_source(
    index: Index, project: str, number: int, schema: str, table: str
) -> tuple[str, tuple[Edit, ...]]:
    """Add a source file and a model that reads it."""
    database = next(
        (name for name, one in index.projects.items() if schema.startswith(one.domain)), schema
    )
    sources = f"projects/{project}/models/staging/_source_{number}.yml"
    text = (
        f"sources:\n  - name: added_{number}\n    database: {database}\n    schema: {schema}\n"
        f"    tables:\n      - name: {table}\n        config:\n"
        f"          meta: {{dagster: {{asset_key: [{schema}, {table}]}}}}\n"
    )
    model = f"projects/{project}/models/staging/stg_added_{number}.sql"
    sql = f"select 1 as one from {{{{ source('added_{number}', '{table}') }}}}\n"
    return sources, (Edit(sources, None, text), Edit(model, None, sql))


def no_contract(index: Index) -> Iterator[Plant]:
    """Disable a contract of the producer."""
    for number, model in enumerate(index.public()):
        id_column = model.table.columns["id"]
        if number % 2:
            edit = edit_sql(model, with_config(model.sql, "contract={'enforced': false}"))
        else:
            edit = edit_yaml(
                model,
                _with_yaml_config(model_yaml(model), model, "contract: {enforced: false}"),
            )
        yield Plant(
            "AC02",
            "contract switched off",
            (edit,),
            (
                Expected(
                    "AC02",
                    ((yaml_file(model), f"- name: {model.table.name}"), (model_file(model),)),
                    key=model.table.key,
                ),
            ),
            # Its constraints are removed as well.
            tolerated=tuple(
                Expected("CO03", one.column_places(id_column)[:1], key=id_column)
                for one in index.readers(model)
                if "id" in one.read.used
            ),
            touches=index.needs(model),
        )


def became_a_view(index: Index) -> Iterator[Plant]:
    """Materialize a table with foreign readers as a view."""
    for number, model in enumerate(index.public()):
        if model.shape == "incremental":
            continue
        if number % 2:
            edit = edit_sql(model, with_config(model.sql, "materialized='view'"))
        else:
            edit = edit_yaml(
                model, _with_yaml_config(model_yaml(model), model, "materialized: view")
            )
        yield Plant(
            "AC03",
            "a table became a view",
            (edit,),
            (
                Expected(
                    "AC03",
                    ((model_file(model),), (yaml_file(model), f"- name: {model.table.name}")),
                    key=model.table.key,
                ),
            ),
            touches=index.needs(model),
        )


SYSTEMS = ("stripe", "salesforce", "airbyte", "hubspot", "segment", "netsuite", "zendesk", "kafka")


def undeclared_external(index: Index) -> Iterator[Plant]:
    """Add a source or Python dependency of an undeclared external system."""
    projects = index.repository.projects
    for number, project in enumerate(projects):
        system = f"{SYSTEMS[number % len(SYSTEMS)]}_{number}"
        sources, edits = _new_source(index, project.name, 1000 + number, system, "charges")
        yield Plant(
            "EX01",
            "a source of an unknown system",
            edits,
            (Expected("EX01", ((sources, "- name: charges"),)),),
            touches=frozenset({f"system {system}"}),
        )
    for asset in index.python_assets():
        table = asset.reads[0]
        name = f'["{SYSTEMS[len(asset.name) % 8]}_of_{asset.domain}", "{asset.name}_raw"]'
        yield Plant(
            "EX01",
            "a Python dependency on an unknown system",
            (
                edit_python(
                    asset,
                    asset_text(asset).replace("    deps=[\n", f"    deps=[\n        {name},\n"),
                ),
            ),
            (Expected("EX01", ((python_file(asset), f'"{asset.domain}", "{asset.name}"', name),)),),
            touches=index.needs(asset) | {f"system of {asset.domain}"} | {table.key},
        )


def frozen_expired(index: Index) -> Iterator[Plant]:
    """Let the date of frozen keys that still have readers pass."""
    for number, project in enumerate(index.repository.projects):
        schema = f"frozen_{project.domain}"
        sources, edits = _new_source(index, project.name, 2000 + number, schema, f"rates_{number}")
        day = f"20{10 + number % 15}-0{1 + number % 9}-1{number % 10}"
        entry = (
            f'[[tool.lineage.external]]\nkeys = ["{schema}/*"]\nowner = "team:platform"\n'
            f'reason = "until {project.domain} has moved"\nuntil = {day}\n\n'
        )
        anchor = '[[tool.lineage.external]]\nkeys = ["legacy/*"]\n'
        yield Plant(
            "EX02",
            "expired, and read by a source",
            (*edits, Edit("pyproject.toml", anchor, entry + anchor)),
            (Expected("EX02", (("pyproject.toml", f'"{schema}/*"'), (sources,))),),
            touches=frozenset({f"schema {schema}"}),
        )


MISFITS = {
    "starts before its upstream": 'dg.DailyPartitionsDefinition(start_date="2023-06-01")',
    "another time zone": (
        'dg.DailyPartitionsDefinition(start_date="2024-01-01", timezone="Europe/Berlin")'
    ),
    "static": 'dg.StaticPartitionsDefinition(["north", "south"])',
    "dynamic": 'dg.DynamicPartitionsDefinition(name="campaigns")',
    "months that start before": 'dg.MonthlyPartitionsDefinition(start_date="2022-01-01")',
    "weeks in another zone": (
        'dg.WeeklyPartitionsDefinition(start_date="2024-01-07", timezone="America/New_York")'
    ),
}


def partitions_differ(index: Index) -> Iterator[Plant]:
    """Partition a daily Python asset in another way than the asset that it reads."""
    number = 0
    for asset in index.python_assets():
        if not asset.partitions:
            continue
        what, definition = list(MISFITS.items())[number % len(MISFITS)]
        number += 1
        yield Plant(
            "PA01",
            what,
            (
                edit_python(
                    asset,
                    asset_text(asset).replace(
                        "partitions_def=DAILY", f"partitions_def={definition}"
                    ),
                ),
            ),
            (Expected("PA01", (python_place(asset, asset.reads[0]),)),),
            touches=index.needs(asset),
        )
    for project in index.repository.projects:
        readers = [
            (model, asset)
            for model in project.models
            if model.daily
            for asset in index.python.get(model.table.key, [])
            if asset.partitions
        ]
        if readers:
            yield Plant(
                "PA01",
                "upstream starts later now",
                (
                    Edit(
                        f"projects/{project.name}/src/{project.name}/definitions.py",
                        'DailyPartitionsDefinition(start_date="2024-01-01")',
                        'DailyPartitionsDefinition(start_date="2024-09-01")',
                    ),
                ),
                tuple(
                    Expected("PA01", (python_place(asset, model.table),))
                    for model, asset in readers
                ),
                touches=index.needs(*(asset for _, asset in readers))
                | {f"definitions {project.name}"},
            )


def without_owner(index: Index) -> Iterator[Plant]:
    """Remove the owner of an asset."""
    for project in index.repository.projects[1:]:
        file, edits = _model_of_no_group(project, "")
        yield Plant(
            "OW01",
            "a model in a folder without a group",
            edits,
            (Expected("OW01", ((file,),)),),
            touches=frozenset({f"groups {project.name}", f"owner {project.name}"}),
        )
    for asset in index.python_assets():
        yield Plant(
            "OW01",
            "a Python asset without owners",
            (
                edit_python(
                    asset,
                    asset_text(asset).replace(f'    owners=["team:{asset.domain}"],\n', ""),
                ),
            ),
            (
                Expected(
                    "OW01", ((python_file(asset), f'"{asset.domain}", "{asset.name}"'),), asset.key
                ),
            ),
            touches=index.needs(asset) | {f"owner {asset.module} {asset.domain}"},
        )


def unknown_owner(index: Index) -> Iterator[Plant]:
    """Name an owner that does not exist."""
    for number, asset in enumerate(index.python_assets()):
        wrong = (
            f"team:{typed_wrong(asset.domain)}",
            f"{asset.domain}@left.example",
            f"team:{asset.domain}_old_{number}",
        )[number % 3]
        yield Plant(
            "OW02",
            "a Python asset's owner",
            (
                edit_python(
                    asset,
                    asset_text(asset).replace(f'"team:{asset.domain}"', f'"{wrong}"'),
                ),
            ),
            (Expected("OW02", ((python_file(asset), f'"{asset.domain}", "{asset.name}"'),)),),
            touches=index.needs(asset) | {f"owner {wrong} {asset.project}"},
        )
    for project in index.repository.projects:
        wrong = f"team:{typed_wrong(project.domain)}"
        setting = f"{{{{ config(meta={{'dagster': {{'owners': ['{wrong}']}}}}) }}}}\n\n"
        file, edits = _model_of_no_group(project, setting)
        yield Plant(
            "OW02",
            "a model's owner in its meta",
            edits,
            (Expected("OW02", ((file,),)),),
            touches=frozenset({f"groups {project.name}", f"owner {wrong}"}),
        )


def _model_of_no_group(project: Project, head: str) -> tuple[str, tuple[Edit, ...]]:
    """Move the group from the project to the old folders, so that a new folder has none."""
    group = f"    +group: {project.domain}\n"
    layers = ("staging", "intermediate", "public")
    old = dbt_project_yaml(project)
    new = old.replace(f"+materialized: table\n{group}", "+materialized: table\n", 1)
    for layer in layers:
        new = new.replace(f"    {layer}:\n", f"    {layer}:\n  {group}", 1)
    new = new.replace(
        "    staging:\n",
        f"    scratch:\n      +schema: {project.domain}_scratch\n    staging:\n",
        1,
    )
    file = f"projects/{project.name}/models/scratch/one_of_{project.domain}.sql"
    sql = f"{head}select 1 as one\n"
    return file, (
        Edit(f"projects/{project.name}/dbt_project.yml", old, new),
        Edit(file, None, sql),
    )


def invisible_test(index: Index) -> Iterator[Plant]:
    """Add a data test on a source, or on several models."""
    for number, reader in enumerate(index.foreign()):
        column = reader.read.table.columns["id"]
        project = reader.project
        own = project.public  # a test has no group and cannot read private models
        name = f"test_{number}_of_{project.domain}"
        if number % 4 == 3:
            one, two = own[0].table, own[1].table
            file = f"projects/{project.name}/tests/{name}.sql"
            sql = (
                f"select 1 as wrong from {{{{ ref('{one.name}') }}}} as a\n"
                f"inner join {{{{ ref('{two.name}') }}}} as b on a.{one.columns['id']} = -1\n"
            )
            edits: tuple[Edit, ...] = (Edit(file, None, sql),)
            place: tuple[str, ...] = (file,)
            what = "a singular test over two models"
        else:
            kind, what = (
                (
                    _relationships(name, own[0]),
                    "relationships on a source",
                ),
                (f"not_null:\n                  name: {name}", "not_null on a source"),
                (_accepted_values(name), "accepted_values on a source"),
            )[number % 3]
            test = f"            data_tests:\n              - {kind}\n"
            edits = (
                index.edit_source(
                    reader,
                    index.block(reader).replace(
                        f"          - name: {column}\n", f"          - name: {column}\n{test}", 1
                    ),
                ),
            )
            place = (*reader.source_place, name)
        yield Plant(
            "TE01",
            what,
            edits,
            (Expected("TE01", (place,)),),
            touches=index.needs(reader) | {f"tests {project.name}"},
        )


def _relationships(name: str, to: Model) -> str:
    """Return the test as an entry of `data_tests`."""
    arguments = f"{{to: ref('{to.table.name}'), field: {to.table.columns['id']}}}"
    return (
        f"relationships:\n                  name: {name}\n                  arguments: {arguments}"
    )


def _accepted_values(name: str) -> str:
    return (
        f"accepted_values:\n                  name: {name}\n"
        "                  arguments: {values: [1, 2]}"
    )


def declared_not_read(index: Index) -> Iterator[Plant]:
    """Name a source in a model whose SQL does not read it."""
    for number, reader in enumerate(index.foreign()):
        project = reader.project
        models = [model for model in project.models if model.layer == "intermediate"]
        if not models:
            continue
        model = models[number % len(models)]
        named = reader.read.jinja
        head = (
            f"-- depends_on: {named}\n",
            f"{{% set unused = {named.strip('{} ')} %}}\n",
            f"/* once read {named} */\n",
        )[number % 3]
        yield Plant(
            "RD01",
            ("depends_on comment", "set in Jinja", "in a SQL comment")[number % 3],
            (edit_sql(model, head + model.sql),),
            (Expected("RD01", ((model_file(model),),), key=reader.read.table.key),),
            touches=index.needs(reader) | {model.table.key},
        )


def read_not_declared(index: Index) -> Iterator[Plant]:
    """Read another team's table by its name."""
    for number, reader in enumerate(index.foreign()):
        table = reader.read.table
        name = (
            f"{table.project}.{table.schema}.{table.name}",
            f'"{table.project}"."{table.schema}"."{table.name}"',
        )[number % 2]
        if number % 3 == 2:
            file = f"projects/{reader.project.name}/models/intermediate/int_direct_{number}.sql"
            sql = f"select count(*) as rows_of_it from {name}\n"
            yield Plant(
                "RD02",
                "a new model reads by name",
                (Edit(file, None, sql),),
                (Expected("RD02", ((file, name),), key=table.key),),
                touches=index.needs(reader),
            )
            continue
        if reader.model.sql.count(reader.read.jinja) != 1:
            continue
        sql = reader.model.sql.replace(reader.read.jinja, name)
        yield Plant(
            "RD02",
            "source() replaced by the table's name",
            (edit_sql(reader.model, sql),),
            (Expected("RD02", ((reader.sql_file, name),), key=table.key),),
            touches=index.needs(reader),
        )
