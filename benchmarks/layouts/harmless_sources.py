"""Harmless edits of dbt sources."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.layouts.dbt_files import (
    read_sql,
)
from benchmarks.layouts.places import (
    edges,
    edit_head,
    edit_sql,
    edit_table,
    has_meta,
)
from benchmarks.layouts.teams import DATABASE, Plan
from benchmarks.synthetic.plants import Edit, Plant


def source_rewritten(plan: Plan) -> Iterator[Plant]:
    """Describe, tag and configure a source's table."""
    changes = (
        "        description: >\n          Published by another team,\n          each night.\n",
        "        loader: dagster\n",
        "        identifier: {name}\n",
        "        quoting: {{identifier: true}}\n",
        "        # was: asset_key: [old, table]\n",
    )
    for number, (project, read) in enumerate(edges(plan, 40)):
        more = changes[number % len(changes)]
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
