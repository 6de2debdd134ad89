"""Faults planted into a copy of this repository, at each of its edges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.synthetic.faults_of_columns import typed_wrong
from benchmarks.synthetic.plants import Edit, Expected, Plant

MARTS = "projects/marts_dbt"
JAFFLE = "projects/jaffle_dbt"
INGESTION = "projects/ingestion/src/ingestion"
ML = "projects/ml/src/ml"
MARTS_SOURCES = f"{MARTS}/models/staging/_sources.yml"
JAFFLE_SOURCES = f"{JAFFLE}/models/staging/_sources.yml"
SNAPSHOT = f"{INGESTION}/fivetran/fivetran_snapshot.json"
CHART, FORECAST = f"{ML}/defs/order_count_chart.py", f"{ML}/defs/predicted_orders.py"
HISTORY = f"{ML}/forecasting/history.py"
CONTRACT = f"{JAFFLE}/models/jaffle/_jaffle.yml"
WRONG_TYPES = {
    "bigint": "date",
    "string": "bigint",
    "date": "timestamp",
    "timestamptz": "date",
    "boolean": "bigint",
    "decimal(12, 2)": "double",
    "decimal(18, 2)": "double",
}


@dataclass(frozen=True)
class SourceTable:
    """A dbt source of this repository with its readers."""

    file: str
    source: str
    table: str
    schema: str
    upstream: str
    readers: tuple[str, ...]

    @property
    def place(self) -> tuple[str, ...]:
        """Its line in the YAML."""
        return (self.file, f"- name: {self.source}", f"- name: {self.table}")

    @property
    def key(self) -> str:
        """Its asset key."""
        return f"{self.schema}/{self.table}"

    @property
    def after(self) -> tuple[str, ...]:
        """What comes before its block in the YAML."""
        return (f"- name: {self.source}\n", f"      - name: {self.table}\n")


SOURCES = (
    SourceTable(
        MARTS_SOURCES,
        "shop_public",
        "users",
        "shop_public",
        "ingestion",
        (f"{MARTS}/models/staging/stg_shop_users.sql",),
    ),
    SourceTable(
        MARTS_SOURCES,
        "shop_public",
        "orders",
        "shop_public",
        "ingestion",
        (
            f"{MARTS}/models/staging/stg_shop_orders.sql",
            f"{MARTS}/models/intermediate/int_shop_order_days.sql",
        ),
    ),
    SourceTable(
        MARTS_SOURCES,
        "jaffle",
        "customers",
        "jaffle",
        "jaffle_dbt",
        (f"{MARTS}/models/marts/customer_value.sql",),
    ),
    SourceTable(
        MARTS_SOURCES,
        "jaffle",
        "orders",
        "jaffle",
        "jaffle_dbt",
        (f"{MARTS}/models/marts/weekly_revenue.sql",),
    ),
    SourceTable(
        JAFFLE_SOURCES,
        "jaffle_shop",
        "raw_customers",
        "jaffle_shop",
        "ingestion",
        (f"{JAFFLE}/models/staging/stg_customers.sql",),
    ),
)


def own_faults(root: Path) -> Iterator[Plant]:
    """Yield every fault that is planted into a copy.

    Args:
        root: Root of an unedited copy, to look up texts.
    """
    for source in SOURCES:
        block = block_of(root, source)
        yield from _keys(source, block)
        yield from _columns(root, source, block)
        yield from _readers(root, source, block)
    yield from _upstream_columns(root)
    yield from _python()
    yield from _models(root)
    yield from _rest(root)


def block_of(root: Path, source: SourceTable) -> str:
    """Return the YAML of a source table."""
    text = (root / source.file).read_text(encoding="utf-8")
    start = text.index(f"      - name: {source.table}\n", text.index(f"- name: {source.source}\n"))
    following = re.search(r"\n      - name: |\n\n  - name: ", text[start + 1 :])
    return text[start : start + 1 + following.start() + 1] if following else text[start:]


def columns_of(block: str) -> dict[str, str]:
    """Return the declared columns of a source's YAML, with their types."""
    return dict(re.findall(r"          - name: (\S+)\n            data_type: (.+)\n", block))


def _in_block(source: SourceTable, block: str, old: str, new: str) -> Edit:
    return Edit(source.file, block, block.replace(old, new, 1), source.after[:1])


def _whole(source: SourceTable, block: str) -> frozenset[str]:
    """Return what a plant needs if it edits more than one column of a source."""
    return frozenset({source.key, *(f"{source.key}#{column}" for column in columns_of(block))})


def _at(source: SourceTable, column: str) -> tuple[str, ...]:
    return (*source.place, f"- name: {column}")


def _keys(source: SourceTable, block: str) -> Iterator[Plant]:
    touches = _whole(source, block)
    written = f"asset_key: [{source.schema}, {source.table}]"
    for what, wrong in {
        "letters of the table": f"[{source.schema}, {typed_wrong(source.table)}]",
        "letters of the schema": f"[{typed_wrong(source.schema)}, {source.table}]",
        "no schema": f"[{source.table}]",
        "another name": f"[{source.schema}, {source.table}_v2]",
    }.items():
        yield Plant(
            "ED01",
            f"source key: {what}",
            (
                Edit(
                    source.file,
                    block,
                    block.replace(written, f"asset_key: {wrong}"),
                    source.after[:1],
                ),
            ),
            (Expected("ED01", (source.place, (*source.place, "asset_key"))),),
            # Two tables of one bare name in a project would have one key: dagster-dbt refuses it.
            touches=touches | ({f"bare {source.table}"} if what == "no schema" else set()),
        )
    yield Plant(
        "KY03",
        "a text instead of a list",
        (
            Edit(
                source.file,
                block,
                block.replace(written, f'asset_key: "{source.table}"'),
                source.after[:1],
            ),
        ),
        (Expected("KY03", (source.place, (*source.place, "asset_key"))),),
        (Expected("ED01", (source.place, (*source.place, "asset_key"))),),
        touches | {f"bare {source.table}"},
    )
    for name in (f"{source.table}_backup", f"old_{source.table}"):
        head = f"      - name: {source.table}\n"
        yield Plant(
            "KY02",
            f"identifier {name}",
            (
                Edit(
                    source.file,
                    block,
                    block.replace(head, f"{head}        identifier: {name}\n", 1),
                    source.after[:1],
                ),
            ),
            (Expected("KY02", (source.place,)),),
            touches=touches,
        )


def _columns(root: Path, source: SourceTable, block: str) -> Iterator[Plant]:
    """Yield faults of each declared column: mistyped in SQL, mistyped in YAML, another type."""
    for column, type_ in columns_of(block).items():
        touches = frozenset({f"{source.key}#{column}"})
        wrong = typed_wrong(column)
        line = f"          - name: {column}\n"
        yield Plant(
            "CO01",
            "typo in a source's YAML",
            (Edit(source.file, line, f"          - name: {wrong}\n", source.after),),
            (Expected("CO01", (_at(source, wrong),), key=wrong),),
            touches=touches,
        )
        typed = f"{line}            data_type: "
        yield Plant(
            "CO02",
            f"{type_} declared as {WRONG_TYPES[type_]}",
            (Edit(source.file, f"{typed}{type_}", f"{typed}{WRONG_TYPES[type_]}", source.after),),
            (Expected("CO02", (_at(source, column),), key=column),),
            touches=touches,
        )
        for file in source.readers:
            text = (root / file).read_text(encoding="utf-8")
            end = text.index("\n)", text.index("{{ source"))
            start = text.rindex(" as (\n", 0, end)
            found = re.search(rf"(?m)^.*\b{column}\b(?!$).*\n", text[start:end])
            if found is None:
                continue
            edited = re.sub(rf"\b{column}\b", wrong, found.group(), count=1)
            after = (text[max(0, start - 12) : start],)
            line_taken = f"{file} {found.group().strip()}"
            yield Plant(
                "CO01",
                "typo in the reader's SQL",
                (Edit(file, found.group(), edited, after),),
                (Expected("CO01", ((file, wrong), (file,)), key=wrong),),
                touches=touches | {line_taken},
            )
            break


def _readers(root: Path, source: SourceTable, block: str) -> Iterator[Plant]:
    touches = _whole(source, block) | set(source.readers)
    file = source.readers[0]
    text = (root / file).read_text(encoding="utf-8")
    jinja = f"{{{{ source('{source.source}', '{source.table}') }}}}"
    name = f"{source.upstream}.{source.schema}.{source.table}"
    yield Plant(
        "RD02",
        "source() replaced by the table's name",
        (Edit(file, text, text.replace(jinja, name)),),
        (Expected("RD02", ((file, name),)),),
        touches=touches,
    )
    project = "/".join(file.split("/")[:2])
    new = f"{project}/models/staging/stg_counted_{source.table}.sql"
    group = "finance" if "marts" in project else "analytics_engineering"
    yield Plant(
        "RD02",
        "a new model reads by name",
        (Edit(new, None, f"select count(*) as n from {name}\n"),),
        (Expected("RD02", ((new, name),)),),
        touches=touches,
    )
    yield Plant(
        "RD01",
        "a comment names a source",
        (Edit(new, None, f"-- depends_on: {jinja}\nselect 1 as one\n"),),
        (Expected("RD01", ((new,),)),),
        touches=touches,
    )
    column = next(iter(columns_of(block)))
    line = f"          - name: {column}\n"
    public = (
        "customer_value" if "marts" in project else "customers"
    )  # tests may not see private ones
    for kind, test in {
        "relationships": "relationships:\n                  arguments: "
        f"{{to: ref('{public}'), field: nothing}}",
        "not_null": "not_null",
        "accepted_values": "accepted_values:\n                  arguments: {values: [1]}",
    }.items():
        edited = block.replace(line, f"{line}            data_tests:\n              - {test}\n", 1)
        tolerated = (Expected("CO03", (_at(source, column),), key=column),)
        yield Plant(
            "TE01",
            f"{kind} on a source",
            (Edit(source.file, block, edited, source.after[:1]),),
            (Expected("TE01", (_at(source, column),)),),
            tolerated if kind == "not_null" else (),
            touches,
        )
    yield Plant(
        "CO01",
        f"a new model of {group} reads what is not there",
        (Edit(new, None, f"with s as (select * from {jinja})\n\nselect s.not_there from s\n"),),
        (Expected("CO01", ((new, "not_there"), (new,)), key="not_there"),),
        touches=touches,
    )


def _upstream_columns(root: Path) -> Iterator[Plant]:
    """Rename a column of the producer, or change its type."""
    for source in SOURCES:
        for column, type_ in columns_of(block_of(root, source)).items():
            ends = [_at(source, column)]
            if (source.key, column) == ("jaffle/customers", "number_of_orders"):
                ends.append((CHART, "upstream("))
            renamed = _renamed(root, source, column)
            retyped = _retyped(root, source, column, type_)
            for code, edits in (("CO01", renamed), ("CO02", retyped)):
                if edits:
                    needs = {f"{source.key}#{column}", *(end[0] for end in ends[1:])}
                    yield Plant(
                        code,
                        "renamed upstream" if code == "CO01" else "another type upstream",
                        edits,
                        tuple(Expected(code, (end,), key=column) for end in ends),
                        # Its own project's reader is forgotten, and its contract says otherwise
                        # than what it reads.
                        (
                            Expected(
                                "CO01", ((f"{JAFFLE}/models/jaffle/customers.sql",),), key=column
                            ),
                            Expected("CO02", ((CONTRACT,),), key=column),
                        ),
                        touches=frozenset(needs),
                    )


def _renamed(root: Path, source: SourceTable, column: str) -> tuple[Edit, ...]:
    new = f"{column}_v2"
    if source.upstream == "jaffle_dbt":
        sql = f"{JAFFLE}/models/jaffle/{source.table}.sql"
        text = (root / sql).read_text(encoding="utf-8")
        final = text.index("final as (")
        line = re.search(rf"(?m)^        .*\b{column},?$|^        \) as {column},?$", text[final:])
        if line is None:
            return ()
        old = line.group()
        comma = "," if old.endswith(",") else ""
        bare = old.rstrip(",").removesuffix(f" as {column}")
        name = f"      - name: {column}\n"
        return (
            Edit(sql, f"{old}\n", f"{bare} as {new}{comma}\n", ("final as (",)),
            Edit(CONTRACT, name, f"      - name: {new}\n", (f"  - name: {source.table}\n",)),
        )
    if source.schema == "jaffle_shop":
        file = f"{INGESTION}/customers/columns.py"
        return (Edit(file, f'"{column}"', f'"{new}"', ("CUSTOMER_COLUMNS",)),)
    if column.startswith("_fivetran"):
        return ()  # Fivetran's own
    return (
        Edit(
            SNAPSHOT,
            f'"name_in_destination": "{column}"',
            f'"name_in_destination": "{new}"',
            (f'        "{source.table}": {{', f'            "{column}": {{'),
        ),
    )


def _retyped(root: Path, source: SourceTable, column: str, type_: str) -> tuple[Edit, ...]:
    wrong = WRONG_TYPES[type_]
    if source.upstream == "jaffle_dbt":
        text = (root / CONTRACT).read_text(encoding="utf-8")
        at = text.index(f"      - name: {column}\n", text.index(f"  - name: {source.table}\n"))
        old = text[at : text.index("data_type: ", at)]
        return (
            Edit(
                CONTRACT,
                f"{old}data_type: {type_}\n",
                f"{old}data_type: {wrong}\n",
                (f"  - name: {source.table}\n",),
            ),
        )
    if source.schema == "jaffle_shop" or column.startswith("_fivetran"):
        return ()
    text = (root / SNAPSHOT).read_text(encoding="utf-8")
    after = (f'        "{source.table}": {{', f'            "{column}": {{')
    start = text.index(after[1], text.index(after[0]))
    found = re.search(r'"type": ".*"', text[start:])
    if found is None:
        return ()
    return (Edit(SNAPSHOT, found.group(), f'"type": "{wrong.upper()}"', after),)


def _swap(file: str, old: str, new: str) -> Edit:
    """Return an edit of the first match in a Python module."""
    return Edit(file, old, new, ('"""',))


def _python() -> Iterator[Plant]:
    """Yield faults of the two dependencies of the data science team."""
    chart, forecast = (CHART, "upstream("), (FORECAST, "upstream(")
    ends = {
        "jaffle/customers": (CHART, '"jaffle_dbt", "customers"', chart),
        "marts/daily_order_summary": (FORECAST, '"marts_dbt", "daily_order_summary"', forecast),
    }
    for key, (file, call, place) in ends.items():
        touches = frozenset({key, file})
        project, _, model = call.replace('"', "").partition(", ")
        for what, wrong in {
            "a model's letters": f'"{project}", "{typed_wrong(model)}"',
            "another model": f'"{project}", "{model}_v2"',
            "one letter less": f'"{project}", "{model[:-1]}"',
        }.items():
            yield Plant(
                "ED01",
                f"upstream(…): {what}",
                (_swap(file, f"upstream({call}", f"upstream({wrong}"),),
                (Expected("ED01", (place,)),),
                touches=touches,
            )
        yield Plant(
            "OW01",
            "a Python asset without owners",
            (_swap(file, '    owners=["team:data_science"],\n', ""),),
            (Expected("OW01", ((file,),)),),
            touches=touches,
        )
        for wrong in ("team:data_sience", "team:science", "someone@left.example"):
            yield Plant(
                "OW02",
                "a Python asset's owner",
                (_swap(file, "team:data_science", wrong),),
                (Expected("OW02", ((file,),)),),
                touches=touches | {f"owner {wrong}"},
            )
        schema, _, name = key.partition("/")
        yield Plant(
            "KY01",
            "a Python asset with another's key",
            (
                Edit(
                    f"{ML}/defs/copied.py",
                    None,
                    f'"""Copied."""\n\nimport dagster as dg\n\n\n'
                    f'@dg.asset(key=["{schema}", "{name}"], owners=["team:data_science"])\n'
                    f'def copied() -> None:\n    """A copy."""\n',
                ),
            ),
            (Expected("KY01", ((f"{ML}/defs/copied.py",),)),),
            # Its own location then makes what the other assets of it read.
            touches=touches | {"ml", "jaffle/customers", "marts/daily_order_summary"},
        )
    columns = (
        (CHART, 'COLUMN = "number_of_orders"', 'COLUMN = "number_of_order"', "number_of_order"),
        (HISTORY, 'DAY_COLUMN = "order_date"', 'DAY_COLUMN = "order_day"', "order_day"),
        (HISTORY, 'COUNT_COLUMN = "orders"', 'COUNT_COLUMN = "order_count"', "order_count"),
    )
    for file, old, new, column in columns:
        place = chart if file == CHART else forecast
        yield Plant(
            "CO01",
            "typo in upstream(…)",
            (_swap(file, old, new),),
            (Expected("CO01", (place,), key=column),),
            touches=frozenset({place[0]}),
        )
    types = (
        (CHART, 'COLUMN: "bigint"', 'COLUMN: "varchar"'),
        (HISTORY, 'DAY_COLUMN: "date"', 'DAY_COLUMN: "timestamp"'),
        (HISTORY, 'COUNT_COLUMN: "bigint"', 'COUNT_COLUMN: "boolean"'),
    )
    for file, old, new in types:
        place = chart if file == CHART else forecast
        yield Plant(
            "CO02",
            "wrong type in upstream(…)",
            (_swap(file, old, new),),
            (Expected("CO02", (place,)),),
            touches=frozenset({place[0]}),
        )
    for what, definition in {
        "starts before": 'dg.DailyPartitionsDefinition(start_date="2023-01-01")',
        "another zone": 'dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin")',
        "static": 'dg.StaticPartitionsDefinition(["a", "b"])',
    }.items():
        yield Plant(
            "PA01",
            what,
            (
                _swap(
                    FORECAST,
                    "    deps=[SUMMARY.dep],\n",
                    f"    deps=[SUMMARY.dep],\n    partitions_def={definition},\n",
                ),
            ),
            (Expected("PA01", (forecast,)),),
            touches=frozenset({FORECAST}),
        )


def _models(root: Path) -> Iterator[Plant]:
    """Yield faults of the published models of the two dbt teams."""
    published = {
        "jaffle/customers": (f"{JAFFLE}/models/jaffle/customers.sql", (SOURCES[2].place, (CHART,))),
        "jaffle/orders": (f"{JAFFLE}/models/jaffle/orders.sql", (SOURCES[3].place,)),
        "marts/daily_order_summary": (
            f"{MARTS}/models/marts/daily_order_summary.sql",
            ((FORECAST,),),
        ),
    }
    for key, (file, readers) in published.items():
        text = (root / file).read_text(encoding="utf-8")
        yaml = f"{file.rpartition('/')[0]}/_{file.split('/')[-2]}.yml"
        name = Path(file).stem
        own = {
            "jaffle/customers": {*_whole(SOURCES[2], block_of(root, SOURCES[2])), CHART},
            "jaffle/orders": _whole(SOURCES[3], block_of(root, SOURCES[3])),
            "marts/daily_order_summary": {FORECAST, key},
        }[key]
        touches = frozenset({key, file, *own})
        reading = SOURCES[2].readers if key == "jaffle/customers" else SOURCES[3].readers
        if key != "marts/daily_order_summary":
            touches |= set(reading)

        def configured(settings: str, text: str = text) -> str:
            return f"{{{{ config({settings}) }}}}\n\n{text}"

        # Private: its own project's tests may not see it, so that dbt refuses it.
        yield Plant(
            "AC01",
            "became protected",
            (Edit(file, text, configured("access='protected'")),),
            tuple(Expected("AC01", (place,)) for place in readers),
            touches=touches,
        )
        yield Plant(
            "AC02",
            "contract switched off",
            (Edit(file, text, configured("contract={'enforced': false}")),),
            (Expected("AC02", ((yaml, f"- name: {name}"), (file,))),),
            touches=touches,
        )
        if key != "marts/daily_order_summary":
            yield Plant(
                "AC03",
                "a table became a view",
                (Edit(file, text, configured("materialized='view'")),),
                (Expected("AC03", ((file,), (yaml, f"- name: {name}"))),),
                touches=touches,
            )
        for settings, what in (("schema='archive'", "moved"), (f"alias='{name}_v2'", "renamed")):
            # `upstream(…)` names the model and goes with it; a source names the table.
            sources = [place for place in readers if place[0] == MARTS_SOURCES]
            if sources:
                yield Plant(
                    "ED01",
                    f"upstream table {what}",
                    (Edit(file, text, configured(settings)),),
                    tuple(Expected("ED01", (place,)) for place in sources),
                    touches=touches,
                )
        schema = key.partition("/")[0]
        other = JAFFLE if key.startswith("marts") else MARTS
        rival = f"{other}/models/staging/{name}.sql"
        if key == "marts/daily_order_summary":
            yield Plant(
                "KY04",
                "a model of the same name and schema",
                (Edit(rival, None, f"{{{{ config(schema='{schema}') }}}}\n\nselect 1 as one\n"),),
                (Expected("KY04", ((rival,), (file,))),),
                touches=touches,
            )


def _rest(root: Path) -> Iterator[Plant]:
    for number, project in enumerate((MARTS, JAFFLE)):
        for system in ("stripe", "legacy_shop", "crm_export"):
            sources = f"{project}/models/staging/_{system}.yml"
            text = (
                f"sources:\n  - name: {system}\n    schema: {system}\n    tables:\n"
                f"      - name: charges_{number}\n        config:\n"
                f"          meta: {{dagster: {{asset_key: [{system}_{number}, charges]}}}}\n"
            )
            model = f"{project}/models/staging/stg_{system}.sql"
            sql = f"select 1 as one from {{{{ source('{system}', 'charges_{number}') }}}}\n"
            edits = (Edit(sources, None, text), Edit(model, None, sql))
            yield Plant(
                "EX01",
                "a source of an unknown system",
                edits,
                (Expected("EX01", ((sources,),)),),
                touches=frozenset({f"{system} {project}"}),
            )
            anchor = "[tool.ruff]\n"
            entry = (
                f'[[tool.lineage.external]]\nkeys = ["{system}_{number}/*"]\n'
                f'owner = "team:finance"\nreason = "to be moved"\nuntil = 202{number}-03-01\n\n'
            )
            yield Plant(
                "EX02",
                "frozen until a day that is over",
                (*edits, Edit("pyproject.toml", anchor, entry + anchor, ("[tool.lineage]\n",))),
                (Expected("EX02", (("pyproject.toml", f"{system}_{number}"), (sources,))),),
                touches=frozenset({f"{system} {project}"}),
            )
        name = ("two_models_agree", "shop_is_whole")[number]
        pair = (("customer_value", "weekly_revenue"), ("customers", "orders"))[number]
        test = f"{project}/data_tests/{name}.sql"
        sql = " union all ".join(f"select 1 as one from {{{{ ref('{one}') }}}}" for one in pair)
        yield Plant(
            "TE01",
            "a singular test over two models",
            (Edit(test, None, f"select * from ({sql}) where one = 2\n"),),
            (Expected("TE01", ((test,),)),),
            touches=frozenset({f"tests {project}"}),
        )
    fivetran = f"{INGESTION}/defs/fivetran.py"
    for wrong in ("team:ingest", "team:ingestoin"):
        yield Plant(
            "OW02",
            "a multi-asset's owner",
            (_swap(fivetran, "team:ingestion", wrong),),
            (Expected("OW02", ((fivetran,),)),),
            touches=frozenset({fivetran}),
        )
    yield Plant(
        "OW01",
        "a multi-asset without owners",
        (_swap(fivetran, '        owners=["team:ingestion"],\n', ""),),
        (Expected("OW01", ((fivetran,),)),),
        touches=frozenset({fivetran}),
    )
    reader = f"{JAFFLE}/models/staging/stg_customers.sql"
    text = (root / reader).read_text(encoding="utf-8")
    sources = f"{JAFFLE}/models/staging/_marts.yml"
    yaml = (
        "sources:\n  - name: marts\n    database: marts_dbt\n    schema: marts\n    tables:\n"
        "      - name: customer_value\n        config:\n"
        "          meta: {dagster: {asset_key: [marts, customer_value]}}\n"
    )
    condition = (
        "    where id in (select customer_id from {{ source('marts', 'customer_value') }})\n"
    )
    jinja = "    from {{ source('jaffle_shop', 'raw_customers') }}\n"
    yield Plant(
        "ED02",
        "jaffle reads what is made from it",
        (Edit(sources, None, yaml), Edit(reader, text, text.replace(jinja, jinja + condition))),
        (Expected("ED02", ((sources,), (reader,), SOURCES[2].place)),),
        touches=frozenset(
            {
                reader,
                *(
                    key
                    for one in (SOURCES[2], SOURCES[4])
                    for key in _whole(one, block_of(root, one))
                ),
            }
        ),
    )


def in_passes(plants: Iterable[Plant]) -> list[list[Plant]]:
    """Return plants in as few groups as their needs allow, one for each copy.

    Args:
        plants: All plants; an edit that replaces a file needs the file alone.
    """
    groups: list[_Pass] = []
    for plant in plants:
        whole = {edit.file for edit in plant.edits if edit.old is None or not edit.after}
        part = {edit.file for edit in plant.edits} - whole
        group = next((one for one in groups if one.takes(plant, whole, part)), None)
        if group is None:
            group = _Pass()
            groups.append(group)
        group.taken |= plant.touches
        group.whole |= whole
        group.part |= part
        group.plants.append(plant)
    return [group.plants for group in groups]


@dataclass
class _Pass:
    """Plants of one copy, and the files that they edit completely or in part."""

    plants: list[Plant] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    part: set[str] = field(default_factory=set)

    def takes(self, plant: Plant, whole: set[str], part: set[str]) -> bool:
        return not (
            self.taken & plant.touches or whole & (self.whole | self.part) or part & self.whole
        )
