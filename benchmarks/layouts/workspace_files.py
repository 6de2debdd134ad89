"""The workspace as its teams would commit it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from benchmarks.layouts import python_locations
from benchmarks.layouts.dbt_files import text, write_dbt_project, write_house
from benchmarks.layouts.teams import PYTHON_LOCATIONS, Plan

SETTINGS = """\
[tool.lineage]
[[tool.lineage.external]]
keys = ["salesforce/*"]
owner = "team:crm"
reason = "loaded by the vendor"
[[tool.lineage.external]]
keys = ["ledger_2019/*"]
owner = "team:crm"
reason = "frozen until the books are closed"
until = 2099-12-31
[[tool.lineage.ignore]]
code = "OW01"
paths = ["archive/**", "exports/**"NOT_OWNED]
reason = "frozen, generated, or without an owner for now"
"""


def write(plan: Plan, root: Path) -> None:
    """Write everything.

    Args:
        plan: What to write.
        root: An empty folder, or one that does not exist.
    """
    write_house(root / "packages" / "house")
    for project in plan.projects:
        write_dbt_project(project, plan, root)
    entries: list[str] = []
    for (location, *_), group in groupby(plan.projects[:-2], key=lambda one: one.locations):
        projects = list(group)
        if projects[0].folder.startswith("dbt/"):
            file = f"orchestration/{location}.py"
            text(root / file, python_locations.dbt_location(projects, up=1))
            entries.append(_file(file, location))
        else:
            folder = "/".join(projects[0].folder.split("/")[:2])
            package = root / folder / location
            text(
                root / folder / "pyproject.toml", f'[project]\nname = "{location}"\nversion = "0"\n'
            )
            text(package / "__init__.py", f'"""Code of {location}."""\n')
            text(package / "definitions.py", python_locations.dbt_location(projects, up=3))
            entries.append(
                "  - python_module:\n"
                f"      module_name: {location}.definitions\n      location_name: {location}\n"
                f"      working_directory: {folder}\n"
            )
    hub = plan.projects[-2]
    for which in ("hourly", "nightly"):
        text(root / "hub" / f"{which}.py", python_locations.hub_location(hub, which))
        entries.append(_file(f"hub/{which}.py", f"hub_{which}"))
    text(root / "regional" / "definitions.py", python_locations.REGIONAL)
    for name, attribute in (("regional", "prod"), ("regional_staging", "staging")):
        entries.append(_file("regional/definitions.py", name, attribute))
    modules = (
        python_locations.ingestion(plan),
        python_locations.features_location(plan),
        python_locations.exports_location(plan),
        python_locations.archive(),
    )
    for name, module in zip(PYTHON_LOCATIONS, modules, strict=True):
        text(root / name / "definitions.py", module)
        entries.append(_file(f"{name}/definitions.py", name))
    text(root / "workspace.yaml", "load_from:\n" + "".join(entries))
    not_owned = "".join(f', "{one.folder}/**"' for one in plan.projects if not one.owned)
    text(root / "pyproject.toml", SETTINGS.replace("NOT_OWNED", not_owned))


def _file(file: str, location: str, attribute: str = "") -> str:
    more = f"      attribute: {attribute}\n" if attribute else ""
    return f"  - python_file:\n      relative_path: {file}\n      location_name: {location}\n{more}"
