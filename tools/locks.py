"""The repository's lock files: one resolution, one file per environment that is installed from it.

`requirements.lock` holds every version of the repository. `projects/<name>/requirements.lock` holds
those that one project needs, compiled with the first as constraint, so that every environment has
the same dagster, dbt and duckdb. They carry names, versions and hashes, and no address of an index.

Standard library only: it runs before anything is installed.

    locks.py write             renew all of them (asks the package index)
    locks.py check             exit 1 when a declaration is newer than its lock
    locks.py members PROJECT   the folders to install, editable, for one project
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
HEADER = "# made by `make lock` from the declarations with this checksum: "


def main(arguments: list[str]) -> int:
    """Run one of the three commands; return the exit code."""
    match arguments:
        case ["write"]:
            return write()
        case ["check"]:
            return check()
        case ["members", project]:
            print("\n".join(members_needed_by(project)))
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def write() -> int:
    """Compile the root lock, then each project's with the root one as constraint."""
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
    """Resolve `sources` into `target`, keeping the versions that `target` already has."""
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
    """Say which lock is older than its declarations."""
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
        print(f"{lock} is older than the declarations it was made from. Run: make lock")
    if not stale:
        print("locks are fresh")
    return 1 if stale else 0


def checksum(sources: list[str]) -> str:
    """Checksum of what decides a resolution: the dependencies of `sources` and of their members."""
    folders = {str(Path(source).parent) for source in sources}
    for source in sources:
        folders.update(members_needed_by(str(Path(source).parent)))
    root = declaration(".")
    decisive: dict[str, object] = {
        "constraints": root["tool"]["uv"]["constraint-dependencies"],
    }
    for folder in sorted(folders):
        declared = declaration(folder)
        decisive[folder] = [
            declared["project"].get("requires-python"),
            declared["project"].get("dependencies"),
            declared["project"].get("optional-dependencies"),
            declared.get("dependency-groups"),
        ]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def members_needed_by(folder: str) -> list[str]:
    """Folder of the project and of each workspace member it needs, nearest first."""
    folder_of = {declaration(member)["project"]["name"]: member for member in member_folders()}
    wanted = [folder]
    for member in wanted:
        project = declaration(member)["project"]
        needs = [*project.get("dependencies", [])]
        for extra in project.get("optional-dependencies", {}).values():
            needs.extend(extra)
        for need in needs:
            name = re.split(r"[^A-Za-z0-9._-]", need, maxsplit=1)[0]
            needed = folder_of.get(name)
            if needed and needed not in wanted:
                wanted.append(needed)
    return wanted


def member_names() -> list[str]:
    """Distribution names of the workspace members."""
    return [declaration(folder)["project"]["name"] for folder in member_folders()]


def member_folders() -> list[str]:
    """Folders of the workspace members, relative to the repository."""
    return [
        str(path.parent.relative_to(ROOT))
        for group in ("libs", "projects")
        for path in sorted((ROOT / group).glob("*/pyproject.toml"))
    ]


def project_folders() -> list[str]:
    """Folders of the projects, relative to the repository."""
    return [folder for folder in member_folders() if folder.startswith("projects/")]


def declaration(folder: str) -> dict[str, Any]:
    """The pyproject.toml of a folder."""
    with (ROOT / folder / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
