"""Where things stand in the workspace: places of reads, and edits of their files."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.layouts.dbt_files import (
    mart_file,
    mart_sql,
    read_file,
    read_sql,
    source_table,
)
from benchmarks.layouts.python_locations import Feature, exported, features, python_key
from benchmarks.layouts.teams import DbtProject, Plan, Read, Table
from benchmarks.synthetic.plants import Edit, Expected
from benchmarks.synthetic.tables import quoted

FEATURES = "features/definitions.py"
EXPORTS = "exports/definitions.py"

Edge = tuple[DbtProject, Read]


def edges(plan: Plan, start: int = 0, *, injected: bool | None = False) -> Iterator[Edge]:
    """Yield the reads between locations.

    Args:
        plan: The workspace.
        start: Number of the first one; those before it come last.
        injected: Only sources, only injected models, or both (None).
    """
    found = [
        (project, read)
        for place in range(5)
        for project in plan.projects
        for read in project.reads[place : place + 1]
        if injected is None or read.injected is injected
    ]
    start %= len(found) or 1
    yield from found[start:] + found[:start]


def marts(plan: Plan, start: int = 0) -> Iterator[tuple[DbtProject, Table]]:
    """Yield the marts that other locations read, each with its project."""
    found = [
        (project, mart)
        for place in range(5)
        for project in plan.projects
        for mart in project.marts[place : place + 1]
        if plan.readers(mart)
    ]
    start %= len(found) or 1
    yield from found[start:] + found[:start]


def sources_file(project: DbtProject) -> str:
    """Return the file of a project's sources."""
    return f"{project.folder}/models/_sources.yml"


def sql_file(project: DbtProject, read: Read) -> str:
    """Return the model that reads a mart."""
    return f"{project.folder}/{read_file(project, read)}"


def model_file(project: DbtProject, mart: Table) -> str:
    """Return the model of a mart."""
    return f"{project.folder}/{mart_file(mart)}"


def contracts_file(project: DbtProject) -> str:
    """Return the file of a project's contracts."""
    return f"{project.folder}/models/marts/_marts.yml"


def source_place(project: DbtProject, read: Read) -> tuple[str, ...]:
    """Return the line of a source's table."""
    return (
        sources_file(project),
        f"- name: {project.source_of(read)}",
        f"- name: {read.table.name}",
    )


def after_table(project: DbtProject, read: Read) -> tuple[str, ...]:
    """Return the texts before the table's settings."""
    return (f"  - name: {project.source_of(read)}\n", f"      - name: {read.table.name}\n")


def after_mart(mart: Table) -> tuple[str, ...]:
    """Return the text before a contract's settings."""
    return (f"  - name: {mart.name}\n",)


def edit_table(project: DbtProject, read: Read, old: str, new: str) -> Edit:
    """Return an edit of the settings of a source's table."""
    return Edit(sources_file(project), old, new, after_table(project, read))


def edit_head(project: DbtProject, read: Read, more: str) -> Edit:
    """Return an edit that adds lines to a source's table, after its name."""
    head = f"      - name: {read.table.name}\n"
    return Edit(sources_file(project), head, head + more, after_table(project, read)[:1])


def edit_sql(project: DbtProject, read: Read, new: str) -> Edit:
    """Return an edit of the model that reads a mart."""
    return Edit(sql_file(project, read), read_sql(project, read), new)


def edit_mart(project: DbtProject, mart: Table, new: str) -> Edit:
    """Return an edit of a mart's model."""
    return Edit(model_file(project, mart), mart_sql(project, mart), new)


def edit_contract(project: DbtProject, mart: Table, old: str, new: str) -> Edit:
    """Return an edit of a contract."""
    return Edit(contracts_file(project), old, new, after_mart(mart))


def with_config(sql: str, setting: str) -> str:
    """Return a model with one more setting."""
    if sql.startswith("{{ config("):
        return sql.replace("{{ config(", f"{{{{ config({setting}, ", 1)
    return f"{{{{ config({setting}) }}}}\n\n{sql}"


def has_meta(project: DbtProject, read: Read) -> bool:
    """Return whether the source's table names its key."""
    return "asset_key" in source_table(project, read)


def column_places(project: DbtProject, read: Read, column: str) -> tuple[tuple[str, ...], ...]:
    """Return the lines where a reader names a column."""
    in_sql = (sql_file(project, read), f"        {quoted(column)}")
    if read.injected:
        return (in_sql, sql_place(project, read))
    return ((*source_place(project, read), f"- name: {column}"), in_sql)


def readers_of_column(plan: Plan, mart: Table, column: str, code: str) -> tuple[Expected, ...]:
    """Return a finding at each reader of a column; only sources declare types and constraints."""
    return tuple(
        Expected(code, column_places(project, read, column), key=column)
        for project, read in plan.readers(mart)
        if column in read.columns and (code == "CO01" or not read.injected)
    )


def feature_place(feature: Feature, text: str) -> tuple[str, ...]:
    """Return a line of a feature."""
    return (FEATURES, feature.heading.strip(), text)


def readers_of_key(plan: Plan, mart: Table, code: str) -> tuple[Expected, ...]:
    """Return a finding at each reader of a mart in a dbt project, and in Python."""
    found = [
        Expected(code, (sql_place(project, read),), key=mart.name)
        if read.injected
        else Expected(code, (source_place(project, read),), key=mart.name)
        for project, read in plan.readers(mart)
    ]
    found += [
        Expected(code, (feature_place(feature, python_key(mart)),), key=mart.name)
        for feature in features(plan)
        if mart in feature.reads
    ]
    if mart in exported(plan):
        found.append(Expected(code, export_places(mart), key=mart.name))
    return tuple(found)


def sql_place(project: DbtProject, read: Read) -> tuple[str, ...]:
    """Return the line where a model reads an injected model."""
    return (sql_file(project, read), f"'{read.table.name}'")


def export_places(mart: Table) -> tuple[tuple[str, ...], ...]:
    """Return where the composed key of an export may be reported: its name, or the factory."""
    return ((EXPORTS, f'"{".".join(mart.key)}"'), (EXPORTS, "deps=[dg.AssetKey"))


def is_injected(plan: Plan, mart: Table) -> bool:
    """Return whether another project's manifest has the mart."""
    return any(read.injected for _, read in plan.readers(mart))


def column_line(sql: str, column: str) -> tuple[str, str, str]:
    """Return the line of a statement that selects a column, its expression, and its comma."""
    line = next(one for one in sql.splitlines() if one.rstrip(",").endswith(quoted(column)))
    return line, line.rstrip(",").split(" as ")[0], "," if line.endswith(",") else ""
