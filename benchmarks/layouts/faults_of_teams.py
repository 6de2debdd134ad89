"""Faults between teams: access, owners, partitions, external systems, tests, declarations."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.layouts.dbt_files import mart_sql, read_jinja, read_sql
from benchmarks.layouts.places import (
    FEATURES,
    edges,
    edit_contract,
    edit_mart,
    edit_sql,
    edit_table,
    feature_place,
    marts,
    model_file,
    readers_of_key,
    source_place,
    sql_file,
    with_config,
)
from benchmarks.layouts.python_locations import exported, features
from benchmarks.layouts.teams import DATABASE, DbtProject, Plan
from benchmarks.synthetic.faults_of_columns import typed_wrong
from benchmarks.synthetic.faults_of_readers import MISFITS, SYSTEMS
from benchmarks.synthetic.plants import Edit, Expected, Plant


def no_longer_public(plan: Plan) -> Iterator[Plant]:
    """Make a mart with readers protected."""
    for number, (project, mart) in enumerate(marts(plan, 2)):
        old = f"    description: Published {mart.name}.\n"
        edit = (
            edit_mart(project, mart, with_config(mart_sql(project, mart), "access='protected'"))
            if number % 2
            else edit_contract(project, mart, old, f"{old}    config: {{access: protected}}\n")
        )
        injected = any(read.injected for _, read in plan.readers(mart))
        if injected:
            continue  # dbt itself rejects the ref
        yield Plant(
            "AC01",
            "became protected",
            (edit,),
            readers_of_key(plan, mart, "AC01"),
            touches=frozenset({mart.key_text}),
        )


def reads_private(plan: Plan) -> Iterator[Plant]:
    """Read a private table of another location."""
    for number, (project, read) in enumerate(edges(plan, 10)):
        producer = plan.producer(read)
        if not producer.owned:
            continue
        name = f"int_{producer.raw[number % 4].name}"
        core = f"{producer.name}_core"
        file, edits = new_source(
            project, f"private_{number}", producer.schema(core), name, (core, name)
        )
        yield Plant(
            "AC01",
            "a new source on a private table",
            edits,
            (Expected("AC01", ((file, f"- name: {name}"),)),),
            touches=frozenset({f"{core}/{name}"}),
        )


def new_source(
    project: DbtProject, name: str, schema: str, table: str, key: tuple[str, ...]
) -> tuple[str, tuple[Edit, ...]]:
    """Return a new file of sources, and the edits that add it with a model that reads it."""
    file = f"{project.folder}/models/_{name}.yml"
    text = (
        f"sources:\n  - name: {name}\n    database: {DATABASE}\n    schema: {schema}\n"
        f"    tables:\n      - name: {table}\n"
        f"        config: {{meta: {{dagster: {{asset_key: [{', '.join(key)}]}}}}}}\n"
    )
    sql = f"select count(*) as rows_of_it from {{{{ source('{name}', '{table}') }}}}\n"
    model = f"{project.folder}/models/core/int_over_{name}.sql"
    return file, (Edit(file, None, text), Edit(model, None, sql))


def became_a_view(plan: Plan) -> Iterator[Plant]:
    """Materialize a mart as a view, which assets in Python read, of an unknown database."""
    read = {mart.key for one in features(plan) for mart in one.reads}
    read |= {mart.key for mart in exported(plan)}
    for project, mart in marts(plan, 18):
        if mart.key not in read:
            continue
        yield Plant(
            "AC03",
            "a table became a view",
            (
                edit_mart(
                    project, mart, with_config(mart_sql(project, mart), "materialized='view'")
                ),
            ),
            (Expected("AC03", ((model_file(project, mart),),), key=mart.key_text),),
            touches=frozenset({mart.key_text}),
        )


def unknown_system(plan: Plan) -> Iterator[Plant]:
    """Read a system that is not declared as external."""
    for number, project in enumerate(plan.projects):
        system = f"{SYSTEMS[number % len(SYSTEMS)]}_{project.name}"
        file, edits = new_source(project, system, system, "charges", (system, "charges"))
        yield Plant(
            "EX01",
            "a source of an unknown system",
            edits,
            (Expected("EX01", ((file, "- name: charges"),)),),
            touches=frozenset({f"system {system}"}),
        )


def expired(plan: Plan) -> Iterator[Plant]:
    """Let the date of frozen keys pass."""
    for number, project in enumerate(plan.projects):
        schema = f"frozen_{project.name}"
        file, edits = new_source(project, schema, schema, "rates", (schema, "rates"))
        entry = (
            f'[[tool.lineage.external]]\nkeys = ["{schema}/*"]\nowner = "team:crm"\n'
            f'reason = "until {project.name} has moved"\nuntil = 20{10 + number}-03-01\n'
        )
        anchor = '[[tool.lineage.external]]\nkeys = ["salesforce/*"]\n'
        yield Plant(
            "EX02",
            "expired, and read by a source",
            (*edits, Edit("pyproject.toml", anchor, entry + anchor, ("[tool.lineage]\n",))),
            (Expected("EX02", (("pyproject.toml", f'"{schema}/*"'), (file,))),),
            touches=frozenset({f"system {schema}"}),
        )


def partitions_differ(plan: Plan) -> Iterator[Plant]:
    """Partition a daily feature in another way than the signal that it reads."""
    daily = [one for one in features(plan) if one.daily]
    for number, (what, definition) in enumerate(MISFITS.items()):
        feature = daily[number % len(daily)]
        yield Plant(
            "PA01",
            what,
            (
                Edit(
                    FEATURES,
                    "partitions_def=DAILY",
                    f"partitions_def={definition}",
                    (feature.heading,),
                ),
            ),
            (Expected("PA01", (feature_place(feature, '"signals"'),)),),
            touches=frozenset({f"ml/{feature.name}", feature.signal}),
        )


def without_owner(plan: Plan) -> Iterator[Plant]:
    """Remove the owner of a feature."""
    for feature in features(plan):
        yield Plant(
            "OW01",
            "a Python asset without owners",
            (
                Edit(
                    FEATURES,
                    '    owners=["team:ml"],\n',
                    "",
                    (feature.heading,),
                ),
            ),
            (Expected("OW01", (feature_place(feature, "key="),)),),
            # Several of one file are one finding.
            touches=frozenset({f"ml/{feature.name}", "owner of a feature"}),
        )


def unknown_owner(plan: Plan) -> Iterator[Plant]:
    """Mistype the owner of a mart."""
    for project, mart in marts(plan, 34):
        if not project.owned or len(project.name) < 5:
            continue
        wrong = f"team:{typed_wrong(project.name)}"
        setting = f"meta={{'dagster': {{'owners': ['{wrong}']}}}}"
        yield Plant(
            "OW02",
            "a mart's owner",
            (edit_mart(project, mart, with_config(mart_sql(project, mart), setting)),),
            (Expected("OW02", ((model_file(project, mart),),)),),
            touches=frozenset({mart.key_text, f"owner {wrong}"}),
        )


def declared_not_read(plan: Plan) -> Iterator[Plant]:
    """Name a source in a model that does not read it."""
    for number, (project, read) in enumerate(edges(plan, 42, injected=None)):
        named = read_jinja(project, read)
        head = (
            f"-- depends_on: {named}\n",
            f"{{% set unused = {named.strip('{} ')} %}}\n",
            f"/* once read {named} */\n",
        )[number % 3]
        file = f"{project.folder}/models/core/int_named_{number}.sql"
        yield Plant(
            "RD01",
            ("depends_on comment", "set in Jinja", "in a SQL comment")[number % 3],
            (Edit(file, None, f"{head}select 1 as one\n"),),
            (Expected("RD01", ((file,),), key=read.table.name),),
            touches=frozenset({read.table.key_text}),
        )


def read_not_declared(plan: Plan) -> Iterator[Plant]:
    """Read a mart of another location by its name."""
    for number, (project, read) in enumerate(edges(plan, 50, injected=None)):
        table = read.table
        name = (table.relation, '"' + table.relation.replace(".", '"."') + '"')[number % 2]
        if number % 3 == 2:
            file = f"{project.folder}/models/core/int_direct_{number}.sql"
            edit = Edit(file, None, f"select count(*) as rows_of_it from {name}\n")
        else:
            file = sql_file(project, read)
            sql = read_sql(project, read).replace(read_jinja(project, read), name)
            edit = edit_sql(project, read, sql)
        yield Plant(
            "RD02",
            "reads by name",
            (edit,),
            (Expected("RD02", ((file, name),), key=table.key_text),),
            touches=frozenset({table.key_text}),
        )


def invisible_test(plan: Plan) -> Iterator[Plant]:
    """Add a data test on a source."""
    for number, (project, read) in enumerate(edges(plan, 58)):
        name = f"test_{number}_of_{project.name}"
        column = next(iter(read.columns))
        test = (
            f"{{not_null: {{name: {name}}}}}",
            f"{{accepted_values: {{name: {name}, arguments: {{values: [1, 2]}}}}}}",
        )[number % 2]
        line = f"          - name: {column}\n"
        yield Plant(
            "TE01",
            "a test on a source",
            (edit_table(project, read, line, f"{line}            data_tests: [{test}]\n"),),
            (Expected("TE01", ((*source_place(project, read), name),)),),
            touches=frozenset({read.table.key_text}),
        )


PLANTERS = (
    partitions_differ,
    without_owner,
    no_longer_public,
    reads_private,
    became_a_view,
    unknown_system,
    expired,
    unknown_owner,
    declared_not_read,
    read_not_declared,
    invisible_test,
)
