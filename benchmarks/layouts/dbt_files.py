"""Files of the dbt projects of the workspace, and of the package that they install."""

from __future__ import annotations

from pathlib import Path

from benchmarks.layouts.teams import DATABASE, DbtProject, Plan, Read, Table
from benchmarks.synthetic.tables import quoted

HOUSE_MACROS = """\
{% macro _prefixed(columns, prefix) %}
    {%- set found = [] -%}
    {%- for column in columns -%}
        {%- do found.append(prefix ~ '.' ~ column) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{% macro listed(columns, prefix) -%}
    {{ house._prefixed(columns, prefix) | join(', ') }}
{%- endmacro %}

{% macro numbered(prefix, count) -%}
    {% for number in range(count) %}{{ number }} as {{ prefix }}_{{ number }}, {% endfor %}
{%- endmacro %}

{% macro or_default(column, value) -%}
    {{ return(adapter.dispatch('or_default', 'house')(column, value)) }}
{%- endmacro %}

{% macro default__or_default(column, value) -%}
    coalesce({{ column }}, {{ value }})
{%- endmacro %}
"""
SCHEMA_MACRO = """\
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ 'staging_' if target.name == 'staging' }}{{ NAME }}
{%- endmacro %}
"""
SHORT_SCHEMA = "custom_schema_name or target.schema"
LONG_SCHEMA = "target.schema ~ ('_' ~ custom_schema_name if custom_schema_name else '')"


def write_house(folder: Path) -> None:
    """Write the package: macros, and a model that only one project enables."""
    text(folder / "dbt_project.yml", "name: house\nversion: '1.0'\nconfig-version: 2\n")
    text(folder / "macros" / "house.sql", HOUSE_MACROS)
    text(
        folder / "models" / "calendar.sql",
        "select {{ house.numbered('part', 3) }} cast('2024-01-01' as date) as calendar_day\n",
    )


def write_dbt_project(project: DbtProject, plan: Plan, root: Path) -> None:
    """Write a dbt project."""
    folder = root / project.folder
    text(folder / "dbt_project.yml", dbt_project_yaml(project))
    text(folder / "profiles.yml", _profiles(project))
    up = "../" * len(Path(project.folder).parts)
    text(folder / "packages.yml", f"packages:\n  - local: {up}packages/house\n")
    if project.number % 2:
        (folder / "dbt_packages").mkdir(parents=True)
        (folder / "dbt_packages" / "house").symlink_to(f"../{up}packages/house")
    else:
        write_house(folder / "dbt_packages" / "house")
    if project.short_schemas or len(project.locations) > 1:
        text(folder / "macros" / "generate_schema_name.sql", schema_macro(project))
    if project.injects:
        paths = [f"{up}{_folder_of(plan, name)}/target/manifest.json" for name in project.injects]
        text(folder / "injected_models.txt", "\n".join(paths) + "\n")
    text(folder / "models" / "_sources.yml", sources_yaml(project))
    for table in project.raw:
        text(folder / raw_file(table), raw_sql(project, table))
        text(folder / "models" / "core" / f"int_{table.name}.sql", int_sql(table))
        text(folder / "models" / "old" / f"old_{table.name}.sql", disabled_sql(table))
        if project.seeds:
            header = ",".join(quoted(column) for column in table.columns)
            row = "1,one,1.00,2024-01-01,2024-01-01 10:00:00,true,1"
            text(folder / "seeds" / f"{table.name}.csv", f"{header}\n{row}\n")
    # A disabled twin of an enabled model.
    twin = project.raw[0]
    text(folder / "models" / "old" / f"int_{twin.name}.sql", disabled_sql(twin))
    for read in project.reads:
        text(folder / read_file(project, read), read_sql(project, read))
    for mart in project.marts:
        text(folder / mart_file(mart), mart_sql(project, mart))
    blocks = "".join(mart_yaml(mart) for mart in project.marts)
    text(folder / "models" / "marts" / "_marts.yml", f"models:\n{blocks}")
    if project.seeds:
        text(folder / "seeds" / "_seeds.yml", _seeds_yaml(project))


def text(file: Path, content: str) -> None:
    """Write a file and its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def schema_macro(project: DbtProject) -> str:
    """Return the macro for the names of schemas."""
    return SCHEMA_MACRO.replace("NAME", SHORT_SCHEMA if project.short_schemas else LONG_SCHEMA)


def raw_file(table: Table) -> str:
    """Return the staging model of a raw table, relative to the project."""
    return f"models/staging/stg_{table.name}.sql"


def read_file(project: DbtProject, read: Read) -> str:
    """Return the staging model of another location's mart, relative to the project."""
    return f"models/staging/{project.staged(read)}.sql"


def mart_file(mart: Table) -> str:
    """Return the model of a mart, relative to the project."""
    return f"models/marts/{mart.name}.sql"


def dbt_project_yaml(project: DbtProject) -> str:
    """Return the `dbt_project.yml`."""
    name = project.name
    owner = f"      dagster: {{owners: ['team:{name}']}}\n" if project.owned else ""
    meta = f"    +meta:\n{owner}" if owner else ""
    marts = f"      +schema: {name}\n" if project.prefixed else ""
    house = (
        "+enabled: false"
        if project.number
        else f"+schema: house\n    +meta: {{dagster: {{owners: ['team:{name}']}}}}"
    )
    hidden = f"      +access: private\n      +group: {name}\n" if project.owned else ""
    group = f"      +group: {name}\n" if project.owned else ""
    seeds = f"seeds:\n  {name}:\n    +schema: {name}_seeds\n{meta}" if project.seeds else ""
    return f"""\
name: {name}
version: '1.0'
config-version: 2
profile: {name}
flags:
  send_anonymous_usage_stats: false
models:
  house:
    {house}
  {name}:
{meta}    +materialized: table
    staging:
      +schema: {name}_staging
{hidden}    core:
      +schema: {name}_core
{hidden}    marts:
{marts}{group}      +access: public
      +contract: {{enforced: true}}
    old:
      +enabled: "{{{{ target.name == 'museum' }}}}"
{seeds}"""


def _profiles(project: DbtProject) -> str:
    targets = "".join(
        f"    {target}: {{type: duckdb, path: {DATABASE}.duckdb, schema: main}}\n"
        for target in ("prod", "staging")
    )
    return f"{project.name}:\n  target: prod\n  outputs:\n{targets}"


def _folder_of(plan: Plan, name: str) -> str:
    return next(one.folder for one in plan.projects if one.name == name)


def sources_yaml(project: DbtProject) -> str:
    """Return the sources: raw tables, marts of other locations, an external system."""
    lines = []
    if project.owned:
        lines = [
            "groups:",
            f"  - name: {project.name}",
            f"    owner: {{name: 'team:{project.name}'}}",
        ]
    schema = project.raw[0].schema
    if project.seeds and len(project.locations) > 1:
        schema = f"\"{{{{ 'staging_' if target.name == 'staging' }}}}{schema}\""
    lines += [
        "sources:",
        f"  - name: {project.name}_raw",
        f"    database: {DATABASE}",
        f"    schema: {schema}",
        "    tables:",
    ]
    lines += [f"      - name: {table.name}" for table in project.raw]
    by_source: dict[str, list[Read]] = {}
    for read in project.reads:
        if not read.injected:
            by_source.setdefault(project.source_of(read), []).append(read)
    for source, reads in by_source.items():
        lines += [
            f"  - name: {source}",
            f"    database: {DATABASE}",
            f"    schema: {reads[0].table.schema}",
            "    tables:",
        ]
        for read in reads:
            lines += source_table(project, read).splitlines()
    if system := outside_of(project):
        lines += [
            f"  - name: {system}",
            f"    database: {DATABASE}",
            f"    schema: {system}",
            f"    tables: [{{name: {project.name}_rates}}]",
        ]
    return "\n".join(lines) + "\n"


def outside_of(project: DbtProject) -> str:
    """Return the external system or frozen schema that a project reads, if it does."""
    return ("salesforce", "ledger_2019", "")[project.number % 3]


def source_table(project: DbtProject, read: Read) -> str:
    """Return the YAML of a mart of another location."""
    table = read.table
    lines = [f"      - name: {table.name}"]
    if (project.source_of(read), table.name) != table.key:
        lines += [
            "        config:",
            f"          meta: {{dagster: {{asset_key: [{', '.join(table.key)}]}}}}",
        ]
    lines.append("        columns:")
    for number, (column, type_) in enumerate(read.columns.items()):
        lines.append(f"          - name: {column}")
        if quoted(column) != column:
            lines.append("            quote: true")
        lines.append(f"            data_type: {type_}")
        if not number:
            lines.append("            constraints: [{type: not_null}, {type: unique}]")
    return "\n".join(lines) + "\n"


def raw_sql(project: DbtProject, table: Table) -> str:
    """Return the staging model of a raw table."""
    lines = ",\n".join(f"        {quoted(column)}" for column in table.columns)
    also = ""
    system = outside_of(project)
    if system and table is project.raw[-1]:
        source = f"{{{{ source('{system}', '{project.name}_rates') }}}}"
        also = f"\nwhere exists (select 1 from {source})"
    return (
        f"with source as (\n    select * from {{{{ source('{project.name}_raw', '{table.name}') "
        f"}}}}\n),\n\nrenamed as (\n    select\n{lines}\n    from source\n)\n\n"
        f"select * from renamed{also}\n"
    )


def int_sql(table: Table) -> str:
    """Return a private model with macros of the package."""
    columns = [quoted(column) for column in table.columns]
    named = ", ".join(f"'{column}'" for column in columns[1:])
    return (
        f"select\n    {{{{ house.or_default('s.{columns[0]}', '0') }}}} as {columns[0]},\n"
        f"    {{{{ house.numbered('step', 2) }}}}\n    {{{{ house.listed([{named}], 's') }}}}\n"
        f"from {{{{ ref('stg_{table.name}') }}}} as s\n"
    )


def disabled_sql(table: Table) -> str:
    """Return a model that no target builds, over a table that is gone."""
    return (
        "{{ config(enabled=(target.name == 'museum')) }}\n\n"
        f"select nothing_of_it from {{{{ ref('gone_{table.name}') }}}}\n"
    )


def read_jinja(project: DbtProject, read: Read) -> str:
    """Return how a model names another location's mart."""
    if read.injected:
        return f"{{{{ ref('{read.producer}', '{read.table.name}') }}}}"
    return f"{{{{ source('{project.source_of(read)}', '{read.table.name}') }}}}"


def read_sql(project: DbtProject, read: Read) -> str:
    """Return the staging model over another location's mart."""
    lines = ",\n".join(f"        {quoted(column)}" for column in read.columns)
    if project.number % 2:
        return (
            f"with theirs as (\n    select * from {read_jinja(project, read)}\n),\n\n"
            f"ours as (\n    select\n{lines}\n    from theirs\n)\n\nselect * from ours\n"
        )
    return (
        f"with ours as (\n    select\n{lines}\n    from {read_jinja(project, read)}\n)\n\n"
        "select * from ours\n"
    )


def mart_sql(project: DbtProject, mart: Table) -> str:
    """Return a mart: own rows, joined with what is read of other locations."""
    number = project.marts.index(mart)
    own = project.raw[number % len(project.raw)]
    lines = []
    for column, from_ in zip(mart.columns, own.columns, strict=True):
        name, value = quoted(column), f"own.{quoted(from_)}"
        lines.append(f"        {value}" + ("" if column == from_ else f" as {name}"))
    joins = "".join(
        f"\n    left join {{{{ ref('{project.staged(read)}') }}}} as r{place}"
        f"\n        on own.parent_id = r{place}.{next(iter(read.columns))}"
        for place, read in enumerate(project.reads)
        if project.mart_over(read) is mart
    )
    hourly = "{{ config(tags=['hourly']) }}\n\n" if number % 2 else ""
    body = ",\n".join(lines)
    return (
        f"{hourly}with final as (\n    select\n{body}\n"
        f"    from {{{{ ref('int_{own.name}') }}}} as own{joins}\n)\n\nselect * from final\n"
    )


def mart_yaml(mart: Table) -> str:
    """Return the contract of a mart."""
    lines = [f"  - name: {mart.name}", f"    description: Published {mart.name}.", "    columns:"]
    for number, (column, type_) in enumerate(mart.columns.items()):
        lines.append(f"      - name: {column}")
        if quoted(column) != column:
            lines.append("        quote: true")
        lines.append(f"        data_type: {type_}")
        if not number:
            lines += ["        constraints: [{type: not_null}]", "        data_tests: [unique]"]
    return "\n".join(lines) + "\n"


def _seeds_yaml(project: DbtProject) -> str:
    text_ = "seeds:\n"
    for table in project.raw:
        types = ", ".join(f'"{column}": "{type_}"' for column, type_ in table.columns.items())
        text_ += (
            f"  - name: {table.name}\n    config:\n      quote_columns: true\n"
            f"      column_types: {{{types}}}\n"
        )
    return text_
