"""Harmless edits of the workspace: nothing that another location relies on changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from benchmarks.layouts.dbt_files import (
    disabled_sql,
    mart_sql,
    mart_yaml,
    raw_file,
    raw_sql,
    read_jinja,
    read_sql,
)
from benchmarks.layouts.places import (
    EXPORTS,
    FEATURES,
    contracts_file,
    edges,
    edit_contract,
    edit_head,
    edit_mart,
    edit_sql,
    edit_table,
    has_meta,
    marts,
    model_file,
    sources_file,
    sql_file,
    with_config,
)
from benchmarks.layouts.python_locations import feature_text, features, python_key
from benchmarks.layouts.teams import DATABASE, Plan
from benchmarks.synthetic.harmless_files import PYTHON_EDITS
from benchmarks.synthetic.harmless_sql import REWRITES
from benchmarks.synthetic.plants import Edit, Plant
from benchmarks.synthetic.tables import quoted


def statements_rewritten(plan: Plan) -> Iterator[Plant]:
    """Rewrite a reader's statement with the same meaning."""
    rewrites = list(REWRITES.items())
    for number, (project, read) in enumerate(edges(plan, injected=None)):
        what, change = rewrites[number % len(rewrites)]
        old = read_sql(project, read)
        new = change(old)
        if new != old:
            yield Plant(
                "SQL",
                what,
                (edit_sql(project, read, new),),
                touches=frozenset({read.table.key_text}),
            )


def marts_rewritten(plan: Plan) -> Iterator[Plant]:
    """Rewrite a mart with the same meaning."""
    changes: tuple[tuple[str, Callable[[str], str]], ...] = (
        (
            "wrapped in a CTE",
            lambda sql: f"with whole as (\n{sql.rstrip()}\n)\n\nselect whole.* from whole\n",
        ),
        ("wrapped in a subquery", lambda sql: f"select * from (\n{sql.rstrip()}\n) as whole\n"),
        ("every second row", lambda sql: f"{sql.rstrip()}\nwhere 1 = 1\n"),
        ("CTE renamed", lambda sql: re.sub(r"\bfinal\b", "the_end", sql)),
        ("two empty branches", lambda sql: f"{sql.rstrip()}\nunion all\nselect * from final\n"),
    )
    for number, (project, mart) in enumerate(marts(plan)):
        what, change = changes[number % len(changes)]
        sql = mart_sql(project, mart)
        head, _, body = sql.rpartition("}}\n\n") if sql.startswith("{{") else ("", "", sql)
        config = f"{head}}}}}\n\n" if head else ""
        yield Plant(
            "mart",
            what,
            (edit_mart(project, mart, config + change(body)),),
            touches=frozenset({mart.key_text}),
        )


def marts_configured(plan: Plan) -> Iterator[Plant]:
    """Set tags, meta, a post hook, or another materialization of rows in a mart."""
    settings = (
        "tags=['nightly']",
        "meta={'reviewed': true}",
        "post_hook='select 1'",
        "enabled=(target.name != 'museum')",
        "materialized='incremental', on_schema_change='fail'",
        "docs={'show': false}",
    )
    for number, (project, mart) in enumerate(marts(plan, 12)):
        if len(project.locations) > 1 and number % 6 in (0, 1):
            continue  # tags decide on the hub's location, meta holds the owner
        setting = settings[number % 6]
        yield Plant(
            "mart",
            setting.partition("=")[0],
            (edit_mart(project, mart, with_config(mart_sql(project, mart), setting)),),
            touches=frozenset({mart.key_text}),
        )


def model_added(plan: Plan) -> Iterator[Plant]:
    """Add a private model over another location's mart, also through the package's macros."""
    statements = (
        "select count(*) as rows_of_it from {input}",
        "select {{{{ house.listed(['{id}'], 't') }}}} from {input} as t",
        "select {{{{ house.or_default('t.{id}', '0') }}}} as one from {input} as t",
        "select {{{{ house.numbered('n', 3) }}}} t.{id} from {input} as t",
        'select "t".{id} as "Id Of It", t."Net Price" as "PRICE" from {input} as "t"',
        "select * from {input} where is_active qualify row_number() over (order by {id}) = 1",
        "{{% for n in (0, 1) %}}{{{{ 'union all' if n }}}} select {id} from {input} {{% endfor %}}",
    )
    for number, (project, read) in enumerate(edges(plan, 20, injected=None)):
        file = f"{project.folder}/models/core/int_extra_{number}.sql"
        sql = statements[number % len(statements)].format(
            input=read_jinja(project, read), id=next(iter(read.table.columns))
        )
        yield Plant(
            "new model",
            "over a mart of another location",
            (Edit(file, None, f"{sql}\n"),),
            touches=frozenset({f"extra {number}"}),
        )


def model_disabled(plan: Plan) -> Iterator[Plant]:
    """Add a disabled model over tables that are gone, or an enabled one's disabled twin."""
    for number, (project, read) in enumerate(edges(plan, 30, injected=None)):
        name = f"disabled_{number}" if number % 2 else project.staged(read)
        file = f"{project.folder}/models/old/{name}.sql"
        yield Plant(
            "disabled",
            "a disabled model" if number % 2 else "a disabled twin",
            (Edit(file, None, disabled_sql(read.table)),),
            touches=frozenset({f"{project.name} {name}"}),
        )


def column_added(plan: Plan) -> Iterator[Plant]:
    """Add a column to a mart and its contract."""
    for number, (project, mart) in enumerate(marts(plan, 7)):
        name, type_ = (("Loaded By", "varchar"), ("row_version", "bigint"), ("order", "date"))[
            number % 3
        ]
        sql = mart_sql(project, mart)
        line = next(one for one in sql.splitlines() if one.startswith("        own."))
        wanted = f'"{name}"' if number % 3 != 1 else name
        new = f"        cast(null as {type_}) as {wanted},\n{line}"
        quote = "        quote: true\n" if number % 3 != 1 else ""
        yaml = f"      - name: {name}\n{quote}        data_type: {type_}\n"
        yield Plant(
            "new column",
            f"{name}",
            (
                edit_mart(project, mart, sql.replace(line, new, 1)),
                edit_contract(project, mart, "    columns:\n", f"    columns:\n{yaml}"),
            ),
            touches=frozenset({mart.key_text}),
        )


def column_renamed(plan: Plan) -> Iterator[Plant]:
    """Rename a column in a mart, its contract, and all readers."""
    for number, (project, mart) in enumerate(marts(plan, 17)):
        column = list(mart.columns)[1 + number % 5]
        new = f"{column.lower().replace(' ', '_')}_renamed"
        sql = mart_sql(project, mart)
        line = next(one for one in sql.splitlines() if one.rstrip(",").endswith(quoted(column)))
        bare = line.rstrip(",").split(" as ")[0]
        comma = "," if line.endswith(",") else ""
        quote = "quote: true\n" if quoted(column) != column else ""
        edits = [
            edit_mart(project, mart, sql.replace(line, f"{bare} as {new}{comma}", 1)),
            edit_contract(
                project,
                mart,
                f"      - name: {column}\n" + (f"        {quote}" if quote else ""),
                f"      - name: {new}\n",
            ),
        ]
        for reader, read in plan.readers(mart):
            if column not in read.columns:
                continue
            old = f"        {quoted(column)}"
            edits.append(
                edit_sql(
                    reader,
                    read,
                    read_sql(reader, read).replace(old, f"        {new} as {quoted(column)}", 1),
                )
            )
            if not read.injected:
                edits.append(
                    edit_table(
                        reader,
                        read,
                        f"          - name: {column}\n" + (f"            {quote}" if quote else ""),
                        f"          - name: {new}\n",
                    )
                )
        yield Plant(
            "rename", "a column with all readers", tuple(edits), touches=frozenset({mart.key_text})
        )


def type_widened(plan: Plan) -> Iterator[Plant]:
    """Widen the type of a mart's column."""
    for project, mart in marts(plan, 27):
        column = "Net Price"
        sql = mart_sql(project, mart)
        line = next(one for one in sql.splitlines() if '"Net Price"' in one)
        new = '        cast(own."Net Price" as decimal(28, 2)) as "Net Price",'
        old = f"      - name: {column}\n        quote: true\n        data_type: decimal(18, 2)\n"
        yield Plant(
            "widening",
            "decimal(28, 2)",
            (
                edit_mart(project, mart, sql.replace(line, new, 1)),
                edit_contract(project, mart, old, old.replace("18", "28")),
            ),
            touches=frozenset({mart.key_text}),
        )


def source_rewritten(plan: Plan) -> Iterator[Plant]:
    """Describe, tag and configure a source's table."""
    changes = (
        "        description: >\n          Published by another team,\n          each night.\n",
        "        meta_is: {}\n",
        "        loader: dagster\n",
        "        identifier: {name}\n",
        "        quoting: {{identifier: true}}\n",
        "        # was: asset_key: [old, table]\n",
    )
    for number, (project, read) in enumerate(edges(plan, 40)):
        more = changes[number % 6]
        if "meta_is" in more:
            continue
        yield Plant(
            "source",
            more.split(":")[0].strip(),
            (edit_head(project, read, more.format(name=read.table.name)),),
            touches=frozenset({read.table.key_text}),
        )


def source_in_another_file(plan: Plan) -> Iterator[Plant]:
    """Read a mart through a second source with another name and the right key."""
    for number, (project, read) in enumerate(edges(plan, 50)):
        table = read.table
        name = f"again_{number}"
        file = f"{project.folder}/models/_{name}.yml"
        text = (
            f"sources:\n  - name: {name}\n    database: {DATABASE}\n    schema: {table.schema}\n"
            f"    tables:\n      - {{name: mart, identifier: {table.name}, config: "
            f"{{meta: {{dagster: {{asset_key: [{', '.join(table.key)}]}}}}}}}}\n"
        )
        model = f"{project.folder}/models/core/int_over_{name}.sql"
        id_ = next(iter(table.columns))
        sql = f"select {id_} from {{{{ source('{name}', 'mart') }}}}\n"
        yield Plant(
            "source",
            "the same mart through another source",
            (Edit(file, None, text), Edit(model, None, sql)),
            touches=frozenset({f"{name} {project.name}"}),
        )


def source_key_written(plan: Plan) -> Iterator[Plant]:
    """Write the key that a source's table has anyway."""
    for project, read in edges(plan, 60):
        if has_meta(project, read):
            continue
        key = ", ".join(read.table.key)
        more = f"        config:\n          meta: {{dagster: {{asset_key: [{key}]}}}}\n"
        yield Plant(
            "source",
            "the default key written",
            (edit_head(project, read, more),),
            touches=frozenset({read.table.key_text}),
        )


def column_of_source_unused(plan: Plan) -> Iterator[Plant]:
    """Read one column less, in SQL and YAML, or declare one more that exists."""
    for number, (project, read) in enumerate(edges(plan, 5)):
        if number % 2:
            more = "          - name: parent_id\n            data_type: bigint\n"
            edits: tuple[Edit, ...] = (
                edit_table(project, read, "        columns:\n", f"        columns:\n{more}"),
            )
        else:
            line = "          - name: is_active\n            data_type: boolean\n"
            edits = (
                edit_table(project, read, line, ""),
                edit_sql(
                    project,
                    read,
                    read_sql(project, read).replace(",\n        is_active", "", 1),
                ),
            )
        yield Plant(
            "source",
            "one column more" if number % 2 else "one column less",
            edits,
            touches=frozenset({read.table.key_text}),
        )


def project_extended(plan: Plan) -> Iterator[Plant]:
    """Add a macro, a seed, an analysis, an exposure, a group of tests, a variable."""
    for number in range(6):
        for project in plan.projects:
            folder, name = project.folder, f"{project.name}_{number}"
            first = project.marts[0].name
            what, edits = (
                (
                    "macro",
                    (
                        Edit(
                            f"{folder}/macros/m_{name}.sql",
                            None,
                            f"{{% macro _m_{name}(x) %}}{{{{ return(x) }}}}{{% endmacro %}}\n",
                        ),
                    ),
                ),
                (
                    "analysis",
                    (
                        Edit(
                            f"{folder}/analyses/a_{name}.sql", None, "select nothing from nowhere\n"
                        ),
                    ),
                ),
                (
                    "exposure",
                    (
                        Edit(
                            f"{folder}/models/_exposures.yml",
                            None,
                            f"exposures:\n  - name: board_{name}\n    type: dashboard\n"
                            f"    owner: {{name: 'team:{project.name}'}}\n"
                            f"    depends_on: [\"ref('{first}')\"]\n",
                        ),
                    ),
                ),
                (
                    "singular test",
                    (
                        Edit(
                            f"{folder}/tests/t_{name}.sql",
                            None,
                            f"select * from {{{{ ref('{first}') }}}} where parent_id < 0\n",
                        ),
                    ),
                ),
                (
                    "documentation",
                    (
                        Edit(
                            f"{folder}/models/docs_{name}.md",
                            None,
                            f"{{% docs d_{name} %}}ref('nothing'){{% enddocs %}}\n",
                        ),
                    ),
                ),
                (
                    "variable",
                    (
                        Edit(
                            f"{folder}/dbt_project.yml",
                            "profile:",
                            f"vars: {{days_{name}: 3}}\nprofile:",
                            ("config-version: 2\n",),
                        ),
                    ),
                ),
            )[number]
            yield Plant("project", what, edits, touches=frozenset({f"{what} {project.name}"}))


def contract_described(plan: Plan) -> Iterator[Plant]:
    """Describe, test or reorder a mart's contract."""
    for number, (project, mart) in enumerate(marts(plan, 37)):
        old = f"    description: Published {mart.name}.\n"
        column = list(mart.columns)[1]
        line = f"      - name: {column}\n"
        edit = (
            edit_contract(
                project, mart, old, "    description: |\n      Published.\n      Daily.\n"
            ),
            edit_contract(project, mart, line, f"{line}        data_tests: [not_null]\n"),
            edit_contract(project, mart, line, f"{line}        description: 'It''s: fine'\n"),
            edit_contract(project, mart, old, f"{old}    latest_version: null\n"),
            edit_contract(
                project, mart, line, f"{line}        constraints: [{{type: not_null}}]\n"
            ),
            edit_contract(project, mart, old, f"{old}    config: {{tags: [published]}}\n"),
        )[number % 6]
        if number % 6 == 3:
            continue
        yield Plant("contract", edit.new or "", (edit,), touches=frozenset({mart.key_text}))


def model_moved(plan: Plan) -> Iterator[Plant]:
    """Move a reader or a mart into a folder."""
    for number, (project, read) in enumerate(edges(plan, 15, injected=None)):
        mart = plan.producer(read).marts[0]
        if number % 2:
            file, text = sql_file(project, read), read_sql(project, read)
            touches = {read.table.key_text}
        else:
            producer = plan.producer(read)
            mart = read.table
            file, text = model_file(producer, mart), mart_sql(producer, mart)
            touches = {mart.key_text}
        moved = file.replace("/models/staging/", "/models/staging/moved/")
        moved = moved.replace("/models/marts/", "/models/marts/moved/")
        yield Plant(
            "moved",
            "a reader" if number % 2 else "a mart",
            (Edit(file, text, None), Edit(moved, None, text)),
            touches=frozenset(touches),
        )


def staging_model_rewritten(plan: Plan) -> Iterator[Plant]:
    """Rewrite a staging model over a raw table, or rename a private column in it."""
    rewrites = list(REWRITES.items())
    number = 0
    for place in range(4):
        for project in plan.projects:
            table = project.raw[place]
            number += 1
            what, change = rewrites[number % len(rewrites)]
            old = raw_sql(project, table)
            if change(old) != old:
                yield Plant(
                    "SQL",
                    f"staging: {what}",
                    (Edit(f"{project.folder}/{raw_file(table)}", old, change(old)),),
                    touches=frozenset({table.key_text}),
                )


def feature_rewritten(plan: Plan) -> Iterator[Plant]:
    """Rewrite a feature with the same meaning."""
    edits = [
        (what, change)
        for what, change in PYTHON_EDITS.items()
        if what not in ("dependencies in a constant", "the function renamed")
    ]
    for feature in features(plan):
        what, change = edits[feature.number % len(edits)]
        old = feature_text(feature)
        new = change(old)
        if new != old:
            yield Plant(
                "Python",
                what,
                (Edit(FEATURES, old, new),),
                touches=frozenset({f"ml/{feature.name}"}),
            )


def python_extended(plan: Plan) -> Iterator[Plant]:
    """Add exports, archived months, raw tables, numbered siblings: where keys are composed."""
    for number, (_, mart) in enumerate(marts(plan, 3)):
        if len(mart.key) < 2:
            continue
        text = f'    "export_more_{number}": "{mart.key[0]}.{mart.key[1]}",\n'
        yield Plant(
            "Python",
            "one more composed dependency",
            (Edit(EXPORTS, "EXPORTS = {\n", f"EXPORTS = {{\n{text}", ('"""',)),),
            touches=frozenset({f"export {number}"}),
        )
        if number < 2 * len(plan.ingested):
            project = plan.ingested[number % len(plan.ingested)]
            head = f'    "{project.name}": [\n'
            yield Plant(
                "Python",
                "one more raw table",
                (
                    Edit(
                        "ingestion/definitions.py",
                        head,
                        f'{head}        "{project.raw[0].name}_{number}",\n',
                        ("SYSTEMS",),
                    ),
                ),
                touches=frozenset({f"raw {project.name} {number}"}),
            )
        month = f"events_201{2 + number % 6}_{1 + number % 12:02}"
        extra = (
            f'@dg.asset(key=["ml", "more_{number:02}"], owners=["team:ml"], '
            f'deps=[["archive", "{month}"], ["salesforce", "more_{number}"], {python_key(mart)}])\n'
            f'def more_{number:02}() -> None:\n    """One more."""\n\n\n'
        )
        yield Plant(
            "Python",
            "one more numbered sibling",
            (
                Edit(
                    FEATURES, "defs = dg.Definitions(", extra + "defs = dg.Definitions(", ('"""',)
                ),
                Edit(
                    FEATURES,
                    "    assets=[\n",
                    f"    assets=[\n        more_{number:02},\n",
                    ("defs = ",),
                ),
            ),
            touches=frozenset({f"more {number}"}),
        )


def contracts_reordered(plan: Plan) -> Iterator[Plant]:
    """Swap the contracts of two marts."""
    for project in plan.projects:
        one, two = mart_yaml(project.marts[1]), mart_yaml(project.marts[2])
        yield Plant(
            "contract",
            "two contracts swapped",
            (Edit(contracts_file(project), one + two, two + one),),
            touches=frozenset(
                {project.marts[1].key_text, project.marts[2].key_text, sources_file(project)}
            ),
        )


HARMLESS: tuple[Callable[[Plan], Iterator[Plant]], ...] = (
    contracts_reordered,
    feature_rewritten,
    source_key_written,
    column_renamed,
    column_added,
    type_widened,
    contract_described,
    marts_rewritten,
    marts_configured,
    statements_rewritten,
    source_rewritten,
    column_of_source_unused,
    model_moved,
    staging_model_rewritten,
    python_extended,
    source_in_another_file,
    model_added,
    model_disabled,
    project_extended,
)
