"""What CI does with one project: alone, in its own environment, on what others promise it.

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
"""What every project is checked with. Versions are the root lock's."""
DBT_TOOLS = ("sqlfluff", "--editable libs/dagster-lineage")
"""What dbt projects need beside: the linter, and what reads the contracts for their fixtures."""
FIXTURES = "data/contract-fixtures"
"""Where the made-up publications of other projects are, in a folder for each reader."""


class ProjectUnknown(Exception):
    """There is no project of that name."""


@dataclass(frozen=True)
class Project:
    """A folder under `projects/` with a `pyproject.toml`.

    Attributes:
        name: Of the folder, and of the code location.
        declared: Its `pyproject.toml`.
    """

    name: str
    declared: dict[str, Any]

    @property
    def folder(self) -> str:
        """Relative to the root."""
        return f"projects/{self.name}"

    @property
    def module(self) -> str:
        """The module that has its Dagster definitions."""
        dg = self.declared.get("tool", {}).get("dg", {}).get("project", {})
        return str(dg.get("code_location_target_module", f"{self.name}.definitions"))

    @property
    def is_dbt(self) -> bool:
        """It has a dbt project."""
        return (ROOT / self.folder / "dbt_project.yml").is_file()

    def command(self, name: str) -> str:
        """A command of its own environment."""
        return f"{self.folder}/.venv/bin/{name}"


def discover() -> list[Project]:
    """Every project there is, by name: nobody lists them by hand."""
    return [
        Project(file.parent.name, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in sorted(ROOT.glob("projects/*/pyproject.toml"))
    ]


def project(name: str) -> Project:
    """The project of a name.

    Raises:
        ProjectUnknown: there is none.
    """
    found = {one.name: one for one in discover()}
    if name not in found:
        raise ProjectUnknown(f"There is no project '{name}'. There are: {', '.join(found)}.")
    return found[name]


def needs_of_checks(one: Project) -> list[str]:
    """Return what CI installs in addition to a project's dependencies, as requirements.

    These are the tools, the project's extras, which its tests need, and the repository's stub
    packages. Members of the repository are installed from their folders.
    """
    root = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    group = [need for need in root["dependency-groups"]["dev"] if isinstance(need, str)]
    stubs = [need for need in group if re.match(r"types-|[\w-]+-stubs\b", need)]
    extras = one.declared["project"].get("optional-dependencies", {})
    members = {
        tomllib.loads(file.read_text(encoding="utf-8"))["project"]["name"]: file.parent
        for file in ROOT.glob("libs/*/pyproject.toml")
    }
    tests = [
        f"--editable {members[need].relative_to(ROOT)}" if need in members else need
        for extra in extras.values()
        for need in extra
    ]
    return [*TOOLS, *(DBT_TOOLS if one.is_dbt else ()), *stubs, *tests]


def steps_of(one: Project, lineage: str) -> list[Step]:
    """Everything that CI does with a project.

    Definitions load before any tool is installed: a dependency that the project has forgotten to
    declare is missing there, though a linter or pytest brings it along later.

    Args:
        one: The project.
        lineage: The command `lineage`, of an environment that need not be the project's.
    """
    python, folder = one.command("python"), one.folder
    install = ("install", "tools")
    name = (f"PROJECT={one.name}", f"PYTHON={sys.executable}")
    steps = [Step("install", ("make", "--no-print-directory", "install-project", *name))]
    loads_after: tuple[str, ...] = ("install",)
    if one.is_dbt:
        steps.append(Step("parse", (one.command("dbt-manifest"), "build", folder), ("install",)))
        loads_after = ("install", "parse")
    load = ("env", "-i", python, "tests/describe_location.py", one.module)
    steps += [
        Step("load with an empty environment", load, loads_after, quiet=True),
        Step(
            "tools", ("make", "--no-print-directory", "install-project-tools", *name), install[:1]
        ),
        Step("style", (one.command("ruff"), "check", folder), install),
        Step("format", (one.command("ruff"), "format", "--check", folder), install),
        Step("types", (one.command("mypy"), "--follow-imports=silent", f"{folder}/src"), install),
    ]
    if one.is_dbt:
        steps += _dbt_steps(one)
    if (ROOT / folder / "tests").is_dir():
        steps.append(Step("tests", (python, "-m", "pytest", f"{folder}/tests"), install))
    lock = (lineage, "lock", one.name, "--check", "--python", str(ROOT / python))
    steps.append(Step("interface", lock, loads_after))
    return steps


def _dbt_steps(one: Project) -> list[Step]:
    data = f"{FIXTURES}/{one.name}"
    environment = ("env", f"JAFFLE_DATA_DIR={ROOT / data}", "JAFFLE_ENV=ci")
    build = (
        *(one.command("dbt"), "build", "--project-dir", one.folder, "--profiles-dir", one.folder),
        *("--target-path", str(ROOT / data / "dbt"), "--log-path", str(ROOT / data / "dbt")),
    )
    fixtures = (one.command("python"), "-m", "tools.contract_fixtures", one.name, "--into", data)
    return [
        Step("sql style", (one.command("sqlfluff"), "lint", one.folder), ("install", "tools")),
        Step("contract fixtures", fixtures, ("install", "tools", "parse")),
        Step("dbt build", (*environment, *build), ("contract fixtures",)),
    ]
