"""A copy of this repository's four projects, with dbt and the code locations."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from benchmarks.synthetic.manifests import ManifestMaker
from benchmarks.synthetic.workspace_copy import WorkspaceCopy

from published_assets.dbt.manifest import checksums, checksums_file

REPOSITORY = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns("target", "logs", "__pycache__", "*.duckdb", ".venv", "tests")


def copy_of_the_repository(target: Path) -> Path:
    """Copy the files that `lineage` and Dagster read: projects, workspace, settings."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    shutil.copytree(REPOSITORY / "projects", target / "projects", ignore=LEFT_OUT)
    for name in ("workspace.yaml", "pyproject.toml", "CODEOWNERS"):
        shutil.copy(REPOSITORY / name, target / name)
    return target


class OwnCopy(WorkspaceCopy):
    """The copy, whose code precedes the installed one on Python's path.

    Args:
        root: Root of the copy.
        manifests: Runs dbt.
    """

    def __init__(self, root: Path, manifests: ManifestMaker) -> None:
        super().__init__(root, manifests, environment_of(root))

    def after_parse(self, folder: Path) -> None:
        """Write the checksums that mark the manifest as fresh."""
        checksums_file(folder).write_text(json.dumps(checksums(folder)), encoding="utf-8")


def environment_of(root: Path) -> dict[str, str]:
    """Return the variables with which processes load the code locations of a copy."""
    sources = [str(path) for path in sorted(root.glob("projects/*/src"))]
    return {
        "PYTHONPATH": os.pathsep.join(sources),
        "JAFFLE_DATA_DIR": str(root / "data"),
        "JAFFLE_ENV": "dev",
    }
