"""The check that a dbt project's manifest is up to date, by checksums.

Standard library only: definitions import this module, and `make` runs `dbt-manifest` before every
command. docs/decisions/manifests-are-built-by-make.md has the reasons.
"""

from __future__ import annotations

import hashlib
import json
import os
from importlib import metadata
from pathlib import Path

WATCHED_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".py", ".md"})
WATCHED_FOLDERS = (
    *("models", "seeds", "macros", "shared_macros", "snapshots", "analyses", "data_tests"),
)
WATCHED_FILES = ("dbt_project.yml", "profiles.yml", "packages.yml", "dependencies.yml")
WATCHED_PACKAGES = ("dbt-core", "dbt-duckdb")
LISTED_CHANGES = 10


class ManifestMissing(Exception):
    """The dbt project has not been parsed."""


class ManifestStale(Exception):
    """The dbt project has changed since it was parsed."""


def fresh_manifest(project_dir: Path) -> Path:
    """Return the path of the project's manifest if it is up to date.

    Args:
        project_dir: The folder with `dbt_project.yml`.

    Raises:
        ManifestMissing: the project has not been parsed.
        ManifestStale: a file was added, changed or removed, or dbt was updated, since the parse.
    """
    fix = f"Run: make manifests (or: dbt-manifest build {project_dir})"
    if not manifest_file(project_dir).exists() or not checksums_file(project_dir).exists():
        raise ManifestMissing(
            f"The dbt project {project_dir.name} has no manifest in {project_dir / 'target'}. {fix}"
        )
    changes = changes_since_parse(project_dir)
    if changes:
        lines = changes[:LISTED_CHANGES]
        more = len(changes) - LISTED_CHANGES
        if more > 0:
            lines.append(f"and {more} more")
        listed = ",".join(f"\n  {line}" for line in lines)
        raise ManifestStale(
            f"The manifest of the dbt project {project_dir.name} is not up to date:{listed}.\n{fix}"
        )
    return manifest_file(project_dir)


def changes_since_parse(project_dir: Path) -> list[str]:
    """Return the differences between the files and the parsed ones, one line per file, sorted."""
    try:
        before = json.loads(checksums_file(project_dir).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return ["never parsed"]
    now = checksums(project_dir)
    changes = dict.fromkeys(now.keys() - before.keys(), "added")
    changes |= dict.fromkeys(before.keys() - now.keys(), "removed")
    changes |= {name: "changed" for name in now.keys() & before.keys() if now[name] != before[name]}
    return [f"{name} was {change}" for name, change in sorted(changes.items())]


def checksums(project_dir: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that determines the manifest, and the versions of dbt."""
    files = [project_dir / name for name in WATCHED_FILES]
    for folder in WATCHED_FOLDERS:
        # Like dbt: a linked folder is read, links to folders below it are not.
        for parent, _, names in os.walk(project_dir / folder):
            files.extend(Path(parent, name) for name in names)
    sums = {
        file.relative_to(project_dir).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.suffix in WATCHED_SUFFIXES and file.is_file()
    }
    return sums | {f"package {name}": metadata.version(name) for name in WATCHED_PACKAGES}


def manifest_file(project_dir: Path) -> Path:
    """Return the file to which dbt writes the manifest."""
    return project_dir / "target" / "manifest.json"


def checksums_file(project_dir: Path) -> Path:
    """Return the file with the checksums of the parsed files."""
    return project_dir / "target" / "manifest.checksums.json"
