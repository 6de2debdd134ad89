"""Planted faults of columns: missing, retyped, without their constraint."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.synthetic.files import model_yaml
from benchmarks.synthetic.index import (
    ForeignRead,
    Index,
    can_rename,
    cast_output,
    dropped_output,
    edit_python,
    edit_sql,
    edit_yaml,
    model_file,
    python_file,
    renamed_output,
    with_column_renamed,
    with_type,
    without_column,
)
from benchmarks.synthetic.plants import Edit, Expected, Plant
from benchmarks.synthetic.python_files import asset_text
from benchmarks.synthetic.tables import ROLES, Model, PythonAsset, quoted

STARS = ("star", "star_but")
BREAKING = {
    "id": "varchar",
    "ref": "varchar",
    "code": "integer",
    "amount": "double",
    "quantity": "varchar",
    "ratio": "decimal(18, 4)",
    "day": "timestamp",
    "at": "date",
    "flag": "integer",
}
"""An incompatible type for each role."""


def typed_wrong(name: str) -> str:
    """Return a column name with a typo."""
    return name[:-2] + name[-1] + name[-2] if name[-1] != name[-2] else name + "s"


def upstream_column_gone(index: Index) -> Iterator[Plant]:
    """Rename or drop a column of the producer, in SQL and contract, and not in its readers."""
    for number, model in enumerate(index.public()):
        readers = index.readers(model)
        if any(reader.model.shape in STARS for reader in readers):
            continue
        for role, column in model.table.columns.items():
            hurt = [reader for reader in readers if role in reader.read.used]
            if role == "id" or not hurt or not can_rename(model, role):
                continue
            if number % 2:
                new = f"{column.lower().replace(' ', '_')}_v2"
                sql = renamed_output(model, role, new)
                edits: tuple[Edit, ...] = (
                    edit_sql(model, sql),
                    edit_yaml(model, with_column_renamed(model_yaml(model), column, new)),
                )
                what = "renamed upstream"
            else:
                sql = dropped_output(model, role)
                edits = (
                    edit_sql(model, sql),
                    edit_yaml(model, without_column(model_yaml(model), column)),
                )
                what = "dropped upstream"
            clauses = {use.clause for use in hurt[0].read.uses if use.role == role}
            yield Plant(
                "CO01",
                f"{what}, read in {'/'.join(sorted(clauses))}",
                edits,
                (*_missing(hurt, column), *_missing_in_python(index, model, column)),
                touches=index.needs(model),
            )
            break


def _missing(hurt: list[ForeignRead], column: str) -> Iterator[Expected]:
    """Return the expected findings: one for each project, which has one source."""
    projects: dict[str, ForeignRead] = {}
    for reader in hurt:
        projects.setdefault(reader.project.name, reader)
    for reader in projects.values():
        places = list(reader.column_places(column))
        places += [
            other.column_places(column)[1]
            for other in hurt
            if other.project is reader.project and other is not reader
        ]
        yield Expected("CO01", tuple(places), key=column)


def _missing_in_python(index: Index, model: Model, column: str) -> Iterator[Expected]:
    for asset in index.python.get(model.table.key, []):
        if column in asset.columns.get(model.table.key, ()):
            yield Expected("CO01", (_call(asset, model),), key=column)


def _call(asset: PythonAsset, model: Model) -> tuple[str, ...]:
    return (
        python_file(asset),
        f'"{asset.domain}", "{asset.name}"',
        f'upstream("{model.table.project}", "{model.table.name}"',
    )


def typo_in_sql(index: Index) -> Iterator[Plant]:
    """Mistype a column in the SQL of a reader; its YAML is right."""
    for reader in index.foreign():
        if reader.model.shape in STARS or not reader.read.listed:
            continue
        role = sorted(reader.read.offered)[len(reader.model.sql) % len(reader.read.offered)]
        column = reader.read.offered[role]
        wrong = typed_wrong(column)
        lines = reader.model.sql
        cte = lines.index(reader.read.jinja)
        start = lines.rindex(f"{reader.read.alias} as (", 0, cte)
        listed = lines[start:cte]
        if listed.count(f"        {quoted(column)}") != 1:
            continue
        edited = listed.replace(
            f"        {quoted(column)}", f"        {quoted(wrong)} as {quoted(column)}"
        )
        sql = lines[:start] + edited + lines[cte:]
        yield Plant(
            "CO01",
            "typo in a select list",
            (edit_sql(reader.model, sql),),
            (Expected("CO01", ((reader.sql_file, quoted(wrong)), (reader.sql_file,)), key=wrong),),
            touches=index.needs(reader),
        )


CLAUSES: dict[str, str] = {
    "where": "select * from {cte}\nwhere {column} is not null",
    "order by": "select * from {cte}\norder by {column}",
    "window": "select *, count(*) over (partition by {column}) as peers from {cte}",
    "case": "select *, case when {column} > 0 then 1 else 0 end as positive from {cte}",
    "join": "select a.* from {cte} as a\ninner join {cte} as b on a.{column} = b.{column}",
    "subquery": "select * from {cte}\nwhere exists (select 1 from {cte} as o where o.{column} = 1)",
    "group by": "select {column}, count(*) as rows_of_it from {cte}\ngroup by {column}",
    "in": "select * from {cte}\nwhere 1 in (select {column} from {cte})",
    "having": "select count(*) as rows_of_it from {cte}\nhaving max({column}) > 1",
    "alias": "select x.{column} as fine from {cte} as x",
    "function": "select coalesce(cast({column} as varchar), '') as fine from {cte}",
    "union": "select {id} as one from {cte}\nunion all\nselect {column} as one from {cte}",
}
"""A new model's statement that uses a column in a clause, over a CTE that is `select *`."""


def typo_in_clause(index: Index) -> Iterator[Plant]:
    """Add a model with a clause that uses a column which the foreign table does not have."""
    clauses = list(CLAUSES.items())
    for number, reader in enumerate(index.foreign()):
        clause, text = clauses[number % len(clauses)]
        columns = reader.read.table.columns
        role = sorted(columns)[number % len(columns)]
        wrong = typed_wrong(columns[role])
        ending = text.format(cte="source", column=quoted(wrong), id=quoted(columns["id"]))
        file = f"projects/{reader.project.name}/models/intermediate/int_new_{number}.sql"
        sql = f"with source as (\n    select * from {reader.read.jinja}\n)\n\n{ending}\n"
        yield Plant(
            "CO01",
            f"typo in a new model, in {clause}",
            (Edit(file, None, sql),),
            (Expected("CO01", ((file, quoted(wrong)), (file,)), key=wrong),),
            touches=index.needs(reader),
        )


def typo_in_yaml(index: Index) -> Iterator[Plant]:
    """Declare a missing column in a reader's source."""
    for reader in index.foreign():
        role, column = next(iter(reader.read.used.items()))
        wrong = typed_wrong(column)
        block = index.block(reader)
        new = block + f'          - name: "{wrong}"\n            data_type: {ROLES[role]}\n'
        yield Plant(
            "CO01",
            "typo in a source's YAML",
            (Edit(reader.sources_file, block, new),),
            (Expected("CO01", ((*reader.source_place, f'- name: "{wrong}"'),), key=wrong),),
            touches=index.needs(reader),
        )


def typo_in_python(index: Index) -> Iterator[Plant]:
    """Name a missing column in `upstream(…)`."""
    for asset in index.python_assets():
        for table in asset.reads:
            columns = asset.columns.get(table.key)
            if not columns:
                continue
            wrong = typed_wrong(columns[0])
            edited = asset_text(asset).replace(f'"{columns[0]}":', f'"{wrong}":', 1)
            place = _call(asset, index.models[table.key])
            yield Plant(
                "CO01",
                "typo in upstream(…)",
                (edit_python(asset, edited),),
                (
                    Expected(
                        "CO01", (place, place[:2], (place[0], f"def {asset.name}(")), key=wrong
                    ),
                ),
                touches=index.needs(asset),
            )
            break


def gone_behind_star(index: Index) -> Iterator[Plant]:
    """Remove a column of a table that a reader reads with `select *`."""
    for model in index.public():
        readers = index.readers(model)
        stars = [reader for reader in readers if reader.model.shape in STARS]
        if not stars:
            continue
        for role, column in model.table.columns.items():
            used = [reader for reader in readers if role in reader.read.used]
            if role == "id" or not can_rename(model, role) or not used:
                continue
            sql = dropped_output(model, role)
            yield Plant(
                "CO01",
                "dropped upstream, read by a star",
                (
                    edit_sql(model, sql),
                    edit_yaml(model, without_column(model_yaml(model), column)),
                ),
                (*_missing(used, column), *_missing_in_python(index, model, column)),
                tuple(
                    Expected("CO01", ((model_file(below),),), key=column)
                    for reader in stars
                    for below in index.below(reader.model)
                ),
                index.needs(model),
            )
            break


def type_changed(index: Index) -> Iterator[Plant]:
    """Change the type of a producer's column, in SQL and contract."""
    for number, model in enumerate(index.public()):
        readers = index.readers(model)
        roles = [
            role
            for role in BREAKING
            if can_rename(model, role)
            and any(role in reader.read.used for reader in readers)
            and role != "id"
        ]
        if not roles:
            continue
        role = roles[number % len(roles)]
        column, new = model.table.columns[role], BREAKING[role]
        sql = cast_output(model, role, new)
        projects = {one.project.name: one for one in readers if role in one.read.used}
        yield Plant(
            "CO02",
            f"{ROLES[role]} became {new}",
            (
                edit_sql(model, sql),
                edit_yaml(model, with_type(model_yaml(model), column, new)),
            ),
            (
                *(
                    Expected("CO02", one.column_places(column)[:1], key=column)
                    for one in projects.values()
                ),
                *(
                    Expected("CO02", (_call(asset, model),), key=column)
                    for asset in index.python.get(model.table.key, [])
                    if column in asset.columns.get(model.table.key, ())
                ),
            ),
            touches=index.needs(model),
        )


def type_declared_wrong(index: Index) -> Iterator[Plant]:
    """Declare another type than the producer's in a reader."""
    for number, reader in enumerate(index.foreign()):
        roles = [role for role in BREAKING if role in reader.read.used]
        role = roles[number % len(roles)]
        column = reader.read.table.columns[role]
        wrong = {"day": "varchar", "at": "timestamptz"}.get(role, BREAKING[role])
        yield Plant(
            "CO02",
            f"{ROLES[role]} declared as {wrong}",
            (index.edit_source(reader, with_type(index.block(reader), column, wrong)),),
            (Expected("CO02", reader.column_places(column)[:1], key=column),),
            touches=index.needs(reader),
        )


def type_in_python(index: Index) -> Iterator[Plant]:
    """Declare another type than the producer's in `upstream(…)`."""
    for asset in index.python_assets():
        for table in asset.reads:
            columns = asset.columns.get(table.key)
            if not columns:
                continue
            column = columns[-1]
            role = next(role for role, name in table.columns.items() if name == column)
            wrong = BREAKING.get(role, "bigint")
            old, new = f'"{column}": "{ROLES[role]}"', f'"{column}": "{wrong}"'
            yield Plant(
                "CO02",
                "wrong type in upstream(…)",
                (edit_python(asset, asset_text(asset).replace(old, new, 1)),),
                (Expected("CO02", (_call(asset, index.models[table.key]),), key=column),),
                touches=index.needs(asset),
            )
            break


def constraint_dropped(index: Index) -> Iterator[Plant]:
    """Drop a unique or not null constraint of an id that readers rely on."""
    for number, model in enumerate(index.public()):
        column = model.table.columns["id"]
        promise = (
            "        constraints: [{type: not_null}]\n",
            "        data_tests: [unique]\n",
            "        data_tests: [unique]\n",
        )[number % 3]
        instead = (
            "",
            "",
            "        data_tests: [{unique: {config: {severity: warn}}}]\n",
        )[number % 3]
        projects = {one.project.name: one for one in index.readers(model)}
        yield Plant(
            "CO03",
            ("not_null dropped", "unique dropped", "unique only warns")[number % 3],
            (edit_yaml(model, model_yaml(model).replace(promise, instead, 1)),),
            tuple(
                Expected("CO03", one.column_places(column)[:1], key=column)
                for one in projects.values()
                if "id" in one.read.used
            ),
            touches=index.needs(model),
        )
