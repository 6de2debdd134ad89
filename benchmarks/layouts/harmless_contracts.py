"""Harmless edits of columns and contracts."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.layouts.dbt_files import (
    mart_sql,
    mart_yaml,
    read_sql,
)
from benchmarks.layouts.places import (
    column_line,
    contracts_file,
    edit_contract,
    edit_mart,
    edit_sql,
    edit_table,
    marts,
    sources_file,
)
from benchmarks.layouts.teams import Plan
from benchmarks.synthetic.plants import Edit, Plant
from benchmarks.synthetic.tables import quoted


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
        line, expression, comma = column_line(sql, column)
        quote = "quote: true\n" if quoted(column) != column else ""
        edits = [
            edit_mart(project, mart, sql.replace(line, f"{expression} as {new}{comma}", 1)),
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
            edit_contract(
                project, mart, line, f"{line}        constraints: [{{type: not_null}}]\n"
            ),
            edit_contract(project, mart, old, f"{old}    config: {{tags: [published]}}\n"),
        )[number % 5]
        yield Plant("contract", edit.new or "", (edit,), touches=frozenset({mart.key_text}))


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
