"""Harmless edits of the SQL and the files of models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from benchmarks.layouts.dbt_files import (
    disabled_sql,
    mart_sql,
    raw_file,
    raw_sql,
    read_jinja,
    read_sql,
)
from benchmarks.layouts.places import (
    edges,
    edit_mart,
    edit_sql,
    marts,
    model_file,
    sql_file,
    with_config,
)
from benchmarks.layouts.teams import Plan
from benchmarks.synthetic.harmless_sql import REWRITES
from benchmarks.synthetic.plants import Edit, Plant


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


def model_moved(plan: Plan) -> Iterator[Plant]:
    """Move a reader or a mart into a folder."""
    for number, (project, read) in enumerate(edges(plan, 15, injected=None)):
        if number % 2:
            file, text = sql_file(project, read), read_sql(project, read)
        else:
            producer = plan.producer(read)
            file, text = model_file(producer, read.table), mart_sql(producer, read.table)
        moved = file.replace("/models/staging/", "/models/staging/moved/")
        moved = moved.replace("/models/marts/", "/models/marts/moved/")
        yield Plant(
            "moved",
            "a reader" if number % 2 else "a mart",
            (Edit(file, text, None), Edit(moved, None, text)),
            touches=frozenset({read.table.key_text}),
        )
