"""The dependency locks: `requirements.lock` for the repository and one for each project.

`requirements.lock` pins every package of the repository. `projects/<name>/requirements.lock` pins
the packages of one project; the repository's lock is its constraint, so that every environment has
the same versions of Dagster, dbt and DuckDB. The files contain names, versions and hashes, and no
URL of a package index.

    requirements.py write             resolve the dependencies and write all locks
    requirements.py check             exit with 1 if the declared dependencies differ from a lock
    requirements.py members PROJECT   print the folders to install, editable, for one project

Standard library only: this script runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make requirements`. Checksum of the declared dependencies: "


def main(arguments: list[str]) -> int:
    """Run one of the three commands and return the exit code."""
    match arguments:
        case ["write"]:
            return write()
        case ["check"]:
            return check()
        case ["members", project]:
            print("\n".join(members_needed_by(project, extras=False)))
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def write() -> int:
    """Write the repository's lock, then each project's lock with the first one as constraint."""
    root_lock = ROOT / "requirements.lock"
    sources = ["pyproject.toml", *(f"{folder}/pyproject.toml" for folder in member_folders())]
    compile_lock(sources, root_lock, "--all-extras", "--group", "dev")
    for project in project_folders():
        compile_lock(
            [f"{project}/pyproject.toml"],
            ROOT / project / "requirements.lock",
            "--constraint",
            "requirements.lock",
        )
    return 0


def compile_lock(sources: list[str], target: Path, *options: str) -> None:
    """Resolve `sources` into `target`; versions in `target` are kept where they still fit."""
    without_members = [option for name in member_names() for option in ("--no-emit-package", name)]
    command = [
        *(os.environ.get("UV") or "uv").split(),
        *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
        *("--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"),
        *without_members,
        *options,
        *sources,
        *("--output-file", str(target)),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    body = target.read_text(encoding="utf-8")
    target.write_text(f"{HEADER}{checksum(sources)}\n{body}", encoding="utf-8")


def check() -> int:
    """Print the locks that do not match the declared dependencies; return 1 if there are any."""
    stale = []
    root_sources = ["pyproject.toml", *(f"{folder}/pyproject.toml" for folder in member_folders())]
    for lock, sources in [
        ("requirements.lock", root_sources),
        *(
            (f"{project}/requirements.lock", [f"{project}/pyproject.toml"])
            for project in project_folders()
        ),
    ]:
        path = ROOT / lock
        first_line = path.read_text(encoding="utf-8").splitlines()[0] if path.exists() else ""
        if first_line != HEADER + checksum(sources):
            stale.append(lock)
    for lock in stale:
        print(f"{lock} does not match the declared dependencies. Run `make requirements`.")
    if not stale:
        print("All dependency locks are up to date.")
    return 1 if stale else 0


def checksum(sources: list[str]) -> str:
    """Return a checksum of the dependencies that `sources` and their workspace members declare."""
    folders = {str(Path(source).parent) for source in sources}
    for source in sources:
        folders.update(members_needed_by(str(Path(source).parent)))
    root = declaration(".")
    declared_by: dict[str, object] = {
        "constraints": root["tool"]["uv"]["constraint-dependencies"],
    }
    for folder in sorted(folders):
        declared = declaration(folder)
        declared_by[folder] = [
            declared["project"].get("requires-python"),
            declared["project"].get("dependencies"),
            declared["project"].get("optional-dependencies"),
            declared.get("dependency-groups"),
        ]
    return hashlib.sha256(json.dumps(declared_by, sort_keys=True).encode()).hexdigest()[:16]


def members_needed_by(folder: str, *, extras: bool = True) -> list[str]:
    """Return the folders of a project and of the workspace members it needs, nearest first.

    Args:
        folder: Folder of the project.
        extras: Whether to include members that only an extra needs.
    """
    folder_of = {declaration(member)["project"]["name"]: member for member in member_folders()}
    wanted = [folder]
    for member in wanted:
        project = declaration(member)["project"]
        needs = [*project.get("dependencies", [])]
        if extras:
            for extra in project.get("optional-dependencies", {}).values():
                needs.extend(extra)
        for need in needs:
            name = re.split(r"[^A-Za-z0-9._-]", need, maxsplit=1)[0]
            needed = folder_of.get(name)
            if needed and needed not in wanted:
                wanted.append(needed)
    return wanted


def member_names() -> list[str]:
    """Return the distribution names of the workspace members."""
    return [declaration(folder)["project"]["name"] for folder in member_folders()]


def member_folders() -> list[str]:
    """Return the folders of the workspace members, relative to the repository."""
    return [
        str(path.parent.relative_to(ROOT))
        for group in ("libs", "projects")
        for path in sorted((ROOT / group).glob("*/pyproject.toml"))
    ]


def project_folders() -> list[str]:
    """Return the folders of the projects, relative to the repository."""
    return [folder for folder in member_folders() if folder.startswith("projects/")]


def declaration(folder: str) -> dict[str, Any]:
    """Read the pyproject.toml of a folder."""
    with (ROOT / folder / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
