"""CPU of `lineage impact`, `diff` and `affected` on a large repository, as whole processes.

    python benchmarks/lineage_readers.py [--rounds 7] [--projects 50] [--models 100]

The repository is a git repository with an interface and a file for every model, a Python package in
each project, and a library that all of them import. Each command is measured from start-up to exit,
with the git processes that it starts and with compiled bytecode. The script prints medians and the
worst round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
from lineage_check import cpu_of_process
from synthetic_interfaces import write_interfaces

from dagster_lineage.files.interface_files import FILE_NAME, encode, read_interface
from dagster_lineage.model import Interface

GOAL = 1.0
MODULES = 5
"""Python modules of each project and of the library."""


def main() -> None:
    """Write the repository, edit it in several ways and measure each command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--models", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as bytecode:
        os.environ["PYTHONPYCACHEPREFIX"] = bytecode
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        root = Path(folder)
        size = write_repository(root, arguments.projects, arguments.models)
        print(
            f"{arguments.projects} projects of {arguments.models} models of 10 columns, "
            f"{size / 1e6:.1f} MB of interfaces; goal: {GOAL:.1f} s CPU\n"
            f"{'':58}{'median':>8}{'worst':>8}  seconds"
        )
        first = read_interface(min(root.glob("projects/*/interface.json")))
        model = next(one for one in first.assets if one.access == "public")
        measure(root, arguments, "impact of a column", "impact", f"{model.key}.status")
        measure(root, arguments, "impact of a column, Mermaid", "impact", f"{model.key}.id",
                "--format", "mermaid")  # fmt: skip
        measure(
            root, arguments, "impact of a project's folder", "impact", f"projects/{first.project}"
        )
        measure(
            root, arguments, "upstream of the last asset", "impact", last_key(root), "--upstream"
        )
        base = ("--base", "main")
        for name, edit in EDITS.items():
            edit(root)
            measure(root, arguments, f"diff, {name}", "diff", *base)
            measure(root, arguments, f"diff as a comment, {name}", "diff", *base, "--format",
                    "markdown")  # fmt: skip
            measure(root, arguments, f"affected, {name}", "affected", *base)
            git(root, "checkout", "-q", "-f", "main")


def write_repository(root: Path, projects: int, models: int) -> int:
    """Write and commit the repository; return the bytes of its interfaces."""
    size = write_interfaces(root, projects=projects, models=models)
    (root / "pyproject.toml").write_text("[tool.lineage]\n")
    library = root / "libs/shared"
    python_package(library, "shared", [])
    for interface in sorted(root.glob("projects/*/interface.json")):
        project = interface.parent
        (project / "dbt_project.yml").write_text(f"name: {project.name}\n")
        python_package(project, project.name, ["shared"])
        for file in project.glob("models/**/*.sql"):
            file.write_text(f"select *\nfrom source -- {file.stem}\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", "base")
    return size


def python_package(folder: Path, name: str, needs: list[str]) -> None:
    """Return a member with a few modules, the first of which has imports."""
    package = folder / "src" / name
    package.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f"[project]\nname = '{name}'\ndependencies = {needs}\n")
    (package / "__init__.py").write_text("")
    for number in range(MODULES):
        lines = [f"import {need}.module_{number}" for need in needs]
        (package / f"module_{number}.py").write_text("\n".join([*lines, f"X = {number}", ""]))


def last_key(root: Path) -> str:
    """Return the asset with the longest path to a source."""
    last = read_interface(max(root.glob("projects/*/interface.json")))
    return last.assets[-1].key


def column_removed(root: Path) -> None:
    """Remove a public column that other projects read, with the SQL of its model."""
    file = min(root.glob("projects/*/interface.json"))
    interface = read_interface(file)
    assets = []
    for asset in interface.assets:
        if asset.access == "public":
            columns = {name: one for name, one in asset.columns.items() if name != "status"}
            asset = msgspec.structs.replace(asset, columns=columns)  # noqa: PLW2901
            sql = file.parent / asset.at.rpartition(":")[0]
            sql.write_text("select 1\n")
        assets.append(asset)
    file.write_bytes(encode(msgspec.structs.replace(interface, assets=tuple(assets))))


def library_changed(root: Path) -> None:
    """Change a module that every project imports."""
    (root / "libs/shared/src/shared/module_1.py").write_text("X = 'other'\n")


def everything_locked_again(root: Path) -> None:
    """Move every asset of every project by a line and change its owner."""
    for file in sorted(root.glob("projects/*/interface.json")):
        interface = read_interface(file)
        (file.parent / FILE_NAME).write_bytes(encode(_moved(interface)))


def _moved(interface: Interface) -> Interface:
    assets = tuple(
        msgspec.structs.replace(asset, at=f"{asset.at}0", owners=("team:other",))
        for asset in interface.assets
    )
    return msgspec.structs.replace(interface, assets=assets)


EDITS = {
    "one project loses a public column": column_removed,
    "the library changed": library_changed,
    "all interfaces changed": everything_locked_again,
}


def measure(root: Path, arguments: argparse.Namespace, name: str, *command: str) -> None:
    """Print one row: median and worst round."""
    words = [sys.executable, "-m", "dagster_lineage.cli.main", *command, "--root", str(root)]
    # The first call compiles bytecode and fills the file cache.
    costs = [cpu_of_process(words, root, right=(0, 1)) for _ in range(arguments.rounds + 1)][1:]
    median = statistics.median(costs)
    verdict = "" if median <= GOAL else "  over the goal"
    print(f"{name:58}{median:8.2f}{max(costs):8.2f}{verdict}", flush=True)


def git(root: Path, *command: str) -> None:
    """Run git in the repository."""
    subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)


if __name__ == "__main__":
    main()
