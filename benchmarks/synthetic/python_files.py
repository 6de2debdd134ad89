"""Python projects that read what dbt projects publish."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from benchmarks.synthetic.tables import ROLES, PythonAsset, PythonProject, Table

HEAD = '''\
"""Features of team {domain}."""

import dagster as dg
from dagster_lineage.definitions import upstream

DAILY = dg.DailyPartitionsDefinition(start_date="2024-01-01")
'''
EXTERNAL = '''\
"""Keys without a producer in this repository."""

import dagster as dg

RATES = dg.AssetSpec(["legacy", "{domain}_rates"], owners=["team:platform"])


@dg.asset(key=["{domain}", "rates"], deps=[RATES], owners=["team:{domain}"])
def rates() -> None:
    """Rates of the old warehouse."""
'''


def write_consumer(project: PythonProject, folder: Path) -> None:
    """Write a Python project: modules of assets, and definitions over them."""
    package = folder / "src" / project.name
    by_module: dict[str, list[PythonAsset]] = defaultdict(list)
    for asset in project.assets:
        by_module[asset.module].append(asset)
    files = {
        "__init__": f'"""Team {project.domain}."""\n',
        "external": EXTERNAL.format(domain=project.domain),
        "definitions": _definitions(project, sorted(by_module)),
    }
    for module, assets in by_module.items():
        files[module] = HEAD.format(domain=project.domain) + "".join(map(asset_text, assets))
    package.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{project.name}"\nversion = "0"\n')
    for name, text in files.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")


def asset_text(asset: PythonAsset) -> str:
    """Return the code of an asset, which names what it reads in its style."""
    lines = ["", ""]
    arguments = [f'    key=["{asset.domain}", "{asset.name}"],']
    arguments += ["    deps=[", *(f"        {dependency(asset, table)}," for table in asset.reads)]
    arguments.append("    ],")
    arguments.append(f'    owners=["team:{asset.domain}"],')
    if asset.partitions:
        arguments.append("    partitions_def=DAILY,")
    lines += ["@dg.asset(", *arguments, ")", f"def {asset.name}() -> None:"]
    lines.append('    """A feature."""')
    return "\n".join(lines) + "\n"


def dependency(asset: PythonAsset, table: Table) -> str:
    """Return the code of a dependency on one table."""
    if asset.style == "upstream":
        role_of = {column: role for role, column in table.columns.items()}
        columns = ", ".join(
            f'"{column}": "{ROLES[role_of[column]]}"' for column in asset.columns[table.key]
        )
        return f'upstream("{table.project}", "{table.name}", columns={{{columns}}}).dep'
    key = f'["{table.schema}", "{table.name}"]'
    return {"key": f"dg.AssetKey({key})", "dep": f"dg.AssetDep({key})"}.get(asset.style, key)


def _definitions(project: PythonProject, modules: list[str]) -> str:
    names = ", ".join(["external", *modules])
    return (
        f'"""Assets of team {project.domain}."""\n\nimport dagster as dg\n\n'
        f"from {project.name} import {names}\n\n"
        "defs = dg.Definitions(\n"
        f"    assets=[external.RATES, *dg.load_assets_from_modules([{names}])],\n)\n"
    )
