"""Faults of the workspace, of every class that has a rule, at the edges between locations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.layouts import faults_of_keys, faults_of_teams
from benchmarks.layouts.dbt_files import mart_sql, read_jinja, read_sql
from benchmarks.layouts.places import (
    column_line,
    column_places,
    edges,
    edit_contract,
    edit_mart,
    edit_sql,
    edit_table,
    marts,
    readers_of_column,
    source_place,
    sql_file,
)
from benchmarks.layouts.teams import Plan
from benchmarks.synthetic.faults_of_columns import CLAUSES, typed_wrong
from benchmarks.synthetic.plants import Edit, Expected, Plant
from benchmarks.synthetic.tables import quoted

WRONG_TYPES = {
    "bigint": "varchar",
    "varchar": "integer",
    "decimal(18, 2)": "double",
    "date": "timestamp",
    "timestamp": "date",
    "boolean": "integer",
}


def typo_in_sql(plan: Plan) -> Iterator[Plant]:
    """Mistype a column in a reader's statement, over a source or an injected model."""
    for number, (project, read) in enumerate(edges(plan, 3, injected=None)):
        column = list(read.columns)[number % len(read.columns)]
        wrong, line = typed_wrong(column), f"        {quoted(column)}"
        file = sql_file(project, read)
        yield Plant(
            "CO01",
            f"typo in SQL over {'an injected model' if read.injected else 'a source'}",
            (
                edit_sql(
                    project,
                    read,
                    read_sql(project, read).replace(
                        line,
                        line.replace(quoted(column), f"{quoted(wrong)} as {quoted(column)}"),
                        1,
                    ),
                ),
            ),
            (
                # The line of the column, or the one that names the table.
                Expected(
                    "CO01", ((file, quoted(wrong)), (file, read_jinja(project, read))), key=wrong
                ),
            ),
            touches=frozenset({read.table.key_text}),
        )


def typo_in_clause(plan: Plan) -> Iterator[Plant]:
    """Add a model with a clause over a column that is not there."""
    clauses = list(CLAUSES.items())
    for number, (project, read) in enumerate(edges(plan, 11, injected=None)):
        clause, statement = clauses[number % len(clauses)]
        columns = list(read.table.columns)
        wrong = typed_wrong(columns[number % len(columns)])
        ending = statement.format(cte="theirs", column=quoted(wrong), id=quoted(columns[0]))
        file = f"{project.folder}/models/core/int_new_{number}.sql"
        sql = f"with theirs as (\n    select * from {read_jinja(project, read)}\n)\n\n{ending}\n"
        yield Plant(
            "CO01",
            f"typo in {clause} over {'an injected model' if read.injected else 'a source'}",
            (Edit(file, None, sql),),
            (
                # The line of the column, or the one that names the table.
                Expected(
                    "CO01", ((file, quoted(wrong)), (file, read_jinja(project, read))), key=wrong
                ),
            ),
            touches=frozenset({read.table.key_text}),
        )


def typo_behind_macro(plan: Plan) -> Iterator[Plant]:
    """Pass a mistyped column to a macro of the installed package."""
    for number, (project, read) in enumerate(edges(plan, 19, injected=None)):
        columns = list(read.table.columns)
        wrong = typed_wrong(columns[number % len(columns)])
        file = f"{project.folder}/models/core/int_listed_{number}.sql"
        named = (
            f"{{{{ house.listed(['{quoted(columns[0])}', '{quoted(wrong)}'], 't') }}}}",
            f"{{{{ house.or_default('t.{quoted(wrong)}', 'null') }}}} as one",
            f"{{{{ house.numbered('n', 2) }}}} t.{quoted(wrong)}",
        )[number % 3]
        sql = f"select {named}\nfrom {read_jinja(project, read)} as t\n"
        yield Plant(
            "CO01",
            "typo behind a macro of a package",
            (Edit(file, None, sql),),
            (Expected("CO01", ((file, "select"),), key=wrong),),
            touches=frozenset({read.table.key_text}),
        )


def typo_in_yaml(plan: Plan) -> Iterator[Plant]:
    """Declare a column that the mart does not have."""
    for number, (project, read) in enumerate(edges(plan, 27)):
        column = list(read.columns)[number % len(read.columns)]
        wrong = typed_wrong(column)
        quote = "            quote: true\n" if quoted(wrong) != wrong else ""
        more = f"          - name: {wrong}\n{quote}            data_type: bigint\n"
        yield Plant(
            "CO01",
            "typo in a source's YAML",
            (edit_table(project, read, "        columns:\n", f"        columns:\n{more}"),),
            (Expected("CO01", ((*source_place(project, read), f"- name: {wrong}"),), key=wrong),),
            touches=frozenset({read.table.key_text}),
        )


def type_declared_wrong(plan: Plan) -> Iterator[Plant]:
    """Declare another type than the mart's contract."""
    for number, (project, read) in enumerate(edges(plan, 35)):
        column = list(read.columns)[number % len(read.columns)]
        type_ = read.columns[column]
        quote = "            quote: true\n" if quoted(column) != column else ""
        old = f"          - name: {column}\n{quote}            data_type: "
        yield Plant(
            "CO02",
            f"{type_} declared as {WRONG_TYPES[type_]}",
            (edit_table(project, read, f"{old}{type_}\n", f"{old}{WRONG_TYPES[type_]}\n"),),
            (Expected("CO02", column_places(project, read, column)[:1], key=column),),
            touches=frozenset({read.table.key_text}),
        )


def column_renamed(plan: Plan) -> Iterator[Plant]:
    """Rename a column of a mart in SQL and contract, and not in its readers."""
    for number, (project, mart) in enumerate(marts(plan, 5)):
        column = list(mart.columns)[1 + number % 5]
        new = f"{column.lower().replace(' ', '_')}_v2"
        sql = mart_sql(project, mart)
        line, expression, comma = column_line(sql, column)
        quote = "        quote: true\n" if quoted(column) != column else ""
        yield Plant(
            "CO01",
            "renamed upstream",
            (
                edit_mart(project, mart, sql.replace(line, f"{expression} as {new}{comma}", 1)),
                edit_contract(
                    project, mart, f"      - name: {column}\n{quote}", f"      - name: {new}\n"
                ),
            ),
            readers_of_column(plan, mart, column, "CO01"),
            touches=frozenset({mart.key_text}),
        )


def type_changed(plan: Plan) -> Iterator[Plant]:
    """Change the type of a mart's column in SQL and contract."""
    for number, (project, mart) in enumerate(marts(plan, 13)):
        column = list(mart.columns)[1 + number % 5]
        type_ = mart.columns[column]
        new, sql = WRONG_TYPES[type_], mart_sql(project, mart)
        line, expression, comma = column_line(sql, column)
        cast = f"        try_cast({expression.strip()} as {new}) as {quoted(column)}{comma}"
        quote = "        quote: true\n" if quoted(column) != column else ""
        old = f"      - name: {column}\n{quote}        data_type: "
        expected = readers_of_column(plan, mart, column, "CO02")
        if expected:
            yield Plant(
                "CO02",
                f"{type_} became {new}",
                (
                    edit_mart(project, mart, sql.replace(line, cast, 1)),
                    edit_contract(project, mart, f"{old}{type_}\n", f"{old}{new}\n"),
                ),
                expected,
                touches=frozenset({mart.key_text}),
            )


def guarantee_dropped(plan: Plan) -> Iterator[Plant]:
    """Drop the constraint or the test of a mart's id."""
    for number, (project, mart) in enumerate(marts(plan, 21)):
        column = next(iter(mart.columns))
        old = (
            "        constraints: [{type: not_null}]\n",
            "        data_tests: [unique]\n",
        )[number % 2]
        expected = readers_of_column(plan, mart, column, "CO03")
        if expected:
            yield Plant(
                "CO03",
                ("not null dropped", "unique dropped")[number % 2],
                (edit_contract(project, mart, old, ""),),
                expected,
                touches=frozenset({mart.key_text}),
            )


def column_of_another_location(plan: Plan) -> Iterator[Plant]:
    """Mistype a column between the two locations of one manifest."""
    hub = plan.projects[-2]
    for number, mart in enumerate(hub.marts):
        if number % 2 == 0:
            continue
        sql = mart_sql(hub, mart)
        own = hub.raw[number % len(hub.raw)]
        column = list(own.columns)[number]
        wrong = typed_wrong(column)
        file = f"{hub.folder}/models/marts/{mart.name}.sql"
        name = list(mart.columns)[number]
        line = next(one for one in sql.splitlines() if f"own.{quoted(column)}" in one)
        comma = "," if line.endswith(",") else ""
        yield Plant(
            "CO01",
            "typo between two locations of one manifest",
            (
                edit_mart(
                    hub,
                    mart,
                    sql.replace(line, f"        own.{quoted(wrong)} as {quoted(name)}{comma}", 1),
                ),
            ),
            (
                Expected(
                    "CO01", ((file, quoted(wrong)), (file, f"ref('int_{own.name}')")), key=wrong
                ),
            ),
            touches=frozenset({mart.key_text}),
        )


Planter = Callable[[Plan], Iterator[Plant]]
FAULTS: tuple[Planter, ...] = (
    column_of_another_location,
    *faults_of_keys.PLANTERS,
    *faults_of_teams.PLANTERS,
    typo_in_sql,
    typo_in_clause,
    typo_behind_macro,
    typo_in_yaml,
    type_declared_wrong,
    column_renamed,
    type_changed,
    guarantee_dropped,
)
