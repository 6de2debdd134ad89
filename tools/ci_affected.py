"""What a branch makes CI do, as `lineage affected` tells; what nobody can tell is everything.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.ci_projects import discover
from tools.ci_steps import ROOT, say

OWN_ENVIRONMENT = ".tools/lineage"


class LineageNotInstalled(Exception):
    """The command `lineage` could not be installed."""


@dataclass(frozen=True)
class Plan:
    """What CI has to do.

    Attributes:
        projects: Names of those to build and test.
        matrix: The same for GitHub: `{"include": [{"project": …}, …]}` in one line.
        libraries: Folders of the libraries to test.
        repository_tests: What needs more than one project must be tested.
        text: Why each, and what proves that the others cannot have changed.
    """

    projects: tuple[str, ...]
    matrix: str
    libraries: tuple[str, ...]
    repository_tests: bool
    text: str


def plan(base: str, lineage: str) -> Plan:
    """What is affected by what differs from a commit; everything, where that cannot be told.

    Args:
        base: The commit; empty or unknown to git (a first push, a rewritten branch): everything.
        lineage: The command.
    """
    if not commit_is_known(base):
        return everything(f"the commit to compare with, '{base}', is not known here")
    answers = []
    for form in ("text", "json", "github-matrix"):
        command = [lineage, "affected", "--base", base, "--format", form]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            return everything(f"`lineage affected` says: {done.stderr.strip()}")
        answers.append(done.stdout.strip())
    text, document, matrix = answers
    told = json.loads(document)
    strangers = set(told["build"]) - {one.name for one in discover()}
    if strangers:
        return everything(f"`lineage affected` names what is no project: {sorted(strangers)}")
    return Plan(
        tuple(told["build"]), matrix, tuple(told["libraries"]), told["repository_tests"], text
    )


def everything(reason: str) -> Plan:
    """All projects, libraries and tests, because of what is not known."""
    projects = discover()
    include = [{"project": one.name, "folder": one.folder, "reason": reason} for one in projects]
    return Plan(
        projects=tuple(one.name for one in projects),
        matrix=json.dumps({"include": include}),
        libraries=tuple(
            file.parent.relative_to(ROOT).as_posix()
            for file in sorted(ROOT.glob("libs/*/pyproject.toml"))
        ),
        repository_tests=True,
        text=f"Everything must be built and tested: {reason}.",
    )


def commit_is_known(ref: str) -> bool:
    """Whether git has a commit of that name; one that begins like an option is none."""
    if not ref or ref.startswith("-"):
        return False
    command = ["git", "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def lineage_command() -> str:
    """The command `lineage` beside this interpreter, or else of a small environment of its own.

    Raises:
        LineageNotInstalled: that environment could not be made.
    """
    beside = Path(sys.executable).with_name("lineage")
    if beside.is_file():
        return str(beside)
    make = ("make", "--quiet", f"{OWN_ENVIRONMENT}/.installed")
    command = [*make, f"PYTHON={sys.executable}"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        say(f"To run it again:\n  {' '.join(command)}")
        raise LineageNotInstalled("The command `lineage` could not be installed: see above.")
    return f"{OWN_ENVIRONMENT}/bin/lineage"
