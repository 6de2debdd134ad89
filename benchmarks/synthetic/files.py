"""Files of a planned repository, as teams would commit them."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

from benchmarks.synthetic.python_files import write_consumer
from benchmarks.synthetic.tables import ROLES, Input, Model, Project, Repository, Table, quoted
from benchmarks.synthetic.words import CODES, WORDS

KEY_MACRO = """\
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
"""
MACROS = """\
{% macro clean_code(column) -%}
    coalesce(lower({{ column }}), 'none')
{%- endmacro %}

{% macro rounded(column) -%}
    cast(round({{ column }}, 1) as decimal(18, 2))
{%- endmacro %}
"""
DEFINITIONS_HEAD = '''\
"""The models of team {domain}."""

from pathlib import Path

import dagster as dg
from dagster_dbt import dbt_assets

from published_assets.dbt.api import DbtCli, TableKeys

PROJECT_DIR = Path(__file__).resolve().parents[2]
MANIFEST = PROJECT_DIR / "target" / "manifest.json"
'''
FROZEN = "2099-12-31"
"""Date until which tables of the synthetic repository are frozen."""


def write(repository: Repository, root: Path) -> None:
    """Write every project, the workspace and the settings of `lineage`.

    Args:
        repository: The planned repository.
        root: An empty folder, or one that does not exist.
    """
    locations = []
    for project in repository.projects:
        write_project(project, root / "projects" / project.name, repository)
        locations.append((project.name, f"{project.name}.definitions"))
    for consumer in repository.consumers:
        write_consumer(consumer, root / "projects" / consumer.name)
        locations.append((consumer.name, f"{consumer.name}.definitions"))
    lines = ["load_from:"]
    for name, module in locations:
        lines += [
            "  - python_module:",
            f"      module_name: {module}",
            f"      location_name: {name}",
            f"      working_directory: projects/{name}/src",
        ]
    _text(root / "workspace.yaml", "\n".join(lines) + "\n")
    domains = [one.domain for one in repository.projects]
    domains += [one.domain for one in repository.consumers]
    owners = ", ".join(f'"team:{domain}"' for domain in domains)
    _text(
        root / "pyproject.toml",
        f'[tool.lineage]\nowners = [{owners}, "team:platform"]\n\n'
        "[[tool.lineage.external]]\n"
        'keys = ["legacy/*"]\nowner = "team:platform"\n'
        f'reason = "the old warehouse, loaded by hand each quarter"\nuntil = {FROZEN}\n',
    )


def write_project(project: Project, folder: Path, repository: Repository) -> None:
    """Write a dbt project and its code location."""
    upstream = sorted({read.table.project for read in project.sources})
    _text(folder / "dbt_project.yml", dbt_project_yaml(project))
    _text(folder / "profiles.yml", _profiles(project, upstream))
    _text(folder / "pyproject.toml", f'[project]\nname = "{project.name}"\nversion = "0"\n')
    _text(folder / "macros" / "generate_schema_name.sql", KEY_MACRO)
    _text(folder / "macros" / "expressions.sql", MACROS)
    _text(
        folder / "models" / "_groups.yml",
        f"groups:\n  - name: {project.domain}\n    owner:\n      name: team:{project.domain}\n",
    )
    _text(folder / "models" / "_exposures.yml", _exposures(project))
    if project.sources:
        _text(folder / "models" / "_sources.yml", sources_yaml(project))
    for layer in ("staging", "intermediate", "public"):
        models = [model for model in project.models if model.layer == layer]
        for model in models:
            _text(folder / model.path, model.sql)
        if models:
            blocks = "\n".join(model_yaml(model) for model in models)
            _text(folder / "models" / layer / f"_{layer}.yml", f"models:\n{blocks}")
    for seed in project.seeds:
        _text(folder / "seeds" / f"{seed.name}.csv", _csv(seed, repository))
    seeds = "\n".join(_seed_yaml(seed) for seed in project.seeds)
    _text(folder / "seeds" / "_seeds.yml", f"seeds:\n{seeds}")
    package = folder / "src" / project.name
    _text(package / "__init__.py", f'"""Team {project.domain}."""\n')
    _text(package / "definitions.py", _definitions(project))


def model_yaml(model: Model) -> str:
    """Return the YAML of a model."""
    lines = [f"  - name: {model.table.name}", f"    description: {model.shape} of its inputs."]
    if model.daily:
        lines += ["    config:", "      tags: [daily]"]
    lines.append("    columns:")
    for role, column in model.table.columns.items():
        lines += column_yaml(model, role, column)
    return "\n".join(lines) + "\n"


def column_yaml(model: Model, role: str, column: str) -> list[str]:
    """Return the YAML of a column: published ones have a type and constraints."""
    lines = [f"      - name: {_scalar(column)}", f"        description: The {role} of a row."]
    if quoted(column) != column:
        lines.append("        quote: true")
    if model.layer == "public":
        lines.append(f"        data_type: {ROLES[role]}")
        if role in model.table.contracted:
            lines.append("        constraints: [{type: not_null}]")
            lines.append("        data_tests: [unique]")
    elif role == "id" and model.layer == "staging":
        lines.append("        data_tests: [unique, not_null]")
    return lines


def sources_yaml(project: Project) -> str:
    """Return the sources of a project with the columns that it uses."""
    by_project: dict[str, dict[str, list[Input]]] = defaultdict(lambda: defaultdict(list))
    for read in project.sources:
        by_project[read.table.project][read.table.name].append(read)
    text = "sources:\n"
    for name, tables in sorted(by_project.items()):
        schema = next(iter(tables.values()))[0].table.schema
        text += f"  - name: {name}\n    database: {name}\n    schema: {schema}\n    tables:\n"
        text += "".join(source_table_yaml(reads) for _, reads in sorted(tables.items()))
    return text


def source_table_yaml(reads: list[Input]) -> str:
    """Return the YAML of a foreign table: its key and the columns in use."""
    table = reads[0].table
    used = {role for read in reads for role in read.used}
    lines = [
        f"      - name: {table.name}",
        f"        description: Published by {table.project}.",
        "        config:",
        f"          meta: {{dagster: {{asset_key: [{table.schema}, {table.name}]}}}}",
        "        columns:",
    ]
    for role, column in table.columns.items():
        if role in used:
            lines += [
                f"          - name: {_scalar(column)}",
                f"            data_type: {ROLES[role]}",
            ]
            if role == "id":
                lines.append("            constraints: [{type: not_null}, {type: unique}]")
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    return text if quoted(text) == text else f'"{text}"'


def dbt_project_yaml(project: Project) -> str:
    """Return the `dbt_project.yml` of a project."""
    return f"""\
name: {project.name}
profile: {project.name}
config-version: 2
flags:
  send_anonymous_usage_stats: false
models:
  {project.name}:
    +materialized: table
    +group: {project.domain}
    staging:
      +schema: {project.domain}_staging
      +access: private
      +materialized: {project.staging}
    intermediate:
      +schema: {project.domain}_intermediate
      +access: private
    public:
      +schema: {project.domain}
      +access: public
      +contract: {{enforced: true}}
seeds:
  {project.name}:
    +schema: {project.domain}_raw
    +group: {project.domain}
"""


def _profiles(project: Project, upstream: list[str]) -> str:
    folder = "{{ env_var('SYNTHETIC_DATA', '../../data') }}"
    attach = "".join(
        f'        - {{path: "{folder}/{name}.duckdb", alias: {name}, read_only: true}}\n'
        for name in upstream
    )
    return (
        f"{project.name}:\n  target: duckdb\n  outputs:\n    duckdb:\n      type: duckdb\n"
        f'      path: "{folder}/{project.name}.duckdb"\n      schema: main\n      threads: 1\n'
        + (f"      attach:\n{attach}" if attach else "")
    )


def _exposures(project: Project) -> str:
    lines = ["exposures:"]
    for number, model in enumerate(project.public[:2]):
        lines += [
            f"  - name: dashboard_{number}",
            "    type: dashboard",
            "    owner:",
            f"      name: team:{project.domain}",
            "    depends_on:",
            f"      - ref('{model.table.name}')",
        ]
    return "\n".join(lines) + "\n"


def _seed_yaml(seed: Table) -> str:
    types = ", ".join(f'{column}: "{ROLES[role]}"' for role, column in seed.columns.items())
    lines = [
        f"  - name: {seed.name}",
        "    config:",
        f"      column_types: {{{types}}}",
        "    columns:",
    ]
    lines += [
        f"      - name: {column}"
        + ("\n        data_tests: [unique, not_null]" if role == "id" else "")
        for role, column in seed.columns.items()
    ]
    return "\n".join(lines) + "\n"


def _csv(seed: Table, repository: Repository) -> str:
    draws = random.Random(f"{repository.seed} {seed.key}")  # noqa: S311 - rows of an example
    rows = [",".join(seed.columns.values())]
    for number in range(1, repository.rows + 1):
        day = f"2024-{draws.randint(1, 12):02}-{draws.randint(1, 28):02}"
        values = {
            "id": number,
            "ref": draws.randint(1, repository.rows),
            "code": draws.choice(CODES),
            "name": f"{draws.choice(WORDS)} {number}",
            "amount": f"{draws.randint(0, 99_999) / 100:.2f}",
            "quantity": draws.randint(0, 40),
            "ratio": draws.randint(0, 40) / 4,
            "day": day,
            "at": f"{day} {draws.randint(0, 23):02}:{draws.randint(0, 59):02}:00",
            "flag": str(draws.random() < 0.5).lower(),
        }
        rows.append(",".join(str(values[role]) for role in seed.columns))
    return "\n".join(rows) + "\n"


def _definitions(project: Project) -> str:
    daily = any(model.daily for model in project.models)
    selection = '    exclude="tag:daily",\n' if daily else ""
    parts = [DEFINITIONS_HEAD.format(domain=project.domain)]
    if daily:
        parts.append(
            'DAILY = dg.DailyPartitionsDefinition(start_date="2024-01-01")\n\n\n'
            "@dbt_assets(\n    manifest=MANIFEST,\n    dagster_dbt_translator=TableKeys(),\n"
            f'    name="{project.domain}_daily",\n    select="tag:daily",\n'
            "    partitions_def=DAILY,\n)\n"
            f"def {project.domain}_daily(context: dg.AssetExecutionContext, dbt: DbtCli):\n"
            '    yield from dbt.cli(["build"], context=context).stream()\n'
        )
    parts.append(
        "\n\n@dbt_assets(\n    manifest=MANIFEST,\n    dagster_dbt_translator=TableKeys(),\n"
        f'    name="{project.domain}_models",\n{selection})\n'
        f"def {project.domain}_models(context: dg.AssetExecutionContext, dbt: DbtCli):\n"
        '    yield from dbt.cli(["build"], context=context).stream()\n'
    )
    assets = (f"{project.domain}_daily, " if daily else "") + f"{project.domain}_models"
    parts.append(
        f"\n\ndefs = dg.Definitions(\n    assets=[{assets}],\n"
        '    resources={"dbt": DbtCli(PROJECT_DIR)},\n)\n'
    )
    return "".join(parts)


def _text(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
