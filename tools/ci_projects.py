"""The CI steps of one project, in its own environment and on contract fixtures of its sources.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from typing import Any

from tools.ci_steps import ROOT, Step

TOOLS = ("ruff", "mypy", "pytest")
"""Tools of every project, in the versions of the repository's dependency lock."""
DBT_TOOLS = ("sqlfluff", "--editable libs/dagster-lineage")
"""Additional tools of dbt projects: the linter, and the reader of interfaces for fixtures."""
FIXTURES = "data/contract-fixtures"
"""Folder of the contract fixtures, with a folder for each project that reads them."""


class NoSuchProject(Exception):
    """No folder in `projects/` has this name."""


@dataclass(frozen=True)
class CiProject:
    """A folder in `projects/` with a pyproject.toml."""

    name: str
    """Name of the folder and of the code location."""
    declaration: dict[str, Any]
    """Contents of its pyproject.toml."""

    @property
    def folder(self) -> str:
        """Its folder, relative to the root."""
        return f"projects/{self.name}"

    @property
    def module(self) -> str:
        """The module with its Dagster definitions."""
        dg = self.declaration.get("tool", {}).get("dg", {}).get("project", {})
        return str(dg.get("code_location_target_module", f"{self.name}.definitions"))

    @property
    def is_dbt(self) -> bool:
        """Whether it contains a dbt project."""
        return (ROOT / self.folder / "dbt_project.yml").is_file()

    def command(self, name: str) -> str:
        """Return the path of a command in its environment."""
        return f"{self.folder}/.venv/bin/{name}"


def discover() -> list[CiProject]:
    """Return all projects, by name. No list has to be maintained."""
    return [
        CiProject(file.parent.name, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in sorted(ROOT.glob("projects/*/pyproject.toml"))
    ]


def find_project(name: str) -> CiProject:
    """Return the project with a name.

    Raises:
        NoSuchProject: There is none.
    """
    found = {project.name: project for project in discover()}
    if name not in found:
        raise NoSuchProject(f"There is no project '{name}'. Projects: {', '.join(found)}.")
    return found[name]


def needs_of_checks(project: CiProject) -> list[str]:
    """Return what CI installs in addition to a project's dependencies, as requirements.

    These are the tools, the project's extras, which its tests need, and the repository's stub
    packages. Members of the repository are installed from their folders.
    """
    root = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    group = [need for need in root["dependency-groups"]["dev"] if isinstance(need, str)]
    stubs = [need for need in group if re.match(r"types-|[\w-]+-stubs\b", need)]
    extras = project.declaration["project"].get("optional-dependencies", {})
    members = {
        tomllib.loads(file.read_text(encoding="utf-8"))["project"]["name"]: file.parent
        for file in ROOT.glob("libs/*/pyproject.toml")
    }
    tests = [
        f"--editable {members[need].relative_to(ROOT)}" if need in members else need
        for extra in extras.values()
        for need in extra
    ]
    return [*TOOLS, *(DBT_TOOLS if project.is_dbt else ()), *stubs, *tests]


def steps_of(project: CiProject, lineage: str) -> list[Step]:
    """Return the steps of a project.

    Definitions load before the tools are installed: a dependency that the project does not declare
    is missing at that point, and could be installed with a linter or pytest later.

    Args:
        project: The project.
        lineage: The command `lineage`, of any environment.
    """
    python, folder = project.command("python"), project.folder
    installed = ("install", "tools")
    make = ("make", "--no-print-directory")
    variables = (f"PROJECT={project.name}", f"PYTHON={sys.executable}")
    steps = [Step("install", (*make, "install-project", *variables))]
    parsed: tuple[str, ...] = ("install",)
    if project.is_dbt:
        steps.append(Step("parse", (project.command("dbt-manifest"), "build", folder), parsed))
        parsed = ("install", "parse")
    load = ("env", "-i", python, "tests/describe_location.py", project.module)
    types = (project.command("mypy"), "--follow-imports=silent", f"{folder}/src")
    steps += [
        Step("load with an empty environment", load, parsed, quiet=True),
        Step("tools", (*make, "install-project-tools", *variables), ("install",)),
        Step("style", (project.command("ruff"), "check", folder), installed),
        Step("format", (project.command("ruff"), "format", "--check", folder), installed),
        Step("types", types, installed),
    ]
    if project.is_dbt:
        steps += _dbt_steps(project)
    if (ROOT / folder / "tests").is_dir():
        steps.append(Step("tests", (python, "-m", "pytest", f"{folder}/tests"), installed))
    interface = (lineage, "lock", project.name, "--check", "--python", str(ROOT / python))
    return [*steps, Step("interface", interface, parsed)]


def _dbt_steps(project: CiProject) -> list[Step]:
    data, folder = f"{FIXTURES}/{project.name}", project.folder
    output = str(ROOT / data / "dbt")
    fixtures = ("-m", "tools.contract_fixtures", project.name, "--into", data)
    build = (
        *("env", f"JAFFLE_DATA_DIR={ROOT / data}", "JAFFLE_ENV=ci", project.command("dbt")),
        *("build", "--project-dir", folder, "--profiles-dir", folder),
        *("--target-path", output, "--log-path", output),
    )
    return [
        Step("SQL style", (project.command("sqlfluff"), "lint", folder), ("install", "tools")),
        Step(
            "contract fixtures",
            (project.command("python"), *fixtures),
            ("install", "tools", "parse"),
        ),
        Step("dbt build", build, ("contract fixtures",)),
    ]
