"""Faults of keys: unresolved, made twice, unlike their relation, in a cycle."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.layouts.dbt_files import mart_sql
from benchmarks.layouts.places import (
    EXPORTS,
    FEATURES,
    edges,
    edit_contract,
    edit_head,
    edit_mart,
    edit_table,
    export_places,
    feature_place,
    has_meta,
    is_injected,
    marts,
    model_file,
    readers_of_key,
    source_place,
    with_config,
)
from benchmarks.layouts.python_locations import export_line, exported, features, python_key
from benchmarks.layouts.teams import DATABASE, Plan
from benchmarks.synthetic.faults_of_columns import typed_wrong
from benchmarks.synthetic.plants import Edit, Expected, Plant


def source_key_typo(plan: Plan) -> Iterator[Plant]:
    """Name a wrong key: letters, a part too many or too few, upper case."""
    for number, (project, read) in enumerate(edges(plan)):
        *schema, name = read.table.key
        wrong, what = (
            ([*schema, typed_wrong(name)], "letters of the table"),
            ([typed_wrong(schema[0]), name] if schema else ["main", name], "another schema"),
            ([name] if schema else [typed_wrong(name)], "the schema is missing"),
            ([*schema, name.upper()], "upper case"),
            ([*schema, "public", name], "a part too many"),
        )[number % 5]
        setting = f"asset_key: [{', '.join(wrong)}]"
        edit = (
            edit_table(project, read, f"asset_key: [{', '.join(read.table.key)}]", setting)
            if has_meta(project, read)
            else edit_head(
                project, read, f"        config:\n          meta: {{dagster: {{{setting}}}}}\n"
            )
        )
        yield Plant(
            "ED01",
            f"source key: {what}",
            (edit,),
            (Expected("ED01", (source_place(project, read),)),),
            touches=frozenset({read.table.key_text}),
        )


def source_of_another_table(plan: Plan) -> Iterator[Plant]:
    """Point a source at another table than its key's."""
    for number, (project, read) in enumerate(edges(plan, 8)):
        producer = plan.producer(read)
        other = producer.marts[producer.marts.index(read.table) - 1].name
        name = (f"{read.table.name}_backup", f"old_{read.table.name}", other)[number % 3]
        yield Plant(
            "KY02",
            "identifier of another table",
            (edit_head(project, read, f"        identifier: {name}\n"),),
            (Expected("KY02", (source_place(project, read),)),),
            touches=frozenset({read.table.key_text}),
        )


def key_as_text(plan: Plan) -> Iterator[Plant]:
    """Write a key as a text."""
    for number, (project, read) in enumerate(edges(plan, 16)):
        if not has_meta(project, read):
            continue
        text = (read.table.name, ".".join(read.table.key))[number % 2]
        old = f"asset_key: [{', '.join(read.table.key)}]"
        yield Plant(
            "KY03",
            "a text instead of a list",
            (edit_table(project, read, old, f'asset_key: "{text}"'),),
            (Expected("KY03", (source_place(project, read),)),),
            (Expected("ED01", (source_place(project, read),)),),
            frozenset({read.table.key_text}),
        )


def mart_gone(plan: Plan) -> Iterator[Plant]:
    """Rename, disable, move or delete a mart with readers."""
    for number, (project, mart) in enumerate(marts(plan, 24)):
        if is_injected(plan, mart):
            continue
        sql, file = mart_sql(project, mart), model_file(project, mart)
        new = f"{mart.name}_v2"
        what = ("disabled", "alias", "another schema", "renamed")[number % 4]
        edits: tuple[Edit, ...] = {
            "disabled": (edit_mart(project, mart, with_config(sql, "enabled=false")),),
            "alias": (edit_mart(project, mart, with_config(sql, f"alias='{new}'")),),
            "another schema": (edit_mart(project, mart, with_config(sql, "schema='attic'")),),
            "renamed": (
                Edit(file, sql, None),
                Edit(file.replace(f"{mart.name}.sql", f"{new}.sql"), None, sql),
                Edit(
                    f"{project.folder}/models/marts/_marts.yml",
                    f"  - name: {mart.name}\n",
                    f"  - name: {new}\n",
                    ("models:\n",),
                ),
            ),
        }[what]
        # dagster-dbt's key has the model's name and its configured schema, not its alias.
        # A key of one part that nothing like it is near may as well be another system's.
        outside = len(mart.key) == 1 and what == "disabled"
        code = "KY02" if what == "alias" else "EX01" if outside else "ED01"
        expected = readers_of_key(plan, mart, code)
        if code == "EX01" and expected:  # one finding, at one of the places
            places = tuple(place for one in expected for place in one.places)
            expected = (Expected(code, places, key=mart.name),)
        elif code == "KY02":
            expected = tuple(one for one in expected if one.places[0][0].endswith("_sources.yml"))
        if expected:
            yield Plant(code, f"mart {what}", edits, expected, touches=frozenset({mart.key_text}))


def raw_table_renamed(plan: Plan) -> Iterator[Plant]:
    """Rename a table in ingestion's list, from which keys are composed."""
    for number in range(4):
        for project in plan.ingested:
            table = project.raw[number]
            line = f'        "{table.name}",\n'
            new = (typed_wrong(table.name), f"{table.name}_v2")[number % 2]
            yield Plant(
                "ED01",
                "a table renamed where keys are composed",
                (
                    Edit(
                        "ingestion/definitions.py",
                        line,
                        f'        "{new}",\n',
                        (f'    "{project.name}": [\n',),
                    ),
                ),
                (
                    Expected(
                        "ED01",
                        (
                            (
                                f"{project.folder}/models/_sources.yml",
                                f"- name: {project.name}_raw",
                                f"- name: {table.name}",
                            ),
                        ),
                        key=table.key_text,
                    ),
                ),
                touches=frozenset({table.key_text}),
            )


def python_key_typo(plan: Plan) -> Iterator[Plant]:
    """Mistype a dependency of a feature."""
    for feature in features(plan):
        mart = feature.reads[feature.number % 2]
        wrong = typed_wrong(mart.name)
        old = python_key(mart)
        new = old.replace(f'"{mart.name}"', f'"{wrong}"')
        yield Plant(
            "ED01",
            "Python dependency",
            (Edit(FEATURES, old, new, (feature.heading,)),),
            (Expected("ED01", (feature_place(feature, new),), key=wrong),),
            touches=frozenset({mart.key_text, f"ml/{feature.name}"}),
        )


def composed_key_typo(plan: Plan) -> Iterator[Plant]:
    """Mistype a text of which an export composes its dependency."""
    for number, mart in enumerate(exported(plan)):
        wrong = typed_wrong(mart.name)
        line = export_line(mart, number)
        yield Plant(
            "ED01",
            "composed Python dependency",
            (Edit(EXPORTS, line, line.replace(f'{mart.name}"', f'{wrong}"'), ("EXPORTS",)),),
            (
                Expected(
                    "ED01",
                    ((EXPORTS, f'.{wrong}"'), export_places(mart)[1]),
                    key=wrong,
                ),
            ),
            touches=frozenset({mart.key_text}),
        )


def numbered_sibling(plan: Plan) -> Iterator[Plant]:
    """Read a daily signal, or a month of the archive, that does not exist."""
    for feature in features(plan):
        if feature.daily:
            wrong = f"signal_{feature.number + 50}_daily"
            edit = Edit(
                FEATURES,
                f'"signal_{feature.number - 1:02}_daily"',
                f'"{wrong}"',
                (feature.heading,),
            )
            # The signals are produced; what nothing loads may also be missing outside.
            code, touches = "ED01", frozenset({f"ml/{feature.name}", feature.signal})
        else:
            wrong = ("events_2015_13", "events_2035_02", "events_2015_2")[feature.number % 3]
            edit = Edit(
                FEATURES,
                "    deps=[\n",
                f'    deps=[\n        ["archive", "{wrong}"],\n',
                (feature.heading,),
            )
            code, touches = "EX01", frozenset({f"ml/{feature.name}", "a month of the archive"})
        yield Plant(
            code,
            "a sibling number that is not there",
            (edit,),
            (Expected(code, (feature_place(feature, f'"{wrong}"'),), key=wrong),),
            touches=touches,
        )


def made_twice(plan: Plan) -> Iterator[Plant]:
    """Give a feature the key of a mart, or of a composed key."""
    candidates = list(marts(plan, 32))
    for feature in features(plan):
        project, mart = candidates[feature.number % len(candidates)]
        key, ends = mart.key, (model_file(project, mart),)
        if feature.number % 3 == 2:
            key = ("signals", f"signal_{2 + feature.number // 3 % 6 * 4:02}_daily")
            ends = ("archive/definitions.py", 'f"signal_{number:02}_daily"')
        new = "key=[" + ", ".join(f'"{part}"' for part in key) + "]"
        if mart in feature.reads:
            continue
        yield Plant(
            "KY01",
            "a Python asset with another's key",
            (Edit(FEATURES, f'key=["ml", "{feature.name}"]', new, ('"""',)),),
            (Expected("KY01", ((FEATURES, new), ends)),),
            touches=frozenset({"/".join(key), mart.key_text, f"ml/{feature.name}"}),
        )


def same_name(plan: Plan) -> Iterator[Plant]:
    """Add a model with the name and schema of another location's mart."""
    for number, (project, mart) in enumerate(marts(plan, 40)):
        others = [
            one
            for one in plan.projects[:-2]
            if not {*one.locations} & {*project.locations}
            and one.short_schemas == project.short_schemas
            and all(read.table is not mart for read in one.reads)
        ]
        if not others or not project.prefixed:
            continue
        other = others[number % len(others)]
        file = f"{other.folder}/models/core/{mart.name}.sql"
        sql = (
            f"{{{{ config(schema='{project.name}') }}}}\n\n"
            f"select * from {{{{ ref('stg_{other.raw[0].name}') }}}}\n"
        )
        yield Plant(
            "KY04",
            "a model of the same name and schema",
            (Edit(file, None, sql),),
            (Expected("KY04", ((file,), (model_file(project, mart),))),),
            touches=frozenset({mart.key_text, f"core {other.name}"}),
        )


def cycle(plan: Plan) -> Iterator[Plant]:
    """Make a mart read what another location makes of it."""
    for number, (project, read) in enumerate(edges(plan, 48)):
        producer, back = plan.producer(read), project.mart_over(read)
        if len(project.locations) > 1 or is_injected(plan, read.table):
            continue
        file = f"{producer.folder}/models/_back_{number}.yml"
        text = (
            f"sources:\n  - name: back_{number}\n    database: {DATABASE}\n"
            f"    schema: {back.schema}\n    tables:\n      - name: {back.name}\n"
            f"        config: {{meta: {{dagster: {{asset_key: [{', '.join(back.key)}]}}}}}}\n"
        )
        sql = mart_sql(producer, read.table).rstrip()
        named = f"{{{{ source('back_{number}', '{back.name}') }}}}"
        yield Plant(
            "ED02",
            "a mart reads what is made of it",
            (
                Edit(file, None, text),
                edit_mart(
                    producer,
                    read.table,
                    f"{sql}\nwhere exists (select 1 from {named})\n",
                ),
            ),
            (
                Expected(
                    "ED02",
                    (
                        (file,),
                        (model_file(producer, read.table),),
                        source_place(project, read),
                    ),
                ),
            ),
            touches=frozenset({read.table.key_text, back.key_text, "cycle"}),
        )


def contract_of(plan: Plan) -> Iterator[Plant]:
    """Switch off a contract with readers."""
    for number, (project, mart) in enumerate(marts(plan, 56)):
        old = f"    description: Published {mart.name}.\n"
        edit = (
            edit_mart(
                project, mart, with_config(mart_sql(project, mart), "contract={'enforced': false}")
            )
            if number % 2
            else edit_contract(
                project, mart, old, f"{old}    config: {{contract: {{enforced: false}}}}\n"
            )
        )
        column = next(iter(mart.columns))
        yield Plant(
            "AC02",
            "contract switched off",
            (edit,),
            (
                Expected(
                    "AC02",
                    (
                        (model_file(project, mart),),
                        (f"{project.folder}/models/marts/_marts.yml", f"- name: {mart.name}"),
                    ),
                    key=mart.key_text,
                ),
            ),
            tuple(
                Expected("CO03", ((f"{one.folder}/models/_sources.yml",),), key=column)
                for one, _ in plan.readers(mart)
            ),
            frozenset({mart.key_text}),
        )


PLANTERS = (
    cycle,
    numbered_sibling,
    made_twice,
    composed_key_typo,
    python_key_typo,
    raw_table_renamed,
    same_name,
    key_as_text,
    source_key_typo,
    source_of_another_table,
    mart_gone,
    contract_of,
)
