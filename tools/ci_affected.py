"""The projects, libraries and tests that CI runs for a branch, from `lineage affected`.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.ci_projects import discover
from tools.ci_steps import ROOT, print_now

LINEAGE_ENVIRONMENT = ".tools/lineage"


class LineageNotInstalled(Exception):
    """The command `lineage` could not be installed."""


@dataclass(frozen=True)
class CiPlan:
    """What CI builds and tests."""

    projects: tuple[str, ...]
    """Names of the projects."""
    matrix: str
    """The projects as GitHub's matrix: `{"include": [{"project": …}, …]}` in one line."""
    libraries: tuple[str, ...]
    """Folders of the libraries to test."""
    repository_tests: bool
    """Whether the tests over several projects run."""
    text: str
    """The reason for each, and the proof that the other projects are unchanged."""


def plan(base: str, lineage: str) -> CiPlan:
    """Return what a branch affects; everything, if that is unknown.

    Args:
        base: The commit to compare with. If it is empty or unknown to git, as after a first push or
            a rewritten branch, everything is affected.
        lineage: The command `lineage`.
    """
    if not commit_exists(base):
        return everything(f"git does not know the base '{base}'")
    outputs = []
    for output_format in ("text", "json", "github-matrix"):
        command = [lineage, "affected", "--base", base, "--format", output_format]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            return everything(f"`lineage affected` failed: {done.stderr.strip()}")
        outputs.append(done.stdout.strip())
    text, document, matrix = outputs
    affected = json.loads(document)
    unknown = set(affected["to_build"]) - {project.name for project in discover()}
    if unknown:
        return everything(f"`lineage affected` returned unknown projects: {sorted(unknown)}")
    return CiPlan(
        projects=tuple(affected["to_build"]),
        matrix=matrix,
        libraries=tuple(affected["libraries"]),
        repository_tests=affected["repository_tests"],
        text=text,
    )


def everything(reason: str) -> CiPlan:
    """Return all projects, libraries and tests, with a reason."""
    projects = discover()
    include = [{"project": one.name, "folder": one.folder, "reason": reason} for one in projects]
    return CiPlan(
        projects=tuple(project.name for project in projects),
        matrix=json.dumps({"include": include}),
        libraries=tuple(
            file.parent.relative_to(ROOT).as_posix()
            for file in sorted(ROOT.glob("libs/*/pyproject.toml"))
        ),
        repository_tests=True,
        text=f"Everything must be built and tested: {reason}.",
    )


def commit_exists(ref: str) -> bool:
    """Whether git knows a commit by this name, which must not look like an option."""
    if not ref or ref.startswith("-"):
        return False
    command = ["git", "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def lineage_command() -> str:
    """Return the command `lineage` of this environment, or install it in a small one.

    Raises:
        LineageNotInstalled: The installation failed.
    """
    installed = Path(sys.executable).with_name("lineage")
    if installed.is_file():
        return str(installed)
    target = f"{LINEAGE_ENVIRONMENT}/.installed"
    command = ["make", "--quiet", target, f"PYTHON={sys.executable}"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        print_now(f"To run it again:\n  {' '.join(command)}")
        raise LineageNotInstalled("The command `lineage` could not be installed; see above.")
    return f"{LINEAGE_ENVIRONMENT}/bin/lineage"
